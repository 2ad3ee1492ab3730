import Synchronization

/// Something that is looked at now and then, and by many at once: there is one look at a time, and what it saw is good
/// for a second.
///
/// A look that does not come to its end, as on a disk that is stuck, is the only one there will be: whoever asks
/// meanwhile is told at once that it is late, and no second thread is lost to it.
final class Probe<Seen: Sendable>: Sendable {
    private let patience: Duration
    private let kept: Duration
    private let look: @Sendable () async -> Seen
    private let state = Mutex(State())

    private struct State {
        var seen: (value: Seen, at: ContinuousClock.Instant)?
        /// Looks begun: tells a timer whether the one it was set for is still under way.
        var looks = 0
        var isLooking = false
        var isLate = false
        var waiting: [CheckedContinuation<Seen?, Never>] = []

        mutating func step(_ asking: CheckedContinuation<Seen?, Never>, _ kept: Duration) -> Step {
            if isLate { return .answer(nil) }
            if !isLooking, let seen, .now - seen.at < kept { return .answer(seen.value) }
            waiting.append(asking)
            guard !isLooking else { return .wait }
            isLooking = true
            looks += 1
            return .begin(looks)
        }

        mutating func late(_ number: Int) -> [CheckedContinuation<Seen?, Never>] {
            guard isLooking, looks == number else { return [] }
            isLate = true
            return takeWaiting()
        }

        mutating func saw(_ value: Seen) -> [CheckedContinuation<Seen?, Never>] {
            seen = (value, .now)
            (isLooking, isLate) = (false, false)
            return takeWaiting()
        }

        private mutating func takeWaiting() -> [CheckedContinuation<Seen?, Never>] {
            defer { waiting = [] }
            return waiting
        }
    }

    private enum Step { case answer(Seen?), wait, begin(Int) }

    /// - Parameters:
    ///   - patience: how long a look may take.
    ///   - kept: how long what it saw is told again.
    init(patience: Duration, kept: Duration = .seconds(1), look: @escaping @Sendable () async -> Seen) {
        self.patience = patience
        self.kept = kept
        self.look = look
    }

    /// What is seen now, or was a moment ago; nil when a look takes too long.
    func see() async -> Seen? {
        await withCheckedContinuation { continuation in
            switch state.withLock({ $0.step(continuation, kept) }) {
            case .answer(let seen): continuation.resume(returning: seen)
            case .wait: break
            case .begin(let number): begin(number)
            }
        }
    }

    private func begin(_ number: Int) {
        let timer = Task {
            guard (try? await Task.sleep(for: patience)) != nil else { return }
            for waiting in state.withLock({ $0.late(number) }) { waiting.resume(returning: nil) }
        }
        Task {
            let seen = await look()
            timer.cancel()
            for waiting in state.withLock({ $0.saw(seen) }) { waiting.resume(returning: seen) }
        }
    }
}
