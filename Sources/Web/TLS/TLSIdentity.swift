internal import COpenSSL
internal import Glibc

/// The certificates a server shows and the key that proves they are its own, as OpenSSL holds them.
struct TLSIdentity: ~Copyable {
    /// The server's own first; never empty.
    let chain: [OpaquePointer]
    let key: OpaquePointer

    init(_ files: TLSFiles) throws(TLSFault) {
        ERR_clear_error()
        let chain = try certificates(in: files.certificate)
        do throws(TLSFault) {
            let key = try Self.key(in: files.key)
            guard X509_check_private_key(chain[0], key) == 1 else {
                EVP_PKEY_free(key)
                throw .keyMismatch(certificate: files.certificate, key: files.key)
            }
            self.chain = chain
            self.key = key
        } catch {
            for certificate in chain { X509_free(certificate) }
            throw error
        }
    }

    deinit {
        for certificate in chain { X509_free(certificate) }
        EVP_PKEY_free(key)
    }

    /// Puts all of it into `context`, which keeps its own references.
    borrowing func install(in context: OpaquePointer, of files: TLSFiles) throws(TLSFault) {
        ERR_clear_error()
        guard SSL_CTX_use_certificate(context, chain[0]) == 1 else {
            throw .notAllowed(file: files.certificate, reason: openSSLReason(ERR_peek_error()))
        }
        for certificate in chain.dropFirst() {
            X509_up_ref(certificate)
            guard parley_tls_add_chain(context, certificate) == 1 else {
                X509_free(certificate)
                throw .notAllowed(file: files.certificate, reason: openSSLReason(ERR_peek_error()))
            }
        }
        guard SSL_CTX_use_PrivateKey(context, key) == 1 else {
            throw .notAllowed(file: files.key, reason: openSSLReason(ERR_peek_error()))
        }
    }

    private static func key(in file: String) throws(TLSFault) -> OpaquePointer {
        try withPEM(file) { bio throws(TLSFault) in
            var wasAsked: Int32 = 0
            // Asked for a passphrase, it has none: OpenSSL's own answer would be to ask on the terminal.
            let key = PEM_read_bio_PrivateKey(
                bio, nil,
                { _, _, _, wasAsked in
                    wasAsked?.storeBytes(of: 1, as: Int32.self)
                    return -1
                }, &wasAsked)
            defer { ERR_clear_error() }
            guard let key else { throw wasAsked == 1 ? .keyEncrypted(file: file) : .noKey(file: file) }
            return key
        }
    }
}

/// All certificates of a PEM file, in their order; whatever else is in it is passed over.
///
/// - Throws: `.unreadable`, or `.noCertificate` when there is none or one is damaged.
func certificates(in file: String) throws(TLSFault) -> [OpaquePointer] {
    try withPEM(file) { bio throws(TLSFault) in
        var found: [OpaquePointer] = []
        ERR_clear_error()
        while let certificate = PEM_read_bio_X509(bio, nil, nil, nil) { found.append(certificate) }
        let isAtEnd = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE
        ERR_clear_error()
        guard isAtEnd, !found.isEmpty else {
            for certificate in found { X509_free(certificate) }
            throw .noCertificate(file: file)
        }
        return found
    }
}

/// Certificates and keys are a few KiB; this is a folder of authorities.
private let pemBytesMax = 1 << 20

/// Passes a file's bytes to `body` as OpenSSL reads them, and wipes them afterwards.
private func withPEM<Result>(
    _ file: String, _ body: (OpaquePointer) throws(TLSFault) -> Result
) throws(TLSFault) -> Result {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(file: file, reason: String(cString: strerror(errno))) }
    defer { close(descriptor) }
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: pemBytesMax, alignment: 16)
    var count = 0
    defer {
        OPENSSL_cleanse(bytes.baseAddress, count)
        bytes.deallocate()
    }
    while count < bytes.count {
        let more = read(descriptor, bytes.baseAddress.map { $0 + count }, bytes.count - count)
        guard more >= 0 else { throw .unreadable(file: file, reason: String(cString: strerror(errno))) }
        guard more > 0 else { break }
        count += more
    }
    guard count < bytes.count else { throw .unreadable(file: file, reason: "it is larger than 1 MiB") }
    guard let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(count)) else { throw .unavailable(reason: "no memory") }
    defer { BIO_free(bio) }
    return try body(bio)
}
