import COpenSSL
import Glibc

@testable import Web

/// A key and a certificate made for one test, and the files they are in.
final class TLSTestIdentity: @unchecked Sendable {
    // Safe because nothing is changed after `init`, and OpenSSL only reads them.
    private let key: OpaquePointer
    private let certificate: OpaquePointer
    let folder: String

    var files: TLSFiles { TLSFiles(certificate: path("chain.pem"), key: path("key.pem")) }

    /// - Parameters:
    ///   - names: as OpenSSL writes them in a subjectAltName.
    ///   - days: from when to when it is valid, counted from now.
    ///   - issuer: who signs; nil signs itself. The chain file then holds the issuer's certificate as well.
    ///   - rsaBits: the size of an RSA key in place of one on P-256.
    init(
        names: String = "DNS:localhost,IP:127.0.0.1", days: Range<Int> = -1..<2, issuer: TLSTestIdentity? = nil,
        rsaBits: Int32? = nil
    ) {
        key = Self.makeKey(rsaBits: rsaBits)
        certificate = Self.sign(key, names: names, days: days, issuer: issuer)
        var template = Array("/tmp/web-tests-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil, "no temporary folder")
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        write("chain.pem", certificates: [self, issuer].compactMap(\.self))
        write("key.pem", passphrase: nil)
    }

    deinit {
        for name in ["chain.pem", "key.pem", "locked.pem", "other.pem"] { unlink(path(name)) }
        rmdir(folder)
        X509_free(certificate)
        EVP_PKEY_free(key)
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// Makes a file of certificates in this order.
    func write(_ name: String, certificates: [TLSTestIdentity]) {
        let file = BIO_new_file(path(name), "w")
        for identity in certificates { PEM_write_bio_X509(file, identity.certificate) }
        BIO_free(file)
    }

    /// Makes a file of the key, encrypted if there is a passphrase.
    func write(_ name: String, passphrase: [UInt8]?) {
        let file = BIO_new_file(path(name), "w")
        PEM_write_bio_PrivateKey(
            file, key, passphrase == nil ? nil : EVP_aes_128_cbc(), passphrase, Int32(passphrase?.count ?? 0), nil, nil)
        BIO_free(file)
    }

    /// Replaces the files' contents by those of another identity, as an operator does before SIGHUP.
    func become(_ other: TLSTestIdentity) {
        write("chain.pem", certificates: [other])
        let file = BIO_new_file(path("key.pem"), "w")
        PEM_write_bio_PrivateKey(file, other.key, nil, nil, 0, nil, nil)
        BIO_free(file)
    }

    /// What is in a file.
    func text(_ name: String) -> String {
        var bytes = [UInt8](repeating: 0, count: 16_384)
        let file = BIO_new_file(path(name), "r")
        let count = BIO_read(file, &bytes, Int32(bytes.count))
        BIO_free(file)
        return String(decoding: bytes.prefix(Int(max(0, count))), as: UTF8.self)
    }

    /// Makes a file of anything.
    func write(_ name: String, text: String) {
        let file = BIO_new_file(path(name), "w")
        BIO_write(file, text, Int32(text.utf8.count))
        BIO_free(file)
    }

    /// Whether `shown` is this certificate.
    func isShown(by shown: OpaquePointer?) -> Bool { X509_cmp(shown, certificate) == 0 }

    private static func makeKey(rsaBits: Int32?) -> OpaquePointer {
        let context = EVP_PKEY_CTX_new_from_name(nil, rsaBits == nil ? "EC" : "RSA", nil)
        defer { EVP_PKEY_CTX_free(context) }
        EVP_PKEY_keygen_init(context)
        if let rsaBits {
            EVP_PKEY_CTX_set_rsa_keygen_bits(context, rsaBits)
        } else {
            EVP_PKEY_CTX_set_group_name(context, "P-256")
        }
        var key: OpaquePointer?
        EVP_PKEY_keygen(context, &key)
        guard let key else { preconditionFailure("OpenSSL makes no key") }
        return key
    }

    private static func sign(
        _ key: OpaquePointer, names: String, days: Range<Int>, issuer: TLSTestIdentity?
    ) -> OpaquePointer {
        guard let certificate = X509_new() else { preconditionFailure("no memory") }
        X509_set_version(certificate, 2)
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), Int.random(in: 1..<1 << 40))
        X509_gmtime_adj(X509_getm_notBefore(certificate), days.lowerBound * 86_400)
        X509_gmtime_adj(X509_getm_notAfter(certificate), days.upperBound * 86_400)
        X509_set_pubkey(certificate, key)
        X509_NAME_add_entry_by_txt(
            X509_get_subject_name(certificate), "CN", MBSTRING_ASC, issuer == nil ? "test root" : "test", -1, -1, 0)
        X509_set_issuer_name(certificate, X509_get_subject_name(issuer?.certificate ?? certificate))
        add(NID_subject_alt_name, names, to: certificate)
        if issuer == nil { add(NID_basic_constraints, "critical,CA:TRUE", to: certificate) }
        X509_sign(certificate, issuer?.key ?? key, EVP_sha256())
        return certificate
    }

    private static func add(_ kind: Int32, _ value: String, to certificate: OpaquePointer) {
        let entry = X509V3_EXT_conf_nid(nil, nil, kind, value)
        X509_add_ext(certificate, entry, -1)
        X509_EXTENSION_free(entry)
    }
}
