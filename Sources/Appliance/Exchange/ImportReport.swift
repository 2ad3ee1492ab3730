/// What importing a configuration did, or would do.
struct ImportReport: Equatable, Sendable {
    struct Change: Encodable, Equatable, Sendable {
        /// The list of the file that it is in.
        let what: String
        let name: String
        let outcome: String
    }

    struct Attention: Encodable, Equatable, Sendable {
        let what: String
        let name: String
        let detail: String
    }

    var isDryRun = true
    /// Without what stays as it is.
    private(set) var changes: [Change] = []
    private(set) var unchanged = 0
    /// What somebody has to see to afterwards.
    var attention: [Attention] = []

    mutating func add(_ what: String, _ name: String, _ outcome: ImportOutcome) {
        guard outcome != .unchanged else { return unchanged += 1 }
        changes.append(Change(what: what, name: name, outcome: outcome.rawValue))
    }

    func count(_ outcome: ImportOutcome) -> Int {
        outcome == .unchanged ? unchanged : changes.count { $0.outcome == outcome.rawValue }
    }
}

extension ImportReport: Exemplified {
    static var examples: [ImportReport] {
        var report = ImportReport()
        report.add("surveys", "ice-cream", .created)
        report.attention = [
            Attention(what: "channels", name: "slack", detail: "Is paused until its secrets are set: url.")
        ]
        return [report]
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(isDryRun, forKey: .isDryRun)
        try container.encode(count(.created), forKey: .created)
        try container.encode(count(.updated), forKey: .updated)
        try container.encode(unchanged, forKey: .unchanged)
        try container.encode(changes, forKey: .changes)
        try container.encode(attention, forKey: .attention)
    }

    private enum Key: String, CodingKey {
        case created, updated, unchanged, changes
        case isDryRun = "dry_run"
        case attention = "needs_attention"
    }
}
