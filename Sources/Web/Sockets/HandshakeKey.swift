internal import COpenSSL

/// `Sec-WebSocket-Key` and the answer that proves a server read it (RFC 6455 §4.1, §4.2.2). No secret: it keeps
/// caches and plain web servers from being taken for WebSocket servers.
enum HandshakeKey {
    static let bytes = 16
    /// Base64 of 16 bytes, padding included.
    static let textBytes = 24

    /// A new key of a client.
    static func fresh() -> String {
        var nonce = [UInt8](repeating: 0, count: bytes)
        let code = RAND_bytes(&nonce, Int32(bytes))
        precondition(code == 1, "OpenSSL has no random bytes")
        return base64(nonce)
    }

    /// Whether this is base64 of 16 bytes: 22 characters of its alphabet and two of padding.
    static func isValid(_ text: String) -> Bool {
        let digits = Array(text.utf8)
        guard digits.count == textBytes, digits[22] == 0x3D, digits[23] == 0x3D else { return false }
        // OpenSSL takes white space around the digits for no digits at all.
        let areDigits = digits[..<22].allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2F: true
            default: false
            }
        }
        guard areDigits else { return false }
        var decoded = [UInt8](repeating: 0, count: textBytes / 4 * 3)
        return EVP_DecodeBlock(&decoded, digits, Int32(textBytes)) == Int32(decoded.count)
    }

    /// `Sec-WebSocket-Accept` for a key: base64 of the SHA-1 of the key's text and a constant of the standard.
    static func accept(_ key: String) -> String {
        let input = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
        var digest = [UInt8](repeating: 0, count: Int(SHA_DIGEST_LENGTH))
        let code = EVP_Digest(input, input.count, &digest, nil, EVP_sha1(), nil)
        precondition(code == 1, "OpenSSL has no SHA-1")
        return base64(digest)
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        // One more byte, for the NUL that OpenSSL writes.
        var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let count = EVP_EncodeBlock(&text, bytes, Int32(bytes.count))
        return String(decoding: text[..<Int(count)], as: UTF8.self)
    }
}
