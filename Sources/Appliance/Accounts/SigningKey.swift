import Storage
import Synchronization

/// Signs what people hold in their hands, such as tokens of sessions: what proves itself need not be kept, and whoever
/// has no key can make none.
final class SigningKey: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    /// Before anything is signed or read: the key as the database keeps it.
    func load(_ key: [UInt8]) { bytes.withLock { $0 = key } }

    /// 32 hexadecimal digits, 128 bits of HMAC-SHA-256 (RFC 2104).
    func signature(of text: String) -> String {
        let key = bytes.withLock { $0 }
        precondition(!key.isEmpty, "the key was not loaded")
        return SHA256.hex(Array(SHA256.hmac(of: Array(text.utf8), key: key).prefix(16)))
    }

    /// Takes as long for a wrong signature as for the right one.
    func isSigned(_ signature: Substring, _ text: String) -> Bool {
        SHA256.areEqual(Array(signature.utf8), Array(self.signature(of: text).utf8))
    }
}
