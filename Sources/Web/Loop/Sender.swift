internal import Glibc

/// The way out of a connection: what the kernel did not take, and our patience with a client that does not read.
///
/// Whoever is told that the connection broke must abort it: its descriptor may already be of no use.
struct Sender {
    enum Standing {
        case stands
        case broke
    }

    var transport: Transport
    let tag: UInt64
    var outbox = Outbox()
    /// The kernel is full; readiness will tell.
    private(set) var isStalled = false
    /// Readiness to write is told, since a write came short once.
    private var isWatchingRoom = false
    /// Taken by the kernel in the current window of progress.
    private var sentInWindow = 0
    /// On the loop's clock; `Int.max` while nothing waits.
    private(set) var deadline = Int.max

    init(_ transport: Transport, tag: UInt64) {
        self.transport = transport
        self.tag = tag
    }

    /// Sends `bytes` behind what waits, as far as the kernel takes it, and keeps a copy of the rest.
    mutating func send(_ bytes: UnsafeRawBufferPointer, on loop: EventLoop) -> Standing {
        guard outbox.isEmpty else {
            outbox.append(bytes)
            return drain(on: loop)
        }
        guard bytes.count > 0 else { return .stands }
        guard let sent = taken(transport.send(bytes), on: loop) else { return .broke }
        guard sent < bytes.count else { return .stands }
        outbox.append(UnsafeRawBufferPointer(rebasing: bytes[sent...]))
        awaitRoom(on: loop)
        return .stands
    }

    /// Sends a large body behind `head`, without copying it.
    mutating func send(_ head: UnsafeRawBufferPointer, _ body: [UInt8], on loop: EventLoop) -> Standing {
        guard outbox.isEmpty else {
            outbox.append(head)
            outbox.append(body)
            return drain(on: loop)
        }
        guard let sent = taken(transport.send(head, body), on: loop) else { return .broke }
        guard sent < head.count + body.count else { return .stands }
        if sent < head.count {
            outbox.append(UnsafeRawBufferPointer(rebasing: head[sent...]))
            outbox.append(body)
        } else {
            outbox.append(body, from: sent - head.count)
        }
        awaitRoom(on: loop)
        return .stands
    }

    /// Sends a frame that is shared with other connections; see `Outbox.push`.
    mutating func push(_ frame: [UInt8], key: UInt64, on loop: EventLoop) -> Standing {
        guard outbox.isEmpty else {
            loop.counters.framesConflated.add(outbox.push(frame, key: key))
            return .stands
        }
        guard let sent = taken(frame.withUnsafeBytes { transport.send($0) }, on: loop) else { return .broke }
        guard sent < frame.count else { return .stands }
        outbox.push(frame, sent: sent)
        awaitRoom(on: loop)
        return .stands
    }

    /// Sends what waits, unless the kernel is known to be full.
    mutating func drain(on loop: EventLoop) -> Standing {
        while !isStalled, !outbox.isEmpty {
            var offered = 0
            let outcome = outbox.withVectors { vectors in
                for vector in vectors { offered += vector.iov_len }
                return transport.send(vectors)
            }
            guard let sent = taken(outcome, on: loop) else { return .broke }
            outbox.removeFirst(sent)
            sentInWindow += sent
            if sent < offered { awaitRoom(on: loop) }
        }
        if outbox.isEmpty { deadline = .max }
        return .stands
    }

    /// The kernel has room again.
    mutating func roomCame(on loop: EventLoop) -> Standing {
        isStalled = false
        return drain(on: loop)
    }

    /// Whether the client took less than it must in the window that has passed; otherwise begins the next one.
    mutating func hasLostPatience(_ patience: Patience, at now: Int) -> Bool {
        guard now >= deadline else { return false }
        guard sentInWindow >= patience.writeBytesMin else { return true }
        sentInWindow = 0
        deadline = now + patience.writeWindow
        return false
    }

    /// Lets readiness tell of room, from now on.
    mutating func watchRoom(on loop: EventLoop) {
        guard !isWatchingRoom else { return }
        isWatchingRoom = true
        loop.epoll.addWritable(transport.socket, tag: tag)
    }

    mutating func close() {
        transport.close()
        outbox = Outbox()
        deadline = .max
    }

    /// Bytes taken; 0 when the kernel is full, nil when the connection broke.
    private func taken(_ outcome: Transport.Outcome, on loop: EventLoop) -> Int? {
        switch outcome {
        case .moved(let count):
            loop.counters.bytesSent.add(count)
            return count
        case .wouldBlock:
            return 0
        case .ended, .broken:
            return nil
        }
    }

    private mutating func awaitRoom(on loop: EventLoop) {
        isStalled = true
        watchRoom(on: loop)
        if deadline == .max {
            sentInWindow = 0
            deadline = loop.clock.now + loop.patience.writeWindow
        }
    }
}
