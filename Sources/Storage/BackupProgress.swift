import Synchronization

/// How far a backup, a check, a drill or a restore has come: set by the thread that does it, read by anybody.
public final class BackupProgress: Sendable {
    public enum Phase: String, Sendable, CaseIterable {
        /// Of the pages, while the database is in use.
        case copying
        /// Of every page, reference and row count. Has no percentage: SQLite does not tell.
        case checking
        /// Of the bytes, for their SHA-256.
        case hashing
        /// Of a drill: a start on what was restored.
        case opening
    }

    private struct State {
        var phase: Phase?
        var percent = 0
        var since = 0.0
        var seconds: [Phase: Double] = [:]
    }

    private let state = Mutex(State())
    private let onChange: @Sendable (Phase, Int) -> Void

    /// - Parameter onChange: called on the working thread with the phase and its percentage, for each new one.
    public init(onChange: @escaping @Sendable (Phase, Int) -> Void = { _, _ in }) { self.onChange = onChange }

    /// The phase, and how much of it is done, 0 to 100. Nil before the first.
    public var current: (phase: Phase, percent: Int)? {
        state.withLock { state in state.phase.map { ($0, state.percent) } }
    }

    /// How long the phases took that have ended.
    public var seconds: [Phase: Double] { state.withLock { $0.seconds } }

    func begin(_ phase: Phase?) {
        let now = monotonicSeconds()
        state.withLock { state in
            if let ended = state.phase { state.seconds[ended, default: 0] += now - state.since }
            (state.phase, state.percent, state.since) = (phase, 0, now)
        }
        if let phase { onChange(phase, 0) }
    }

    func reached(_ done: Int64, of total: Int64) {
        let percent = total > 0 ? Int(min(100, done * 100 / total)) : 100
        let phase: Phase? = state.withLock { state in
            guard state.percent != percent else { return nil }
            state.percent = percent
            return state.phase
        }
        if let phase { onChange(phase, percent) }
    }
}
