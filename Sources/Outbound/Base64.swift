internal import COpenSSL

/// Base64 with padding and without line ends (RFC 4648 §4).
func base64(_ bytes: [UInt8]) -> String {
    guard !bytes.isEmpty else { return "" }
    var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
    let count = EVP_EncodeBlock(&text, bytes, Int32(bytes.count))
    return String(decoding: text[..<Int(count)], as: UTF8.self)
}

/// The bytes of a base64 text, padded or not; nil when it is none, an empty one included.
func bytes(base64 text: String) -> [UInt8]? {
    var digits = Array(text.utf8)
    let alphabet = digits.allSatisfy { byte in
        switch byte {
        case 0x41...0x5a, 0x61...0x7a, 0x30...0x39, 0x2b, 0x2f, 0x3d: true
        default: false
        }
    }
    guard alphabet, !digits.isEmpty else { return nil }
    if !digits.contains(0x3d) { digits += Array(repeating: 0x3d, count: (4 - digits.count % 4) % 4) }
    guard digits.count % 4 == 0 else { return nil }
    let padding = digits.suffix(2).count { $0 == 0x3d }
    guard !digits.dropLast(padding).contains(0x3d) else { return nil }
    var result = [UInt8](repeating: 0, count: digits.count / 4 * 3)
    let count = EVP_DecodeBlock(&result, digits, Int32(digits.count))
    guard count >= padding else { return nil }
    return Array(result[..<(Int(count) - padding)])
}
