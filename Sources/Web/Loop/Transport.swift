internal import Glibc

/// The bytes of one connection, in and out: of the bare socket, or through TLS.
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
    /// The handshake, if there is one, must be done before bytes are moved.
    var tls: TLSSession?

    init(socket: Int32, tls: TLSSession? = nil) {
        self.socket = socket
        self.tls = tls
    }

    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        // Once we have said our last, what comes is thrown away: it need not be deciphered for that.
        if let tls, !tls.isSilent { return tls.receive(into: buffer) }
        return outcome { recv(socket, buffer.baseAddress, buffer.count, 0) }
    }

    /// The first byte that has come, without taking it; nil when there is none.
    func peek() -> UInt8? {
        var byte: UInt8 = 0
        return outcome { recv(socket, &byte, 1, Int32(MSG_PEEK)) } == .moved(1) ? byte : nil
    }

    /// Whether there may be bytes that no readiness will tell of, after a read of `count` with `room` for more.
    ///
    /// A short read has emptied a socket, and epoll tells of what comes next (epoll(7), edge-triggered), so it need not
    /// be asked again. Of TLS one read is one record, and more may have been taken from the socket.
    func mayHoldMore(afterReading count: Int, of room: Int) -> Bool {
        guard let tls, !tls.isSilent else { return count == room }
        return tls.mayHoldMore
    }

    func send(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        if let tls { return tls.send(bytes) }
        return outcome { Glibc.send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)) }
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
        if let tls { return tls.send(pieces) }
        var message = msghdr()
        message.msg_iov = pieces.baseAddress
        message.msg_iovlen = pieces.count
        return outcome { sendmsg(socket, &message, Int32(MSG_NOSIGNAL)) }
    }

    /// Says that we send no more; the other side may still, and nobody will read it.
    func shutdownWriting() {
        tls?.sayLast()
        _ = shutdown(socket, Int32(SHUT_WR))
    }

    /// Lets the next `close` be one that the other side can tell from a proper end.
    func silence() { tls?.silence() }

    func close() {
        tls?.sayLast()
        _ = Glibc.close(socket)
    }

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
