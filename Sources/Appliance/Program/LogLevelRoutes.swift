import Storage
import Synchronization
import Web

/// `/api/admin/log`: how much the program says, changed while it runs.
///
/// A change ends by itself after a while, or with the program: a log that was opened wide to look for something must
/// not fill the disk after everybody has gone.
final class LogLevelRoutes: Sendable {
    static let minutes = 1...10_080
    /// For `debug`, whose line for each request nobody wants for ever.
    static let debugMinutes = 60

    private let database: Database
    private let log: Log
    private let now: WallClock
    private let state: Mutex<State>

    private struct State {
        /// What the program was started with.
        let configured: Log.Level
        var until: Int64?
        /// How often the level was changed: whoever woke too late to be cancelled sees that there was another change.
        var changes = 0
        var reverting: Task<Void, Never>?
    }

    init(database: Database, log: Log, now: @escaping WallClock) {
        self.database = database
        self.log = log
        self.now = now
        state = Mutex(State(configured: log.level))
    }

    func register(in routes: inout Routes) {
        let answers: [AnswerSummary] = [.json(LogLevelReport.self, .ok, "The level as it is now.")]
        routes.get(
            "/api/admin/log", needs: .operationsRead, "Says from which level on the log speaks.", answers: answers
        ) { [self] call in
            return .json(report)
        }
        routes.put(
            "/api/admin/log", needs: .operationsWrite, "Changes the level of the log, for a while or until the end.",
            takes: LogLevelDraft.self, answers: answers
        ) { [self] call in
            let draft = try call.read(LogLevelDraft.self)
            let minutes = draft.minutes ?? (draft.level == .debug ? Self.debugMinutes : nil)
            let now = now()
            let entry = AuditEntry(
                call, "log.level_changed", nil,
                ["level": draft.level.name, "minutes": minutes.map(String.init) ?? "until the end"])
            try await database.write { transaction throws(StorageError) in try transaction.audit(entry, at: now) }
            set(draft.level, minutes: minutes, at: now)
            return .json(report)
        }
    }

    private var report: LogLevelReport {
        state.withLock { state in
            LogLevelReport(
                level: log.level.name, configured: state.configured.name, until: state.until.map(Timestamp.init))
        }
    }

    private func set(_ level: Log.Level, minutes: Int?, at now: Int64) {
        state.withLock { state in
            state.reverting?.cancel()
            state.changes += 1
            let isLasting = minutes == nil || level == state.configured
            state.until = isLasting ? nil : minutes.map { now + Int64($0) * 60_000 }
            state.reverting = isLasting ? nil : minutes.map { [change = state.changes] minutes in
                Task { [weak self] in
                    guard (try? await Task.sleep(for: .seconds(minutes * 60))) != nil else { return }
                    self?.revert(change)
                }
            }
            log.threshold.level = level
        }
    }

    /// The level of the start, after the time that was asked for; unless there was a later change.
    ///
    /// - Parameter change: the first is 1.
    func revert(_ change: Int) {
        let configured = state.withLock { state -> Log.Level? in
            guard change == state.changes else { return nil }
            (state.until, state.reverting) = (nil, nil)
            log.threshold.level = state.configured
            return state.configured
        }
        if let configured { log.notice("level of the log is as it was", ["level": .text(configured.name)]) }
    }
}

/// The level of the log.
struct LogLevelReport: Exemplified, Sendable {
    let level: String
    /// Of the start: what it goes back to.
    let configured: String
    let until: Timestamp?

    static let examples = [
        LogLevelReport(level: "debug", configured: "info", until: Timestamp(1_767_225_600_000)),
        LogLevelReport(level: "info", configured: "info", until: nil),
    ]

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(level, forKey: .level)
        try container.encode(configured, forKey: .configured)
        try container.encode(until, forKey: .until)
    }

    private enum Key: String, CodingKey { case level, configured, until }
}

/// What a client sends to change it.
struct LogLevelDraft: InputShape {
    private static let level = Field<String>.word(
        "level", Log.Level.allCases.map(\.name), "From which level on the log speaks.")
    private static let minutes = Field.whole(
        "minutes", LogLevelRoutes.minutes, "After which it is as at the start again; for debug 60 when left out.")
        .optional

    static let fields = [level.description, minutes.description]

    let level: Log.Level
    let minutes: Int?

    init(_ input: inout Input) {
        let name = input.take(Self.level)
        level = Log.Level.allCases.first { $0.name == name } ?? .info
        minutes = input.take(Self.minutes)
    }
}
