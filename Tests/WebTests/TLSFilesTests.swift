import Glibc
import Testing

@testable import Web

/// What is said of certificates and keys before they are used.
@Suite struct TLSFilesTests {
    private let identity = TLSTestIdentity()

    private func fault(_ files: TLSFiles) -> TLSFault? {
        do throws(TLSFault) {
            try files.check()
            return nil
        } catch {
            return error
        }
    }

    @Test func `a pair that fits tells when it ends`() throws {
        let certificate = try identity.files.check()
        let now = time(nil)
        #expect(abs(certificate.expiresAt - now - 2 * 86_400) < 60)
        #expect(certificate.isValid(at: now))
        #expect(!certificate.isValid(at: certificate.expiresAt + 1))
        #expect(!certificate.isValid(at: certificate.validFrom - 1))
        #expect(!TLSCertificate(validFrom: 5, expiresAt: 3).isValid(at: 5))
    }

    @Test(arguments: [-3 ..< -1, 1..<2])
    func `a certificate out of its time is one`(days: Range<Int>) throws {
        let other = TLSTestIdentity(days: days)
        #expect(try !other.files.check().isValid(at: time(nil)))
    }

    @Test func `key and certificates may share a file`() throws {
        let path = identity.path("other.pem")
        identity.write("other.pem", text: identity.text("key.pem") + identity.text("chain.pem"))
        try TLSFiles(certificate: path, key: path).check()
    }

    @Test func `what cannot be used is named with its file`() {
        let (chain, key) = (identity.files.certificate, identity.files.key)
        let other = identity.path("other.pem")
        #expect(
            fault(TLSFiles(certificate: "/nowhere.pem", key: key))
                == .unreadable(file: "/nowhere.pem", reason: "No such file or directory"))
        #expect(fault(TLSFiles(certificate: "/tmp", key: key)) == .unreadable(file: "/tmp", reason: "Is a directory"))
        #expect(
            fault(TLSFiles(certificate: "/dev/zero", key: key))
                == .unreadable(file: "/dev/zero", reason: "it is larger than 1 MiB"))
        for text in ["", "hello\n", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            identity.write("other.pem", text: text)
            #expect(fault(TLSFiles(certificate: other, key: key)) == .noCertificate(file: other))
            #expect(fault(TLSFiles(certificate: chain, key: other)) == .noKey(file: other))
        }
        #expect(fault(TLSFiles(certificate: key, key: key)) == .noCertificate(file: key))
        #expect(fault(TLSFiles(certificate: chain, key: chain)) == .noKey(file: chain))
    }

    @Test func `an encrypted key is refused, and nobody is asked for its passphrase`() {
        identity.write("locked.pem", passphrase: Array("sesame".utf8))
        let locked = identity.path("locked.pem")
        #expect(fault(TLSFiles(certificate: identity.files.certificate, key: locked)) == .keyEncrypted(file: locked))
    }

    @Test func `a key of another certificate is refused, an issuer put first included`() {
        let other = TLSTestIdentity()
        let (mixed, key) = (identity.files.certificate, other.files.key)
        #expect(fault(TLSFiles(certificate: mixed, key: key)) == .keyMismatch(certificate: mixed, key: key))
        let leaf = TLSTestIdentity(issuer: identity)
        leaf.write("other.pem", certificates: [identity, leaf])
        let (turned, own) = (leaf.path("other.pem"), leaf.files.key)
        #expect(fault(TLSFiles(certificate: turned, key: own)) == .keyMismatch(certificate: turned, key: own))
    }

    @Test func `a damaged certificate behind a good one is not passed over`() {
        let path = identity.path("other.pem")
        let whole = identity.text("chain.pem")
        identity.write("other.pem", text: whole + whole.prefix(200))
        #expect(fault(TLSFiles(certificate: path, key: identity.files.key)) == .noCertificate(file: path))
    }

    @Test func `a key too weak for today is refused with the reason`() {
        let weak = TLSTestIdentity(rsaBits: 1_024)
        #expect(
            fault(weak.files) == .notAllowed(file: weak.files.certificate, reason: "ee key too small"))
        let strong = TLSTestIdentity(rsaBits: 2_048)
        #expect(fault(strong.files) == nil)
    }

    @Test("every fault has a code of its own and a sentence", arguments: [
        (.unreadable(file: "f", reason: "r"), "tls.unreadable"), (.noCertificate(file: "f"), "tls.no_certificate"),
        (.noKey(file: "f"), "tls.no_key"), (.keyEncrypted(file: "f"), "tls.key_encrypted"),
        (.keyMismatch(certificate: "f", key: "g"), "tls.key_mismatch"),
        (.notAllowed(file: "f", reason: "r"), "tls.not_allowed"), (.unavailable(reason: "f"), "tls.unavailable"),
    ] as [(TLSFault, String)])
    func words(of fault: TLSFault, code: String) {
        #expect(fault.code == code && fault.explanation.contains("f") && fault.explanation.hasSuffix("."))
        #expect(ServerError.tls(fault).code == code && ServerError.tls(fault).explanation == fault.explanation)
    }
}
