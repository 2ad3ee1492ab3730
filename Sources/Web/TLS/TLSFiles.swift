internal import COpenSSL
internal import Glibc

/// Where a server's certificate and key are.
public struct TLSFiles: Hashable, Sendable {
    /// Path of a PEM file: the server's certificate first, then those that vouch for it, without the root.
    public var certificate: String
    /// Path of a PEM file with the private key, not encrypted. May be the same file.
    public var key: String

    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }

    /// Reads both files and tells whether a server could be started with them.
    ///
    /// - Throws: what is wrong with them. A certificate that has expired is none of it: see `TLSCertificate`.
    @discardableResult
    public func check() throws(TLSFault) -> TLSCertificate { try TLSContext(serving: self).certificate() }
}

/// When the certificate that a server shows may be used. Unix seconds, UTC.
public struct TLSCertificate: Hashable, Sendable {
    public let validFrom: Int
    public let expiresAt: Int

    public init(validFrom: Int, expiresAt: Int) {
        self.validFrom = validFrom
        self.expiresAt = expiresAt
    }

    public func isValid(at now: Int) -> Bool { validFrom <= now && now <= expiresAt }
}

extension TLSCertificate {
    init(_ certificate: OpaquePointer) {
        self.init(
            validFrom: Self.seconds(X509_get0_notBefore(certificate)),
            expiresAt: Self.seconds(X509_get0_notAfter(certificate)))
    }

    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int {
        var parts = tm()
        guard ASN1_TIME_to_tm(time, &parts) == 1 else { return 0 }
        return timegm(&parts)
    }
}
