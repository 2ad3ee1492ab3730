import Synchronization

/// Derives keys one at a time, on a thread of its own: each takes tens of megabytes and much of a second of a
/// processor, which neither an event loop nor Swift's pool of threads may be kept for.
///
/// There are two lines, which take turns, and in each line those who ask take turns: a flood of strangers leaves room
/// and time to who is known, and a flood from one place to those from other places.
public final class ScryptQueue: Sendable {
    /// Derivations that may wait in each line: a class that signs in at once is served within some ten seconds.
    public static let waitingMax = 32

    public enum Line: Sendable { case known, strangers }

    private struct State {
        var thread: Thread?
        var derived = 0
        var isClosed = false
        var known = FairLine<Job>(countMax: ScryptQueue.waitingMax)
        var strangers = FairLine<Job>(countMax: ScryptQueue.waitingMax)
        var isStrangersTurn = false

        mutating func next() -> Job? {
            isStrangersTurn.toggle()
            return isStrangersTurn
                ? strangers.take() ?? known.take()
                : known.take() ?? strangers.take()
        }
    }

    private let state = Mutex(State())
    /// One for each job that waits.
    private let permits = Mailbox<Void>(countMax: 2 * ScryptQueue.waitingMax)

    private struct Job: Sendable {
        let password: [UInt8]
        let salt: [UInt8]
        let cost: Scrypt.Cost
        let done: CheckedContinuation<[UInt8]?, Never>
    }

    public init() {}

    /// Derivations so far.
    public var derived: Int { state.withLock { $0.derived } }

    /// The key, 32 bytes; nil when too many wait already, the queue is closed, or memory has run out.
    ///
    /// - Parameter source: who asks: where the line is full, who has most places in it gives one up.
    public func key(
        of password: [UInt8], salt: [UInt8], cost: Scrypt.Cost, for source: String, in line: Line
    ) async -> [UInt8]? {
        guard isRunning() else { return nil }
        return await withCheckedContinuation { continuation in
            put(Job(password: password, salt: salt, cost: cost, done: continuation), of: source, in: line)?
                .done.resume(returning: nil)
        }
    }

    /// Takes in nothing more, lets go of what waits, and returns when the derivation under way is done.
    public func close() {
        permits.close()
        let (waiting, thread) = state.withLock { state -> ([Job], Thread?) in
            state.isClosed = true
            var waiting: [Job] = []
            while let job = state.next() { waiting.append(job) }
            return (waiting, state.thread)
        }
        for job in waiting { job.done.resume(returning: nil) }
        thread?.join()
    }

    /// Returns whose job has no place: this one, or one that made room for it.
    private func put(_ job: Job, of source: String, in line: Line) -> Job? {
        state.withLock { state in
            if state.isClosed { return job }
            let left = line == .known ? state.known.put(job, of: source) : state.strangers.put(job, of: source)
            // One in and one out are as many as before.
            if left == nil { _ = permits.put(()) }
            return left
        }
    }

    /// Begins the thread with the first derivation: most programs never need it.
    private func isRunning() -> Bool {
        state.withLock { state in
            if state.thread == nil { state.thread = try? Thread(named: "parley-scrypt") { [self] in run() } }
            return state.thread != nil
        }
    }

    private func run() {
        while permits.take() != nil {
            guard let job = state.withLock({ $0.next() }) else { continue }
            let key = Scrypt.key(of: job.password, salt: job.salt, cost: job.cost)
            state.withLock { $0.derived += 1 }
            job.done.resume(returning: key)
        }
    }
}
