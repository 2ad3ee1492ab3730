internal import Synchronization

extension Topic {
    /// What one listener gets of a message, by the number it subscribed with; nil for nothing.
    public typealias Personal = @Sendable (_ sequence: Int, _ member: Int) -> WebSocket.Message?

    /// One message as it goes over the wire.
    struct Published: Sendable {
        let sequence: Int
        /// 0, or what tells which later one makes it needless.
        let key: UInt64
        /// The frame that all get; empty when each gets its own.
        let bytes: [UInt8]
        var personal: Personal?

        func frame(for member: Int) -> [UInt8]? {
            guard let personal else { return bytes }
            return personal(sequence, member).map { Frame($0).bytes }
        }
    }

    /// What a loop has yet to deliver.
    struct Batch: Sendable {
        private(set) var messages: [Published] = []
        /// Messages that newer ones replaced here.
        private(set) var replaced = 0
        /// Told when all of this has been offered to all who listen there. Those of messages that were replaced stay:
        /// they are told when the newer one has been.
        private(set) var receipts: [Receipt] = []

        var isEmpty: Bool { messages.isEmpty }

        /// Adds the newest, and returns the one that it makes needless.
        mutating func append(_ message: Published, _ receipt: Receipt?) -> Published? {
            var needless: Published?
            if message.key != 0, let index = messages.firstIndex(where: { $0.key == message.key }) {
                needless = messages.remove(at: index)
                replaced += 1
            }
            messages.append(message)
            if let receipt {
                receipt.expect()
                receipts.append(receipt)
            }
            return needless
        }
    }
}

/// Tells a publisher, once, that what it published has been offered to all who listen, and how long that took.
final class Receipt: Sendable {
    private let began = LoopClock.nanoseconds()
    /// Loops that have yet to deliver.
    private let awaited = Atomic(0)
    private let tell: @Sendable (Duration) -> Void

    init(_ tell: @escaping @Sendable (Duration) -> Void) { self.tell = tell }

    /// One more loop is to deliver. All are named before the first can begin.
    func expect() { awaited.add(1, ordering: .relaxed) }

    /// A loop has offered it to all its listeners, or has none left.
    func loopHasDelivered() {
        if awaited.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { tellNow() }
    }

    func tellNow() { tell(.nanoseconds(LoopClock.nanoseconds() - began)) }
}
