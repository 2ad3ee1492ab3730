import COpenSSL
import Glibc
import Testing

@testable import Web

/// A TLS client whose bytes a test can hold back, cut and spoil: OpenSSL speaks into memory, a `WireClient` carries.
final class TLSWireClient {
    enum Fault: Error, Equatable {
        /// OpenSSL's words for why it gave up.
        case failed(String)
    }

    let wire: WireClient
    private let session: OpaquePointer
    private let incoming = BIO_new(BIO_s_mem())
    private let outgoing = BIO_new(BIO_s_mem())
    private var unread: [UInt8] = []

    /// - Parameters:
    ///   - version: the only one to offer; nil offers 1.2 and 1.3.
    ///   - protocols: what to offer by ALPN; nil does not speak of it.
    init(
        port: Int, version: Int32? = nil, protocols: [String]? = ["http/1.1"], ciphers: String? = nil,
        receiveBufferBytes: Int32? = nil
    ) throws {
        wire = try WireClient(port: port, receiveBufferBytes: receiveBufferBytes)
        let context = SSL_CTX_new(TLS_client_method())
        SSL_CTX_set_security_level(context, 0)
        let (lowest, highest) = (version ?? TLS1_2_VERSION, version ?? TLS1_3_VERSION)
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(lowest), nil)
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(highest), nil)
        if let ciphers { SSL_CTX_set_cipher_list(context, ciphers) }
        let list = (protocols ?? []).flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        if protocols != nil { SSL_CTX_set_alpn_protos(context, list, UInt32(list.count)) }
        session = SSL_new(context)
        SSL_CTX_free(context)
        SSL_set_bio(session, incoming, outgoing)
        SSL_set_connect_state(session)
    }

    /// Connects and does the whole handshake.
    static func secure(
        port: Int, version: Int32? = nil, protocols: [String]? = ["http/1.1"], receiveBufferBytes: Int32? = nil
    ) throws -> TLSWireClient {
        let client = try TLSWireClient(
            port: port, version: version, protocols: protocols, receiveBufferBytes: receiveBufferBytes)
        try client.shakeHands()
        return client
    }

    deinit { SSL_free(session) }

    /// - Parameter pieceBytes: what to send at once.
    func shakeHands(pieceBytes: Int = .max) throws {
        ERR_clear_error()
        while true {
            let result = SSL_do_handshake(session)
            let flight = takeOutgoing()
            var rest = flight[...]
            while !rest.isEmpty {
                wire.send(Array(rest.prefix(pieceBytes)))
                rest = rest.dropFirst(pieceBytes)
            }
            if result == 1 { return }
            guard SSL_get_error(session, result) == SSL_ERROR_WANT_READ else { throw failure }
            guard let bytes = try wire.read() else { throw Fault.failed("ended") }
            take(bytes)
        }
    }

    /// Does the handshake of TLS 1.3 and sends its end together with `text`.
    func shakeHands(before text: String) throws {
        while true {
            let result = SSL_do_handshake(session)
            if result == 1 { return send(text) }
            wire.send(takeOutgoing())
            guard let bytes = try wire.read() else { throw Fault.failed("ended") }
            take(bytes)
        }
    }

    /// Asks for another handshake within the session, as TLS 1.2 knew it.
    func renegotiate() throws {
        guard SSL_renegotiate(session) == 1 else { throw failure }
        try shakeHands()
        _ = try ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    }

    /// The first flight, not sent.
    func hello() -> [UInt8] {
        SSL_do_handshake(session)
        return takeOutgoing()
    }

    /// What goes over the wire for `bytes`, not sent.
    func sealed(_ bytes: [UInt8]) -> [UInt8] {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { SSL_write(session, $0.baseAddress, Int32($0.count)) }
            precondition(count > 0, "memory is always writable")
            rest = rest.dropFirst(Int(count))
        }
        return takeOutgoing()
    }

    func send(_ text: String) { wire.send(sealed(Array(text.utf8))) }
    func send(_ bytes: [UInt8]) { wire.send(sealed(bytes)) }

    /// Says that it sends no more; the connection stays open for answers.
    func endWriting() {
        SSL_shutdown(session)
        wire.send(takeOutgoing())
    }

    func ask(_ text: String) throws -> Answer {
        send(text)
        return try answer()
    }

    /// The next answer, whole.
    func answer() throws -> Answer {
        while true {
            if let (answer, used) = Answer.parse(unread, toHead: false) {
                unread.removeFirst(used)
                return answer
            }
            guard let bytes = try read() else {
                throw WireClient.Fault.ended(got: String(decoding: unread, as: UTF8.self))
            }
            unread += bytes
        }
    }

    /// Everything until the server ends.
    func readToEnd() throws -> String {
        while let bytes = try read() { unread += bytes }
        defer { unread = [] }
        return String(decoding: unread, as: UTF8.self)
    }

    /// The server said that it sends no more, rather than just closing.
    var hasEndedProperly: Bool { SSL_get_shutdown(session) & SSL_RECEIVED_SHUTDOWN != 0 }

    var applicationProtocol: String {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(session, &name, &count)
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
    }

    var version: String { String(cString: SSL_get_version(session)) }
    var cipher: String { String(cString: SSL_CIPHER_get_name(SSL_get_current_cipher(session))) }

    func isShown(_ identity: TLSTestIdentity) -> Bool {
        let shown = SSL_get1_peer_certificate(session)
        defer { X509_free(shown) }
        return identity.isShown(by: shown)
    }

    /// How many certificates the server showed.
    var chainCount: Int { Int(OPENSSL_sk_num(SSL_get_peer_cert_chain(session))) }

    /// Asks for keys anew, as RFC 8446 §4.6.3 lets either side do.
    func askForNewKeys() { SSL_key_update(session, SSL_KEY_UPDATE_REQUESTED) }

    /// Bytes of the session that came together; nil at its end, proper or not.
    func read() throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 20_000)
        while true {
            ERR_clear_error()
            let count = SSL_read(session, &buffer, Int32(buffer.count))
            if count > 0 { return Array(buffer[..<Int(count)]) }
            switch SSL_get_error(session, count) {
            case SSL_ERROR_ZERO_RETURN: return nil
            case SSL_ERROR_WANT_READ:
                guard let bytes = try wire.read() else { return nil }
                take(bytes)
            default: throw failure
            }
        }
    }

    /// Takes from the wire what has come, to be read later.
    func fetch() throws {
        guard let bytes = try wire.read() else { throw Fault.failed("ended") }
        take(bytes)
    }

    private func take(_ bytes: [UInt8]) { BIO_write(incoming, bytes, Int32(bytes.count)) }

    private func takeOutgoing() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: BIO_ctrl_pending(outgoing))
        guard !bytes.isEmpty else { return [] }
        BIO_read(outgoing, &bytes, Int32(bytes.count))
        return bytes
    }

    private var failure: Fault { .failed(openSSLReason(ERR_peek_error())) }
}
