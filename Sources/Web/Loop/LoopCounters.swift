internal import Synchronization

/// A number that one thread changes and any may read: no locked instruction is needed.
struct Counter: ~Copyable {
    private let value = Atomic(0)

    @inline(__always)
    func add(_ amount: Int) { value.store(value.load(ordering: .relaxed) &+ amount, ordering: .relaxed) }

    var current: Int { value.load(ordering: .relaxed) }
}

/// What one loop counts since it started.
final class LoopCounters: Sendable {
    /// Open connections; added to by the accepting loop, taken from by this one.
    let open = Atomic(0)
    let handshakes = Counter()
    let handshakesFailed = Counter()
    let requests = Counter()
    let malformedRequests = Counter()
    let deadlinesExceeded = Counter()
    let bytesReceived = Counter()
    let bytesSent = Counter()
    let handlersRunning = Counter()
    let webSockets = Counter()
    let malformedFrames = Counter()
    let messagesReceived = Counter()
    let messagesSent = Counter()
    let slowReaders = Counter()
    let framesConflated = Counter()
}
