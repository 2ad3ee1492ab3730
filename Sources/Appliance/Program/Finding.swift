/// One thing that keeps the program from its work, or that will if nobody looks after it.
struct Finding: Codable, Equatable, Sendable {
    /// A stable name, for programs and for docs/operations.md.
    let code: String
    /// What is wrong and what to do, for people; shown to everybody, so without paths, addresses and values.
    let detail: String
}

extension Finding {
    static let starting = Finding(code: "starting", detail: "The data is being opened and brought up to date.")
    static let stopping = Finding(code: "stopping", detail: "The program was told to stop.")
    static let noSecretKey = Finding(
        code: "secrets.plain", detail: "Secrets are stored as they are: no secret key is set.")
}

/// What `/readyz` answers.
struct Readiness: Codable, Equatable, Sendable {
    /// `ready` without reasons, else `unavailable`.
    let status: String
    /// Everything that keeps the program from its work now.
    let reasons: [Finding]
    /// What will, or might, if nobody looks after it.
    let warnings: [Finding]
    /// For how long the delivery that should go next has been due; nil while nothing is. What waits for a channel that
    /// is paused, held, or between two attempts is not due.
    let outboxOldestSeconds: Double?

    init(reasons: [Finding], warnings: [Finding] = [], outboxOldestSeconds: Double? = nil) {
        status = reasons.isEmpty ? "ready" : "unavailable"
        self.reasons = reasons
        self.warnings = warnings
        self.outboxOldestSeconds = outboxOldestSeconds
    }

    private enum CodingKeys: String, CodingKey {
        case status, reasons, warnings
        case outboxOldestSeconds = "outbox_oldest_seconds"
    }
}

extension Readiness: Exemplified {
    static let examples = [
        Readiness(
            reasons: [.stopping],
            warnings: [Finding(code: "channel.held", detail: "Held by themselves: slack.")], outboxOldestSeconds: 1.5)
    ]
}
