/// What a window of BigChat's events would cause in OurAPI, as things stand. Nothing of it was stored or sent.
struct DryRun: Equatable, Sendable {
    struct Operation: Equatable, Sendable {
        /// BigChat's id.
        var conversation: Int64
        /// As `OurAPICall.name` has it.
        var operation: String
        /// The call in words: what would be sent.
        var text: String
    }

    /// New ones.
    var events = 0
    /// Events that are known already.
    var known = 0
    /// What is no event that the bridge understands.
    var aside = 0
    /// In the order in which they would be made, conversation by conversation.
    var operations: [Operation] = []
    /// Why it ended before the last page: then all of the above is a part.
    var failure: BridgeState.Failure?
}
