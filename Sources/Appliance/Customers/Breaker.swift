/// Keeps calls away from a service that fails: after so many failures in a row nobody calls for a while, then one
/// probe does, and everybody else again once it went well.
///
/// With 5 and 10 s: failures at 0, 1, 2, 3 and 4 s, nothing until 14 s, one call then; if it fails, nothing until 10 s
/// after it.
struct Breaker: Equatable, Sendable {
    enum State: Equatable, Sendable {
        case closed(failures: Int)
        /// Milliseconds on the clock of whoever asks.
        case open(until: Int64)
        case probing
    }

    let failuresMax: Int
    let pauseMs: Int64
    private(set) var state = State.closed(failures: 0)

    init(failuresMax: Int, pauseMs: Int64) {
        self.failuresMax = failuresMax
        self.pauseMs = pauseMs
    }

    /// Whether calls are being kept away: also while the probe is under way.
    func isOpen(at now: Int64) -> Bool {
        switch state {
        case .closed: false
        case .probing: true
        case .open(let until): now < until
        }
    }

    /// Whether a call may be made now. Who is let in must say afterwards how it went.
    mutating func admits(at now: Int64) -> Bool {
        switch state {
        case .closed: return true
        case .probing: return false
        case .open(let until):
            guard now >= until else { return false }
            state = .probing
            return true
        }
    }

    mutating func succeeded() {
        // A call that began before the breaker opened proves nothing about now, but nothing worse can come of asking.
        state = .closed(failures: 0)
    }

    mutating func failed(at now: Int64) {
        switch state {
        case .closed(let failures) where failures + 1 < failuresMax: state = .closed(failures: failures + 1)
        case .closed, .probing: state = .open(until: now + pauseMs)
        case .open: break  // one of those under way when it opened
        }
    }
}
