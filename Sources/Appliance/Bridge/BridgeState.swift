/// What the bridge does at this moment; lives in memory and begins anew with each start.
struct BridgeState: Equatable, Sendable {
    struct Failure: Equatable, Sendable {
        /// Stable and short: `500`, `timeout`, `connect_failed`, `json_unreadable`.
        var code: String
        /// For people.
        var detail: String
        /// Unix milliseconds.
        var at: Int64
    }

    /// A page is being asked for.
    var isPolling = false
    /// Polls in a row that failed.
    var failures = 0
    /// The last failure since the start, also when things went well afterwards.
    var lastFailure: Failure?
    /// Unix milliseconds; nil while nothing is to be asked.
    var nextPollAt: Int64?
}
