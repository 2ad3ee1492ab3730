internal import COpenSSL
internal import Glibc

/// What all TLS sessions of one server, or of one kind of client, have in common.
///
/// Sessions hold on to the one they began with: a certificate can be replaced while connections are open.
///
/// Safe to share because OpenSSL counts its references atomically, and nothing is set after `init`.
final class TLSContext: @unchecked Sendable {
    /// For TLS 1.2: forward secrecy and authenticated encryption only. Those of 1.3 all are like that.
    private static let ciphers = """
        ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:\
        ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305
        """
    private static let groups = "X25519:P-256:P-384"
    /// A ticket is as good as a handshake for this long. It is sealed with a key that lives in memory as long as the
    /// context, so that whoever reads the memory can read no more of TLS 1.2 than this.
    private static let ticketSeconds = 3_600

    private let context: OpaquePointer

    /// For connections that are accepted. Reads and checks the files; blocks.
    init(serving files: TLSFiles) throws(TLSFault) {
        let identity = try TLSIdentity(files)
        context = try Self.make(TLS_server_method())
        // From here on a throw runs `deinit`.
        try identity.install(in: context, of: files)
        SSL_CTX_set_timeout(context, Self.ticketSeconds)
        // The default of two is for clients that open many connections at once.
        SSL_CTX_set_num_tickets(context, 1)
        SSL_CTX_set_alpn_select_cb(
            context,
            { _, chosen, chosenCount, offered, offeredCount, _ in
                let offered = UnsafeBufferPointer(start: offered, count: Int(offeredCount))
                guard let choice = positionOfHTTP1(in: offered) else { return SSL_TLSEXT_ERR_ALERT_FATAL }
                chosen?.pointee = offered.baseAddress! + choice
                chosenCount?.pointee = UInt8(http1.utf8CodeUnitCount)
                return SSL_TLSEXT_ERR_OK
            }, nil)
    }

    /// For connections that we open: the other side must show a certificate for the name we called it by.
    ///
    /// - Parameter authorities: path of a PEM file with those to trust; nil for those the system trusts. Blocks.
    init(trusting authorities: String? = nil) throws(TLSFault) {
        context = try Self.make(TLS_client_method())
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        // From here on a throw runs `deinit`.
        try trust(authorities)
        let offer = [UInt8(http1.utf8CodeUnitCount)] + Array(http1.description.utf8)
        SSL_CTX_set_alpn_protos(context, offer, UInt32(offer.count))
    }

    deinit { SSL_CTX_free(context) }

    /// What a server's sessions show.
    func certificate() -> TLSCertificate {
        guard let certificate = SSL_CTX_get0_certificate(context) else {
            preconditionFailure("a server's context has a certificate")
        }
        return TLSCertificate(certificate)
    }

    /// The server's end of a session over `socket`, which it does not own. Nil when there is no memory.
    func session(over socket: Int32) -> TLSSession? {
        guard let session = parley_tls_session(context, TLSSession.sockets, socket) else { return nil }
        SSL_set_accept_state(session)
        return TLSSession(session)
    }

    /// The client's end of a session with `host`, a name or an address (an IPv6 one without brackets), over a `socket`
    /// that is connected to it and not owned. Nil when `host` is neither, or there is no memory.
    func session(with host: String, over socket: Int32) -> TLSSession? {
        // C would take what stands before a NUL for the whole name; and an empty one is not checked at all.
        guard !host.isEmpty, !host.utf8.contains(0) else { return nil }
        guard let session = parley_tls_session(context, TLSSession.sockets, socket) else { return nil }
        SSL_set_connect_state(session)
        let parameters = SSL_get0_param(session)
        // An address is looked for among the certificate's addresses; it is no name to be announced (RFC 6066 §3).
        if X509_VERIFY_PARAM_set1_ip_asc(parameters, host) == 1 { return TLSSession(session) }
        SSL_set_hostflags(session, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        guard SSL_set1_host(session, host) == 1, parley_tls_set_server_name(session, host) == 1 else {
            SSL_free(session)
            return nil
        }
        return TLSSession(session)
    }

    private static func make(_ method: OpaquePointer?) throws(TLSFault) -> OpaquePointer {
        ERR_clear_error()
        guard let context = SSL_CTX_new(method) else { throw .unavailable(reason: openSSLReason(ERR_peek_error())) }
        // An end without close_notify is an end: bodies are framed, and answers that end with the connection are
        // marked by what we send. Renegotiation would let reading wait for writing, and costs us more than a client.
        SSL_CTX_set_options(context, PARLEY_TLS_OPTIONS)
        // An idle session then holds none of its buffers, 33 KiB; and a write that came short can be repeated from
        // another place.
        parley_tls_set_modes(context, PARLEY_TLS_MODES)
        // One read for many records, instead of two for each.
        parley_tls_read_ahead(context)
        parley_tls_keep_no_sessions(context)
        guard parley_tls_set_version_min(context, TLS1_2_VERSION) == 1,
            SSL_CTX_set_cipher_list(context, ciphers) == 1, parley_tls_set_groups(context, groups) == 1
        else {
            SSL_CTX_free(context)
            throw .unavailable(reason: openSSLReason(ERR_peek_error()))
        }
        return context
    }

    private func trust(_ authorities: String?) throws(TLSFault) {
        guard let authorities else {
            guard SSL_CTX_set_default_verify_paths(context) == 1 else {
                throw .unavailable(reason: "the system's certificates cannot be found")
            }
            return
        }
        let store = SSL_CTX_get_cert_store(context)
        for certificate in try certificates(in: authorities) {
            X509_STORE_add_cert(store, certificate)
            X509_free(certificate)
        }
    }
}

private let http1: StaticString = "http/1.1"

/// Where `http/1.1` begins in a list of protocols, each behind its length (RFC 7301 §3.1).
private func positionOfHTTP1(in offered: UnsafeBufferPointer<UInt8>) -> Int? {
    let wanted = UnsafeBufferPointer(start: http1.utf8Start, count: http1.utf8CodeUnitCount)
    var position = 0
    while position < offered.count {
        let end = position + 1 + Int(offered[position])
        guard end <= offered.count else { return nil }
        if offered[(position + 1)..<end].elementsEqual(wanted) { return position + 1 }
        position = end
    }
    return nil
}
