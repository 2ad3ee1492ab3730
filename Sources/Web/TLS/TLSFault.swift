/// Why certificate, key or authorities cannot be used. For operators, never for clients; nothing of a key is in it.
public enum TLSFault: Error, Hashable, Sendable {
    case unreadable(file: String, reason: String)
    case noCertificate(file: String)
    case noKey(file: String)
    case keyEncrypted(file: String)
    /// The key belongs to another certificate than the first of the chain.
    case keyMismatch(certificate: String, key: String)
    /// OpenSSL will not serve with it, as a key that is too short.
    case notAllowed(file: String, reason: String)
    /// OpenSSL has no memory, or its own configuration is broken.
    case unavailable(reason: String)
    /// A reload where no certificate is in use.
    case nothingToReload

    /// A stable name for logs.
    public var code: String {
        switch self {
        case .unreadable: "tls.unreadable"
        case .noCertificate: "tls.no_certificate"
        case .noKey: "tls.no_key"
        case .keyEncrypted: "tls.key_encrypted"
        case .keyMismatch: "tls.key_mismatch"
        case .notAllowed: "tls.not_allowed"
        case .unavailable: "tls.unavailable"
        case .nothingToReload: "tls.nothing_to_reload"
        }
    }

    /// What happened and what to do.
    public var explanation: String {
        switch self {
        case .unreadable(let file, let reason): "The file \(file) cannot be read: \(reason)."
        case .noCertificate(let file):
            "There is no usable certificate in \(file). It must hold the server's certificate as PEM, with those that "
                + "vouch for it behind it."
        case .noKey(let file): "There is no usable private key in \(file). It must hold one as PEM."
        case .keyEncrypted(let file):
            "The key in \(file) is encrypted. Store it without a passphrase, readable only for the user who runs this."
        case .keyMismatch(let certificate, let key):
            "The key in \(key) does not belong to the first certificate in \(certificate). The server's own must come "
                + "first."
        case .notAllowed(let file, let reason): "What is in \(file) may not be used: \(reason)."
        case .unavailable(let reason): "TLS cannot be set up: \(reason)."
        case .nothingToReload: "No certificate is in use."
        }
    }
}
