internal import Synchronization

/// What many listen to: who publishes reaches every subscribed WebSocket, in the same order for each, whichever event
/// loop it is on.
///
///     let room = Topic()
///     await room.subscribe(socket, since: 41)
///     room.publish { sequence in .text(#"{"seq":\#(sequence),"text":"hello"}"#) }
///
/// A message is encoded once and its bytes are shared. Publishing never waits: each loop writes to its own sockets
/// soon after, everything that has been published meanwhile with one call per socket. A slow reader holds nobody up:
/// of messages that replace each other it gets the newest, and once 256 KiB wait for it it is closed with 1013.
///
/// Messages are numbered from 1, or from where a durable sequence goes on, and the newest are kept, so that who comes
/// back can ask for those since the last it saw.
public final class Topic: Sendable {
    /// How much is kept for those who come back.
    public struct History: Sendable, Hashable {
        public var messagesMax: Int
        public var bytesMax: Int

        /// - Parameters:
        ///   - messagesMax: 256 bridge a reload of a page in a busy room.
        ///   - bytesMax: kept below the 256 KiB that may wait for one socket, so that a replay never closes it.
        public init(messagesMax: Int = 256, bytesMax: Int = 128 << 10) {
            precondition(messagesMax >= 0 && 0...(WebSocket.pushedBytesMax / 2) ~= bytesMax, "a history is bounded")
            self.messagesMax = messagesMax
            self.bytesMax = bytesMax
        }

        public static let none = History(messagesMax: 0, bytesMax: 0)
    }

    /// What a subscriber was told of the past.
    public enum Replay: Hashable, Sendable {
        /// Nothing was asked for, or everything since came.
        case complete
        /// Some of what was asked for is not kept any more, or was never published here, and nothing was replayed:
        /// tell the listener the whole state.
        case lost
    }

    private struct Queue {
        let shard: TopicShard
        var batch = Batch()
    }

    private struct State {
        var sequence: Int
        var history: PublishedHistory
        var keys: [String: UInt64] = [:]
        /// One for each loop on which somebody listens.
        var queues: [Queue] = []
    }

    /// Kinds of messages that replace each other; more are a mistake in the making.
    static let keysMax = 1_024
    private static let serials = Atomic<UInt64>(0)

    private let kept: History
    private let serial = Topic.serials.add(1, ordering: .relaxed).newValue
    private let state: Mutex<State>

    /// - Parameter sequence: the number of the last message before the first that is published here.
    public init(keeping history: History = History(), after sequence: Int = 0) {
        kept = history
        state = Mutex(State(sequence: sequence, history: PublishedHistory(after: sequence)))
    }

    /// The number of the newest message; what was given to `init` before the first.
    public var sequence: Int { state.withLock { $0.sequence } }

    /// Sockets that listen. Counted loop by loop, so that it may be off by those coming and going.
    public var listeners: Int { state.withLock { $0.queues.reduce(0) { $0 + $1.shard.listeners } } }

    /// Sends a message to all who listen, and returns its number.
    ///
    /// - Parameters:
    ///   - key: names messages of which only the newest matters, such as a leaderboard: earlier ones of the same name
    ///     that have not left yet are dropped.
    ///   - onDelivered: told once how long it took from here until the message had been offered to every listener's
    ///     socket: on the thread of the loop that was last, or before this returns when nobody listens. If a newer one
    ///     of its key took its place on a loop, that one's delivery there counts. It must be short.
    @discardableResult
    public func publish(
        _ message: WebSocket.Message, replacing key: String? = nil,
        onDelivered: (@Sendable (_ lag: Duration) -> Void)? = nil
    ) -> Int {
        publish(replacing: key, { _ in message }, onDelivered: onDelivered)
    }

    /// Sends what `encode` makes of the message's own number; it runs under the topic's lock, must be short, and must
    /// not touch the topic or its listeners.
    @discardableResult
    public func publish(
        replacing key: String? = nil, _ encode: (_ sequence: Int) -> WebSocket.Message,
        onDelivered: (@Sendable (_ lag: Duration) -> Void)? = nil
    ) -> Int {
        publish(replacing: key, onDelivered) { sequence, key in
            Published(sequence: sequence, key: key, bytes: Frame(encode(sequence)).bytes)
        }
    }

    /// Sends each listener a message of its own, such as a leaderboard with its own place in it: `personal` is asked
    /// once for each, when its loop comes to it, and says nil for those who get nothing.
    ///
    /// It has a number and its place among the others like any message, and messages of the same key replace each
    /// other, of either kind. It is not kept: who comes back is told the state in another way, and `.lost` is not said
    /// because of it. `personal` runs on all loops at once, outside the topic's lock; a microsecond each is well spent,
    /// since the loop does nothing else for 256 listeners. It must not touch the topic or its listeners.
    @discardableResult
    public func publish(
        replacing key: String, personal: @escaping Personal,
        onDelivered: (@Sendable (_ lag: Duration) -> Void)? = nil
    ) -> Int {
        publish(replacing: key, onDelivered) { sequence, key in
            Published(sequence: sequence, key: key, bytes: [], personal: personal)
        }
    }

    private func publish(
        replacing key: String?, _ onDelivered: (@Sendable (Duration) -> Void)?,
        _ make: (_ sequence: Int, _ key: UInt64) -> Published
    ) -> Int {
        let receipt = onDelivered.map { Receipt($0) }
        // What was replaced is let go of outside the lock, with whatever its closure holds.
        let (sequence, isHeard, _) = state.withLock { state in
            state.sequence += 1
            let published = make(state.sequence, key.map { number(of: $0, in: &state) } ?? 0)
            var needless: [Published] = []
            if published.personal == nil {
                state.history.append(published, within: kept)
            } else {
                state.history.remove(published.key)
            }
            for index in state.queues.indices {
                let isAwaited = !state.queues[index].batch.isEmpty
                if let old = state.queues[index].batch.append(published, receipt) { needless.append(old) }
                // Under the lock, so that loops hear of messages in the order in which they are numbered.
                if !isAwaited { state.queues[index].shard.wake(for: self) }
            }
            return (state.sequence, !state.queues.isEmpty, needless)
        }
        if !isHeard { receipt?.tellNow() }
        return sequence
    }

    /// Lets a socket hear what is published from now on, after those of the kept messages that are newer than `since`.
    ///
    /// Nothing is missed or doubled in between. Ends with the socket. Subscribing twice changes nothing.
    ///
    /// - Parameter member: what is asked for when each listener gets a message of its own.
    /// - Precondition: it is the server's side of a socket.
    @discardableResult
    public func subscribe(_ socket: WebSocket, since: Int? = nil, as member: Int = 0) async -> Replay {
        precondition(socket.role == .server, "topics are listened to by the server's side of sockets")
        return await socket.join(self, since: since, as: member)
    }

    public func unsubscribe(_ socket: WebSocket) async { await socket.leave(self) }

    /// What a new listener is due at this moment, and the number up to which that is all.
    ///
    /// On the socket's loop, and followed by its entry in the shard before anything else runs there.
    func admit(since: Int?, on loop: EventLoop) -> (shard: TopicShard, missed: [Published], Replay, sequence: Int) {
        state.withLock { state in
            let shard = state.queues.first { $0.shard.loop === loop }?.shard ?? TopicShard(loop)
            if !state.queues.contains(where: { $0.shard === shard }) { state.queues.append(Queue(shard: shard)) }
            guard let since else { return (shard, [], .complete, state.sequence) }
            guard let missed = state.history.after(since), since <= state.sequence
            else { return (shard, [], .lost, state.sequence) }
            return (shard, missed, .complete, state.sequence)
        }
    }

    /// Takes what has been published for a shard since the last time.
    func takePending(for shard: TopicShard) -> Batch {
        state.withLock { state in
            guard let index = state.queues.firstIndex(where: { $0.shard === shard }) else { return Batch() }
            defer { state.queues[index].batch = Batch() }
            return state.queues[index].batch
        }
    }

    /// The last listener on a loop has left. Nothing waits for a loop where nobody listens, or that has ended.
    func forget(_ shard: TopicShard) {
        let left: Batch? = state.withLock { state in
            guard let index = state.queues.firstIndex(where: { $0.shard === shard }) else { return nil }
            return state.queues.remove(at: index).batch
        }
        for receipt in left?.receipts ?? [] { receipt.loopHasDelivered() }
    }

    /// A topic's own number in the upper half keeps its keys apart from those of other topics on the same socket.
    private func number(of key: String, in state: inout State) -> UInt64 {
        if let number = state.keys[key] { return number }
        precondition(state.keys.count < Self.keysMax, "keys name kinds of messages, not messages")
        let number = serial << 16 | UInt64(state.keys.count + 1)
        state.keys[key] = number
        return number
    }
}
