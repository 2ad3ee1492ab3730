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

    /// One message as it goes over the wire.
    struct Published: Sendable {
        let sequence: Int
        /// 0, or what tells which later one makes it needless.
        let key: UInt64
        let bytes: [UInt8]
    }

    private struct State {
        var sequence: Int
        var history: PublishedHistory
        var keys: [String: UInt64] = [:]
        var shards: [TopicShard] = []
        /// What each shard has yet to deliver, in the order of `shards`.
        var pending: [[Published]] = []
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
    public var listeners: Int { state.withLock { $0.shards }.reduce(0) { $0 + $1.listeners } }

    /// Sends a message to all who listen, and returns its number.
    ///
    /// - Parameter key: names messages of which only the newest matters, such as a leaderboard: earlier ones of the
    ///   same name that have not left yet are dropped.
    @discardableResult
    public func publish(_ message: WebSocket.Message, replacing key: String? = nil) -> Int {
        publish(replacing: key) { _ in message }
    }

    /// Sends what `encode` makes of the message's own number; it runs under the topic's lock, must be short, and must
    /// not touch the topic or its listeners.
    @discardableResult
    public func publish(replacing key: String? = nil, _ encode: (_ sequence: Int) -> WebSocket.Message) -> Int {
        state.withLock { state in
            state.sequence += 1
            let published = Published(
                sequence: state.sequence, key: key.map { number(of: $0, in: &state) } ?? 0,
                bytes: Frame(encode(state.sequence)).bytes)
            state.history.append(published, within: kept)
            for index in state.shards.indices {
                let isAwaited = !state.pending[index].isEmpty
                if published.key != 0 { state.pending[index].removeAll { $0.key == published.key } }
                state.pending[index].append(published)
                // Under the lock, so that loops hear of messages in the order in which they are numbered.
                if !isAwaited { state.shards[index].wake(for: self) }
            }
            return state.sequence
        }
    }

    /// Lets a socket hear what is published from now on, after those of the kept messages that are newer than `since`.
    ///
    /// Nothing is missed or doubled in between. Ends with the socket. Subscribing twice changes nothing.
    ///
    /// - Precondition: it is the server's side of a socket.
    @discardableResult
    public func subscribe(_ socket: WebSocket, since: Int? = nil) async -> Replay {
        precondition(socket.role == .server, "topics are listened to by the server's side of sockets")
        return await socket.join(self, since: since)
    }

    public func unsubscribe(_ socket: WebSocket) async { await socket.leave(self) }

    /// What a new listener is due at this moment, and the number up to which that is all.
    ///
    /// On the socket's loop, and followed by its entry in the shard before anything else runs there.
    func admit(since: Int?, on loop: EventLoop) -> (shard: TopicShard, missed: [Published], Replay, sequence: Int) {
        state.withLock { state in
            let shard = state.shards.first { $0.loop === loop } ?? TopicShard(loop)
            if !state.shards.contains(where: { $0 === shard }) {
                state.shards.append(shard)
                state.pending.append([])
            }
            guard let since else { return (shard, [], .complete, state.sequence) }
            guard let missed = state.history.after(since), since <= state.sequence
            else { return (shard, [], .lost, state.sequence) }
            return (shard, missed, .complete, state.sequence)
        }
    }

    /// Takes what has been published for a shard since the last time.
    func takePending(for shard: TopicShard) -> [Published] {
        state.withLock { state in
            guard let index = state.shards.firstIndex(where: { $0 === shard }) else { return [] }
            defer { state.pending[index] = [] }
            return state.pending[index]
        }
    }

    /// The last listener on a loop has left. Nothing waits for a loop where nobody listens, or that has ended.
    func forget(_ shard: TopicShard) {
        state.withLock { state in
            guard let index = state.shards.firstIndex(where: { $0 === shard }) else { return }
            state.shards.remove(at: index)
            state.pending.remove(at: index)
        }
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

/// The newest messages of a topic, in order.
struct PublishedHistory {
    private var messages: [Topic.Published] = []
    private var first = 0
    private var bytes = 0
    /// The newest number that is not kept, though it may be asked for.
    private var forgotten: Int

    init(after sequence: Int) { forgotten = sequence }

    /// Adds the newest, and forgets the oldest beyond `limits`. Of those that replace each other the newest is kept.
    mutating func append(_ message: Topic.Published, within limits: Topic.History) {
        if message.key != 0, let index = messages[first...].firstIndex(where: { $0.key == message.key }) {
            bytes -= messages[index].bytes.count
            messages.remove(at: index)
        }
        messages.append(message)
        bytes += message.bytes.count
        while messages.count - first > limits.messagesMax || bytes > limits.bytesMax {
            bytes -= messages[first].bytes.count
            forgotten = messages[first].sequence
            messages[first] = Topic.Published(sequence: 0, key: 0, bytes: [])
            first += 1
        }
        if first > messages.count / 2 {
            messages.removeFirst(first)
            first = 0
        }
    }

    /// Those after `sequence`; nil when some of them are no longer kept.
    func after(_ sequence: Int) -> [Topic.Published]? {
        guard sequence >= forgotten else { return nil }
        return messages[first...].filter { $0.sequence > sequence }
    }
}
