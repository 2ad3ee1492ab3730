/// One customer's way through one version of a survey, as it is stored.
struct SurveySession: Equatable, Sendable {
    /// UUIDv7.
    var id: String
    var survey: String
    var version: Int
    /// Nil for somebody who did not say who they are.
    var customer: String?
    var opening: Opening
    var status: Status
    /// Number of the bot's last message, from 1.
    var turns: Int
    /// Unix milliseconds, UTC.
    var startedAt: Int64
    var lastAt: Int64
    var endedAt: Int64?

    enum Status: String, CaseIterable, Encodable, Sendable {
        case active, completed, abandoned
    }

    /// How whoever holds it came in: what was opened by an invitation is not continued by merely naming the customer.
    enum Opening: String, CaseIterable, Encodable, Sendable {
        case anonymous, named, invited
    }
}
