internal import Synchronization

/// The listeners of a topic on one event loop, which writes to them.
///
/// Safe to share because all but its counter is touched on the loop's thread alone.
final class TopicShard: @unchecked Sendable {
    /// Listeners served before the loop looks at its sockets again: about a millisecond of its time.
    static let sliceMax = 256

    let loop: EventLoop
    private let counted = Counter()

    // Loop thread only.
    private var subscriptions: [Subscription?] = []
    private var vacant = 0
    /// What is being delivered, and to whom next.
    private var batch = Topic.Batch()
    private var next = 0
    private var isDelivering = false

    init(_ loop: EventLoop) { self.loop = loop }

    var listeners: Int { counted.current }

    /// Something is pending; from any thread.
    func wake(for topic: Topic) { loop.perform { self.deliver(topic) } }

    func add(_ socket: WebSocket, as member: Int, to topic: Topic, after sequence: Int) -> Subscription {
        let subscription = Subscription(
            socket, as: member, topic, self, index: subscriptions.count, after: sequence)
        subscriptions.append(subscription)
        counted.add(1)
        return subscription
    }

    /// Leaves a gap, since a delivery may be under way.
    func remove(_ subscription: Subscription) {
        subscriptions[subscription.index] = nil
        vacant += 1
        counted.add(-1)
        if !isDelivering { closeGaps() }
        if listeners == 0 { subscription.topic.forget(self) }
    }

    /// Writes to one slice of the listeners, and comes back for the others. A batch is finished before the next one
    /// is begun: each listener gets what was published in the order in which it was.
    ///
    /// It does not matter which call comes for what: each slice that is not the last asks for one, and so does what
    /// is first to be pending, so that as many come as are needed.
    private func deliver(_ topic: Topic) {
        if !isDelivering {
            batch = topic.takePending(for: self)
            guard !batch.isEmpty else { return }
            loop.counters.framesConflated.add(batch.replaced * listeners)
            next = 0
            isDelivering = true
        }
        let end = min(next + Self.sliceMax, subscriptions.count)
        while next < end {
            // Before it is used: it may leave, or another come, in consequence.
            let subscription = subscriptions[next]
            next += 1
            guard let subscription else { continue }
            let (messages, sequence, member) = (batch.messages, subscription.sequence, subscription.member)
            subscription.socket.assumeIsolated { $0.deliver(messages, after: sequence, as: member) }
        }
        if next < subscriptions.count { return wake(for: topic) }
        let receipts = batch.receipts
        batch = Topic.Batch()
        isDelivering = false
        closeGaps()
        for receipt in receipts { receipt.loopHasDelivered() }
    }

    private func closeGaps() {
        guard vacant > 32, vacant > subscriptions.count / 2 || vacant == subscriptions.count else { return }
        subscriptions.removeAll { $0 == nil }
        for (index, subscription) in subscriptions.enumerated() { subscription?.index = index }
        vacant = 0
    }
}

/// One socket's listening to one topic. Loop thread only.
final class Subscription {
    let socket: WebSocket
    /// What personal messages are asked for.
    let member: Int
    let topic: Topic
    private let shard: TopicShard
    /// Its place among the shard's.
    var index: Int
    /// The socket has all up to this one.
    let sequence: Int

    init(
        _ socket: WebSocket, as member: Int, _ topic: Topic, _ shard: TopicShard, index: Int, after sequence: Int
    ) {
        self.socket = socket
        self.member = member
        self.topic = topic
        self.shard = shard
        self.index = index
        self.sequence = sequence
    }

    func end() { shard.remove(self) }
}

extension WebSocket {
    func join(_ topic: Topic, since: Int?, as member: Int = 0) -> Topic.Replay {
        guard phase == .open, !subscriptions.contains(where: { $0.topic === topic }) else { return .complete }
        let (shard, missed, replay, sequence) = topic.admit(since: since, on: loop)
        subscriptions.append(shard.add(self, as: member, to: topic, after: sequence))
        if !missed.isEmpty { deliver(missed, after: 0) }
        return replay
    }

    func leave(_ topic: Topic) {
        guard let index = subscriptions.firstIndex(where: { $0.topic === topic }) else { return }
        subscriptions.remove(at: index).end()
    }
}
