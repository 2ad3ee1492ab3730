import COpenSSL

/// SHA-256 as FIPS 180-4 defines it, computed by OpenSSL, of bytes that come in pieces.
public struct SHA256: ~Copyable {
    private let context: OpaquePointer

    public init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, Self.algorithm, nil) == 1
        else { preconditionFailure("OpenSSL offers no SHA-256") }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds bytes to those already hashed.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        let code = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
        precondition(code == 1)
    }

    /// Adds bytes to those already hashed.
    public mutating func update(_ bytes: some Collection<UInt8>) {
        let isDone: Void? = bytes.withContiguousStorageIfAvailable { update(UnsafeRawBufferPointer($0)) }
        if isDone == nil { Array(bytes).withUnsafeBytes { update($0) } }
    }

    /// The digest, 32 bytes.
    public consuming func finish() -> [UInt8] {
        Array(unsafeUninitializedCapacity: Self.bytes) { buffer, count in
            let code = EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
            precondition(code == 1)
            count = Self.bytes
        }
    }

    /// Length of a digest in bytes.
    public static let bytes = 32

    /// The digest of all the bytes, 32 bytes.
    public static func digest(of bytes: some Collection<UInt8>) -> [UInt8] {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }

    /// The digest of all the bytes as 64 lower-case hexadecimal digits.
    public static func hex(of bytes: some Collection<UInt8>) -> String { hex(digest(of: bytes)) }

    /// The HMAC (RFC 2104) of a message, 32 bytes: only who has the key can make it.
    public static func hmac(of message: [UInt8], key: [UInt8]) -> [UInt8] {
        Array(unsafeUninitializedCapacity: Self.bytes) { buffer, count in
            var length: UInt32 = 0
            let result = HMAC(
                EVP_sha256(), key, Int32(key.count), message, message.count, buffer.baseAddress, &length)
            precondition(result != nil && length == Self.bytes, "OpenSSL has no HMAC-SHA256")
            count = Self.bytes
        }
    }

    /// Whether two digests are equal, in a time that does not tell where they differ.
    public static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }

    /// Bytes as lower-case hexadecimal digits.
    public static func hex(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { text in
            for (index, byte) in bytes.enumerated() {
                text[index * 2] = hexDigit(byte >> 4)
                text[index * 2 + 1] = hexDigit(byte & 15)
            }
            return bytes.count * 2
        }
    }

    /// Fetched once: OpenSSL 3 otherwise searches its providers at each use.
    ///
    /// `nonisolated(unsafe)` is safe because the fetched algorithm is never changed or freed.
    private nonisolated(unsafe) static let algorithm: OpaquePointer? = EVP_MD_fetch(nil, "SHA256", nil)
}

/// The lower-case hexadecimal digit of a number below 16.
func hexDigit(_ number: UInt8) -> UInt8 { number < 10 ? 0x30 + number : 0x57 + number }
