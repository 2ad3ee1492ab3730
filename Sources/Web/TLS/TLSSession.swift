internal import COpenSSL
internal import Glibc

/// One end of one TLS connection, over a socket it does not own.
///
/// After the handshake neither direction ever waits for the other: renegotiation is off, and TLS 1.3 answers what it
/// must with the next write (RFC 8446 §4.6.3).
///
/// Safe to send because only the thread of the connection's loop calls it.
final class TLSSession: @unchecked Sendable {
    enum Progress {
        case done
        case awaitsBytes
        case awaitsRoom
        case failed(HandshakeFailure)
    }

    /// What a record can carry (RFC 8446 §5.1).
    static let recordBytesMax = 16 << 10

    /// How OpenSSL uses sockets. Safe because it is never changed.
    nonisolated(unsafe) static let sockets: OpaquePointer = {
        guard let method = parley_socket_method() else { preconditionFailure("no memory for OpenSSL") }
        return method
    }()

    private let session: OpaquePointer
    private var isEstablished = false
    /// Nothing more may be said: we have said our last, or the session is broken.
    private(set) var isSilent = false

    init(_ session: OpaquePointer) { self.session = session }

    deinit { SSL_free(session) }

    /// Goes on with the handshake. After `.failed` an alert has been sent where one is due.
    func handshake() -> Progress {
        ERR_clear_error()
        let result = SSL_do_handshake(session)
        guard result != 1 else {
            isEstablished = true
            return .done
        }
        switch SSL_get_error(session, result) {
        case SSL_ERROR_WANT_READ: return .awaitsBytes
        case SSL_ERROR_WANT_WRITE: return .awaitsRoom
        default:
            isSilent = true
            let verdict = SSL_get_verify_result(session)
            if verdict != Int(X509_V_OK) {
                return .failed(.certificateRefused(String(cString: X509_verify_cert_error_string(verdict))))
            }
            return .failed(HandshakeFailure(ERR_peek_error()))
        }
    }

    /// The protocol both sides agreed on; empty when they did not talk about it.
    var applicationProtocol: String {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(session, &name, &count)
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
    }

    /// One record at most.
    func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transport.Outcome {
        ERR_clear_error()
        let count = SSL_read(session, buffer.baseAddress, Int32(clamping: buffer.count))
        return count > 0 ? .moved(Int(count)) : outcome(of: count)
    }

    /// There are bytes that no readiness will tell of: OpenSSL holds some, or did not empty the socket.
    var mayHoldMore: Bool {
        SSL_has_pending(session) == 1 || BIO_test_flags(SSL_get_rbio(session), Int32(PARLEY_SOCKET_EMPTIED)) == 0
    }

    /// Sends as many records as the kernel takes. After a short count what follows must begin with the same bytes, at
    /// least `recordBytesMax` of them if there were as many: a record of them is sealed, and goes out with the next
    /// call.
    func send(_ bytes: UnsafeRawBufferPointer) -> Transport.Outcome {
        var sent = 0
        while sent < bytes.count {
            switch sendRecord(UnsafeRawBufferPointer(rebasing: bytes[sent...])) {
            case .moved(let count): sent += count
            case .wouldBlock: return sent > 0 ? .moved(sent) : .wouldBlock
            case let end: return end
            }
        }
        return .moved(sent)
    }

    /// Sends pieces one behind the other. Small ones share a record, which costs a copy of 16 KiB at most; large ones
    /// are sealed from where they are.
    func send(_ pieces: UnsafeMutableBufferPointer<iovec>) -> Transport.Outcome {
        withUnsafeTemporaryAllocation(byteCount: Self.recordBytesMax, alignment: 16) { shared in
            var rest = PieceCursor(pieces)
            var sent = 0
            while let record = rest.record(gatheredIn: shared) {
                switch sendRecord(record) {
                case .moved(let count):
                    sent += count
                    rest.advance(by: count)
                case .wouldBlock: return sent > 0 ? .moved(sent) : .wouldBlock
                case let end: return end
                }
            }
            return .moved(sent)
        }
    }

    /// Says that we send no more (RFC 8446 §6.1), unless there is nobody to say it to.
    func sayLast() {
        guard isEstablished, !isSilent else { return }
        isSilent = true
        ERR_clear_error()
        SSL_shutdown(session)
    }

    /// Lets the session end without a word: the other side must not take what it has for complete.
    func silence() { isSilent = true }

    private func sendRecord(_ bytes: UnsafeRawBufferPointer) -> Transport.Outcome {
        ERR_clear_error()
        let count = SSL_write(session, bytes.baseAddress, Int32(clamping: bytes.count))
        return count > 0 ? .moved(Int(count)) : outcome(of: count)
    }

    private func outcome(of result: Int32) -> Transport.Outcome {
        switch SSL_get_error(session, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wouldBlock
        case SSL_ERROR_ZERO_RETURN: return .ended
        default:
            isSilent = true
            return .broken
        }
    }
}

/// Goes through pieces record by record.
private struct PieceCursor {
    private let pieces: UnsafeMutableBufferPointer<iovec>
    private var index = 0
    private var offset = 0

    init(_ pieces: UnsafeMutableBufferPointer<iovec>) { self.pieces = pieces }

    /// What the next record is to hold, and perhaps more behind it; nil at the end.
    mutating func record(gatheredIn shared: UnsafeMutableRawBufferPointer) -> UnsafeRawBufferPointer? {
        while index < pieces.count, offset == pieces[index].iov_len { (index, offset) = (index + 1, 0) }
        guard index < pieces.count else { return nil }
        let first = UnsafeRawBufferPointer(
            start: pieces[index].iov_base + offset, count: pieces[index].iov_len - offset)
        guard first.count < shared.count, index + 1 < pieces.count else { return first }
        var count = 0
        var skip = offset
        for piece in pieces[index...] where count < shared.count {
            let taken = min(piece.iov_len - skip, shared.count - count)
            memcpy(shared.baseAddress! + count, piece.iov_base + skip, taken)
            count += taken
            skip = 0
        }
        return UnsafeRawBufferPointer(rebasing: shared[..<count])
    }

    mutating func advance(by sent: Int) {
        offset += sent
        while index < pieces.count, offset >= pieces[index].iov_len {
            offset -= pieces[index].iov_len
            index += 1
        }
    }
}
