internal import Glibc

/// The bytes of one connection, in and out: here of the bare socket.
struct Transport: Sendable {
    enum Outcome: Equatable {
        /// This many bytes, at least one.
        case moved(Int)
        /// Nothing now; readiness will tell.
        case wouldBlock
        /// The other side sends no more (reading only).
        case ended
        case broken
    }

    let socket: Int32

    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        outcome { recv(socket, buffer.baseAddress, buffer.count, 0) }
    }

    /// Whether another read may bring something at once, after one that brought `count` bytes.
    ///
    /// A short read has emptied the socket, and epoll tells of what comes next (epoll(7), edge-triggered).
    func mayHoldMore(afterReading count: Int, of room: Int) -> Bool { count == room }

    func send(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        outcome { Glibc.send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)) }
    }

    /// Sends two pieces with one call, so that a large body need not be copied behind its head.
    func send(_ head: UnsafeRawBufferPointer, _ body: [UInt8]) -> Outcome {
        body.withUnsafeBytes { body in
            var pieces = [
                iovec(iov_base: UnsafeMutableRawPointer(mutating: head.baseAddress), iov_len: head.count),
                iovec(iov_base: UnsafeMutableRawPointer(mutating: body.baseAddress), iov_len: body.count),
            ]
            return pieces.withUnsafeMutableBufferPointer { send($0) }
        }
    }

    /// Sends pieces one behind the other with one call.
    func send(_ pieces: UnsafeMutableBufferPointer<iovec>) -> Outcome {
        var message = msghdr()
        message.msg_iov = pieces.baseAddress
        message.msg_iovlen = pieces.count
        return outcome { sendmsg(socket, &message, Int32(MSG_NOSIGNAL)) }
    }

    /// Says that we send no more; the other side may still.
    func shutdownWriting() { _ = shutdown(socket, Int32(SHUT_WR)) }

    func close() { _ = Glibc.close(socket) }

    private func outcome(_ call: () -> Int) -> Outcome {
        while true {
            let count = call()
            if count > 0 { return .moved(count) }
            if count == 0 { return .ended }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            default: return .broken
            }
        }
    }
}
