/// A request under way: what is kept of it until it has been answered.
final class Asked {
    var request: Request
    let isVersion10: Bool
    var keepsAlive: Bool
    /// Nil when no route runs. Its own: the table it comes from may be replaced while the body is read.
    var route: Route?
    /// Nanoseconds on the monotonic clock; 0 when nobody asks how long it took.
    let startedAt: Int
    var bytesReceived: Int
    let expectsContinue: Bool
    /// On the loop's clock, for a whole body; `Int.max` when there is none to wait for.
    var bodyDeadline = Int.max

    init(_ head: consuming RequestHead, identity: RequestID, from provenance: Provenance, startedAt: Int) {
        isVersion10 = head.isVersion10
        keepsAlive = head.keepsAlive
        expectsContinue = head.expectsContinue
        bytesReceived = head.wireBytes
        self.startedAt = startedAt
        request = Request(head, identity: identity, from: provenance)
    }
}

/// The body of the request that is being served.
final class Intake {
    enum Use {
        /// Kept until it is complete, then given to the handler.
        case whole
        /// Handed to the handler as it comes.
        case pieces
        /// Dropped: the answer was given without it.
        case skip
    }

    /// A handler that is slower than its client is not read ahead of by more, plus one read.
    static let aheadBytesMax = 64 << 10
    /// An unwanted body of at most this is read and dropped, so that the connection can go on.
    static let skipBytesMax = 64 << 10

    var decoder: BodyDecoder
    var use: Use
    var bytes: [UInt8] = []
    /// The client waits for `100 Continue` before it sends.
    var owesContinue: Bool
    var fault: BodyFault?
    /// `decoder.received` when the current window of progress began.
    var receivedBefore = 0
    var waiter: CheckedContinuation<Void, Never>?

    init(decoder: BodyDecoder, use: Use, owesContinue: Bool) {
        self.decoder = decoder
        self.use = use
        self.owesContinue = owesContinue
    }

    var isComplete: Bool { decoder.isComplete }

    /// More may be read from the client.
    var hasRoom: Bool { !isComplete && fault == nil && (use != .pieces || bytes.count < Self.aheadBytesMax) }

    /// It is the client's turn: a handler that is busy with something else is no reason to lose patience with it.
    var awaitsClient: Bool { hasRoom && (use != .pieces || waiter != nil) }

    /// The next request can follow: the body is read, or what is left is little and sure to come.
    var isSkippable: Bool {
        if isComplete { return true }
        guard !owesContinue, fault == nil, let remaining = decoder.remaining else { return false }
        return remaining <= Self.skipBytesMax
    }

    /// The answer is given: what still comes is dropped.
    func beginSkipping() {
        use = .skip
        bytes = []
        receivedBefore = decoder.received
    }

    /// Lets who waits for the next piece look again.
    func wakeWaiter() {
        waiter?.resume()
        waiter = nil
    }
}

/// A streamed answer on its way.
final class Producing {
    let status: Status
    let isChunked: Bool
    /// Bytes still owed of an announced length.
    var remaining: Int?
    var bytesSent: Int
    var task: Task<Void, Never>?
    var waiters: [CheckedContinuation<Void, Never>] = []

    init(status: Status, isChunked: Bool, remaining: Int?, bytesSent: Int) {
        self.status = status
        self.isChunked = isChunked
        self.remaining = remaining
        self.bytesSent = bytesSent
    }

    /// Lets whoever waits for room look again.
    func wakeWaiters() {
        for waiter in waiters { waiter.resume() }
        waiters = []
    }
}
