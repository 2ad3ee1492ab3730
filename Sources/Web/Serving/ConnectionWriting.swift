/// Sending, and what happens when the kernel does not take it all.
extension Connection {
    /// Sends what waits in the loop's output and in the outbox, as far as the kernel takes it.
    func flush() {
        let bytes = loop.output.take()
        guard phase != .closed else { return }
        guard outbox.isEmpty else {
            outbox.append(bytes)
            return drainOutbox()
        }
        guard bytes.count > 0 else { return }
        let sent = count(transport.send(bytes))
        if sent >= 0, sent < bytes.count {
            outbox.append(UnsafeRawBufferPointer(rebasing: bytes[sent...]))
            awaitRoom()
        }
    }

    /// Sends a large body behind what waits in the output, without copying it.
    func flush(with body: [UInt8]) {
        let head = loop.output.take()
        guard phase != .closed else { return }
        guard outbox.isEmpty else {
            outbox.append(head)
            outbox.append(body)
            return drainOutbox()
        }
        let sent = count(transport.send(head, body))
        guard sent >= 0, sent < head.count + body.count else { return }
        if sent < head.count {
            outbox.append(UnsafeRawBufferPointer(rebasing: head[sent...]))
            outbox.append(body)
        } else {
            outbox.append(body, from: sent - head.count)
        }
        awaitRoom()
    }

    func drainOutbox() {
        guard !outbox.isStalled, !outbox.isEmpty else { return }
        let sent = count(
            outbox.bytes.withUnsafeBytes { all in
                transport.send(UnsafeRawBufferPointer(rebasing: all[outbox.start...]))
            })
        guard sent >= 0 else { return }
        outbox.removeFirst(sent)
        if outbox.count < Outbox.lowWater { producing?.wakeWaiters() }
        if outbox.isEmpty {
            writeDeadline = .max
        } else {
            awaitRoom()
        }
    }

    /// The kernel has room again.
    func roomCame() {
        outbox.isStalled = false
        drainOutbox()
    }

    /// Bytes taken; 0 when the kernel is full, -1 when the connection broke, which has been dealt with.
    private func count(_ outcome: Transport.Outcome) -> Int {
        switch outcome {
        case .moved(let count):
            loop.counters.bytesSent.add(count)
            return count
        case .wouldBlock:
            return 0
        case .ended, .broken:
            abort()
            return -1
        }
    }

    private func awaitRoom() {
        outbox.isStalled = true
        if !isWatchingRoom {
            isWatchingRoom = true
            loop.epoll.addWritable(transport.socket, tag: tag)
        }
        if writeDeadline == .max {
            outbox.sentInWindow = 0
            writeDeadline = loop.clock.now + context.patience.writeWindow
        }
    }
}
