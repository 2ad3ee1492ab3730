internal import COpenSSL

/// Why a TLS handshake did not come to its end.
public enum HandshakeFailure: Error, Hashable, Sendable {
    /// The other side closed or reset the connection.
    case peerGone
    case tooSlow
    /// The client speaks plain HTTP.
    case plainHTTP
    /// The other side speaks no TLS.
    case notTLS
    /// No version of TLS in common; below 1.2 is refused.
    case version
    /// No cipher, signature or group in common.
    case cipher
    /// The client offers protocols, and `http/1.1` is not among them (RFC 7301 §3.2).
    case applicationProtocol
    /// The other side ended it with an alert: often that it does not trust our certificate.
    case refusedByPeer(String)
    /// Our side does not trust the other's certificate, and why.
    case certificateRefused(String)
    /// Anything else that RFC 8446 or RFC 5246 does not allow.
    case malformed

    /// One word for logs; never reworded.
    public var reason: String {
        switch self {
        case .peerGone: "peer_gone"
        case .tooSlow: "too_slow"
        case .plainHTTP: "plain_http"
        case .notTLS: "not_tls"
        case .version: "version"
        case .cipher: "cipher"
        case .applicationProtocol: "application_protocol"
        case .refusedByPeer: "refused_by_peer"
        case .certificateRefused: "certificate_refused"
        case .malformed: "malformed"
        }
    }

    /// What happened, for people.
    public var explanation: String {
        switch self {
        case .peerGone: "The connection ended within the TLS handshake."
        case .tooSlow: "The TLS handshake took too long."
        case .plainHTTP, .notTLS: "The other side does not speak TLS."
        case .version: "There is no version of TLS that both sides allow."
        case .cipher: "There is no TLS cipher that both sides allow."
        case .applicationProtocol: "There is no protocol over TLS that both sides speak."
        case .refusedByPeer(let alert): "The other side refused the TLS handshake: \(alert)."
        case .certificateRefused(let why): "The certificate is not trusted: \(why)."
        case .malformed: "The other side broke the rules of TLS."
        }
    }

    /// From the oldest error in OpenSSL's queue, which is the cause of the others; 0 when it only saw the end.
    init(_ error: UInt) {
        guard error != 0 else {
            self = .peerGone
            return
        }
        let reason = ERR_GET_REASON(error)
        switch reason {
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_VERSION_TOO_HIGH, SSL_R_UNKNOWN_PROTOCOL,
            SSL_R_WRONG_SSL_VERSION:
            self = .version
        case SSL_R_NO_SHARED_CIPHER, SSL_R_NO_SHARED_GROUPS, SSL_R_NO_SUITABLE_KEY_SHARE,
            SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS,
            SSL_R_NO_CIPHERS_AVAILABLE, SSL_R_NO_PROTOCOLS_AVAILABLE:
            self = .cipher
        case SSL_R_NO_APPLICATION_PROTOCOL: self = .applicationProtocol
        case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST: self = .plainHTTP
        case SSL_R_WRONG_VERSION_NUMBER: self = .notTLS
        case SSL_R_UNEXPECTED_EOF_WHILE_READING: self = .peerGone
        // Reasons from here on are the other side's alerts (SSL_AD_REASON_OFFSET).
        case 1_000...: self = .refusedByPeer(openSSLReason(error))
        default: self = .malformed
        }
    }
}

/// OpenSSL's words for an error, as `bad certificate`; they name no file and no value.
func openSSLReason(_ error: UInt) -> String { ERR_reason_error_string(error).map { String(cString: $0) } ?? "unknown" }
