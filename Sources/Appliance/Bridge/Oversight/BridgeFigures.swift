import Outbound
import Storage

/// How the bridge is set up, how far it is, and what it counted, as the database has it.
struct BridgeFigures: Sendable {
    /// Where counting stops, and means "at least": no answer may take longer because much is waiting.
    static let countMax = 50_000
    static let toVerifyMax = 10_000

    var setup = BridgeSetup()

    /// Counted where it changes, by name.
    var tally: [String: Int64] = [:]
    var parked = 0
    var queued = 0
    var waiting = 0
    var toAsk = 0
    var advisorsToAsk = 0
    var toVerify = 0
    /// Unix milliseconds: since when the oldest delivery is on its way.
    var queuedSince: Int64?

    /// Seconds that the oldest delivery has been on its way; 0 if there is none.
    func applyLagSeconds(at now: Int64) -> Double { queuedSince.map { Double(max(0, now - $0)) / 1_000 } ?? 0 }

    func tallied(_ name: String) -> Int64 { tally[name] ?? 0 }
    func events(_ kind: BridgeEvent.Kind) -> Int64 { tallied("events.\(kind.rawValue)") }
    func events(_ fate: EventFate) -> Int64 { tallied("fate.\(fate.rawValue)") }
}

extension Snapshot {
    /// Everything; no count looks at more than index entries of what is out of the ordinary.
    borrowing func bridgeFigures() throws(StorageError) -> BridgeFigures {
        var figures = BridgeFigures(setup: try bridgeSetup())
        try each("SELECT name, count FROM bridge_tally") { row throws(StorageError) in
            figures.tally[row.text(0)] = row.integer(1)
        }
        figures.parked = try count(
            "SELECT count(*) FROM (SELECT 1 AS one FROM bridge_conversation WHERE parked_at IS NOT NULL LIMIT ?) found")
        figures.queued = try count(
            "SELECT count(*) FROM (SELECT 1 AS one FROM bridge_conversation WHERE queued_at IS NOT NULL LIMIT ?) found")
        figures.waiting = try count(
            "SELECT count(*) FROM (SELECT 1 AS one FROM bridge_conversation WHERE waits_for IS NOT NULL LIMIT ?) found")
        figures.toAsk = try count(
            "SELECT count(*) FROM (SELECT 1 AS one FROM bridge_conversation WHERE ask_at IS NOT NULL LIMIT ?) found")
        figures.advisorsToAsk = try count(
            "SELECT count(*) FROM (SELECT 1 AS one FROM bridge_advisor WHERE ask_at IS NOT NULL LIMIT ?) found")
        figures.queuedSince =
            try first("SELECT min(queued_at) FROM bridge_conversation WHERE queued_at IS NOT NULL") {
                row throws(StorageError) in row.optionalInteger(0)
            } ?? nil
        if figures.setup.doubtedAt != nil {
            figures.toVerify = try first(
                """
                SELECT count(*) FROM (
                    SELECT 1 AS one FROM bridge_conversation
                    WHERE confirmed_at IS NOT NULL AND must_verify IS NULL AND parked_at IS NULL
                        AND era < ? LIMIT ?) found
                """,
                .integer(figures.setup.era), .integer(BridgeFigures.toVerifyMax)
            ) { row throws(StorageError) in Int(row.integer(0)) } ?? 0
        }
        return figures
    }

    private borrowing func count(_ sql: StaticString) throws(StorageError) -> Int {
        try first(sql, .integer(BridgeFigures.countMax)) { row throws(StorageError) in Int(row.integer(0)) } ?? 0
    }
}
