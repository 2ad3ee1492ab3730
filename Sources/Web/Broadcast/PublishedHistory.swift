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
        remove(message.key)
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

    /// Forgets the message of a key, which a newer one has made needless: nobody has to be told that it is gone.
    mutating func remove(_ key: UInt64) {
        guard key != 0, let index = messages[first...].firstIndex(where: { $0.key == key }) else { return }
        bytes -= messages[index].bytes.count
        messages.remove(at: index)
    }

    /// Those after `sequence`; nil when some of them are no longer kept.
    func after(_ sequence: Int) -> [Topic.Published]? {
        guard sequence >= forgotten else { return nil }
        return messages[first...].filter { $0.sequence > sequence }
    }
}
