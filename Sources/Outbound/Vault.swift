internal import COpenSSL
internal import Storage

/// Keeps secrets unreadable where they are stored: AES-256-GCM under keys that lie elsewhere.
///
/// A sealed secret is the text `sealed:1:<key id>:<base64 of nonce, ciphertext and tag>`. It opens only at the place it
/// was sealed for, so that swapping two rows gives an error and no other channel's password. Nonces are 96 random
/// bits: a key is good for 2^32 seals (NIST SP 800-38D §8.3), and a secret is sealed when it is set or a key changes.
public struct Vault: Sendable {
    /// The first seals, all open; without any, secrets are stored as they are.
    private let keys: [VaultKey]

    public init(keys: [VaultKey] = []) { self.keys = keys }

    /// What a value that cannot be opened any more, and was given up, is replaced by.
    public static let forgotten = "sealed:forgotten"
    private static let prefix = "sealed:"
    private static let version = "sealed:1:"

    /// Of the key that seals; nil where there is none.
    public var keyID: String? { keys.first?.id }

    /// Whether a stored text is a sealed secret. Settings that clients send may not begin like one.
    public static func isSealed(_ text: String) -> Bool { text.utf8.starts(with: prefix.utf8) }

    /// Whether a stored text is sealed by the key that seals now.
    public func isCurrent(_ text: String) -> Bool { keyID.map { text.hasPrefix("\(Self.version)\($0):") } ?? false }

    /// The text to be stored in place of a secret: the secret itself where there is no key.
    public func seal(_ secret: [UInt8], at place: SecretPlace) -> String? {
        guard let key = keys.first else { return nil }
        return "\(Self.version)\(key.id):\(base64(GCM.seal(secret, key, place.bytes)))"
    }

    /// - Throws: `VaultFault` when none of the keys opens it here.
    public func open(_ text: String, at place: SecretPlace) throws(VaultFault) -> [UInt8] {
        guard text != Self.forgotten else { throw .forgotten }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4, text.hasPrefix(Self.version) else { throw .damaged }
        guard let key = keys.first(where: { $0.id == parts[2] }) else {
            throw .keyMissing(id: String(parts[2].prefix(VaultKey.idBytes * 2)))
        }
        guard let bytes = bytes(base64: String(parts[3])), let secret = GCM.open(bytes, key, place.bytes)
        else { throw .damaged }
        return secret
    }
}

/// Where a secret is stored: the kind of thing, its name, and the field.
public struct SecretPlace: Sendable, Equatable {
    public var kind: String
    public var name: String
    public var field: String

    public init(kind: String, name: String, field: String) {
        self.kind = kind
        self.name = name
        self.field = field
    }

    /// Names hold no NUL, so no two places have the same bytes.
    fileprivate var bytes: [UInt8] { Array("\(kind)\0\(name)\0\(field)".utf8) }
}

/// Why a sealed secret cannot be opened. Holds nothing of the secret or of a key.
public enum VaultFault: Error, Sendable, Equatable {
    /// None of the keys is the one it was sealed with.
    case keyMissing(id: String)
    /// It was changed, or sealed for another place.
    case damaged
    /// It was given up after its key was lost, and has to be set anew.
    case forgotten

    /// Stable, for logs and attempts.
    public var code: String {
        switch self {
        case .keyMissing: "secret_key_missing"
        case .damaged: "secret_damaged"
        case .forgotten: "secret_forgotten"
        }
    }

    /// For people, with the name of what it is about before it.
    public var explanation: String {
        switch self {
        case .keyMissing(let id): "is sealed with the key \(id), which is not given"
        case .damaged: "does not open: it was changed, or sealed for another place"
        case .forgotten: "was given up with its key and has to be set anew"
        }
    }
}

/// 32 random bytes, in one place in memory that is wiped in the end.
///
/// `@unchecked Sendable` is safe because the bytes never change between `init` and `deinit`.
public final class VaultKey: @unchecked Sendable {
    public static let bytes = 32
    static let idBytes = 4

    /// What sealed texts name it by: 32 bits of an HMAC under it, which tell nothing of it.
    public let id: String
    fileprivate let memory: UnsafeMutablePointer<UInt8>

    /// - Parameter text: 64 hexadecimal digits, or base64 with padding or without.
    /// - Returns: nil when those are not 32 bytes.
    public init?(_ text: String) {
        guard var key = Self.bytes(hex: text) ?? Outbound.bytes(base64: text) else { return nil }
        defer { OPENSSL_cleanse(&key, key.count) }
        guard key.count == Self.bytes else { return nil }
        memory = .allocate(capacity: Self.bytes)
        memory.initialize(from: key, count: Self.bytes)
        id = SHA256.hex(Array(SHA256.hmac(of: Array("parley key id".utf8), key: key).prefix(Self.idBytes)))
    }

    deinit {
        OPENSSL_cleanse(memory, Self.bytes)
        memory.deallocate()
    }

    /// A new key as text, to be kept where the data is not.
    public static func makeText() -> String { base64(GCM.random(bytes)) }

    private static func bytes(hex text: String) -> [UInt8]? {
        guard text.utf8.count == 2 * bytes else { return nil }
        var result: [UInt8] = [], high: UInt8?
        for digit in text.utf8 {
            guard let value = Character(Unicode.Scalar(digit)).hexDigitValue.map(UInt8.init) else { return nil }
            if let first = high {
                result.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return result
    }
}

/// AES-256 in Galois/Counter Mode (NIST SP 800-38D), by OpenSSL: nonce, ciphertext, tag.
private enum GCM {
    static let nonceBytes = 12
    static let tagBytes = 16

    static func random(_ count: Int) -> [UInt8] {
        Array(unsafeUninitializedCapacity: count) { buffer, filled in
            let code = RAND_bytes(buffer.baseAddress, Int32(count))
            precondition(code == 1, "no random bytes")
            filled = count
        }
    }

    static func seal(_ plain: [UInt8], _ key: VaultKey, _ place: [UInt8]) -> [UInt8] {
        let nonce = random(nonceBytes)
        var sealed = [UInt8](repeating: 0, count: plain.count), tag = [UInt8](repeating: 0, count: tagBytes)
        withContext { context in
            var count: Int32 = 0
            let isDone =
                EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nil, key.memory, nonce) == 1
                && EVP_EncryptUpdate(context, nil, &count, place, Int32(place.count)) == 1
                && EVP_EncryptUpdate(context, &sealed, &count, plain, Int32(plain.count)) == 1
                && EVP_EncryptFinal_ex(context, &tag, &count) == 1
                && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagBytes), &tag) == 1
            precondition(isDone, "OpenSSL offers no AES-256-GCM")
        }
        return nonce + sealed + tag
    }

    /// Nil when it was not sealed so: then nothing of what it says is given away.
    static func open(_ bytes: [UInt8], _ key: VaultKey, _ place: [UInt8]) -> [UInt8]? {
        guard bytes.count >= nonceBytes + tagBytes else { return nil }
        let nonce = Array(bytes[..<nonceBytes]), sealed = Array(bytes[nonceBytes...].dropLast(tagBytes))
        var tag = Array(bytes.suffix(tagBytes)), plain = [UInt8](repeating: 0, count: sealed.count)
        let isGenuine = withContext { context in
            var count: Int32 = 0
            return EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nil, key.memory, nonce) == 1
                && EVP_DecryptUpdate(context, nil, &count, place, Int32(place.count)) == 1
                && EVP_DecryptUpdate(context, &plain, &count, sealed, Int32(sealed.count)) == 1
                && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagBytes), &tag) == 1
                && EVP_DecryptFinal_ex(context, &tag, &count) == 1
        }
        return isGenuine ? plain : nil
    }

    private static func withContext<Result>(_ body: (OpaquePointer) -> Result) -> Result {
        guard let context = EVP_CIPHER_CTX_new() else { preconditionFailure("no memory for a cipher") }
        defer { EVP_CIPHER_CTX_free(context) }
        return body(context)
    }
}
