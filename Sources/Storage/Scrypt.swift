import COpenSSL

/// scrypt as RFC 7914 defines it, computed by OpenSSL: turns a password into a key, slowly and with much memory on
/// purpose.
public enum Scrypt {
    /// What one derivation costs.
    public struct Cost: Hashable, Sendable {
        /// Logarithm of N to base 2: doubling N doubles time and memory.
        public var log2N: Int
        /// Size of a block, in units of 128 bytes.
        public var r: Int
        /// Runs one after the other: time without memory.
        public var p: Int

        public init(log2N: Int, r: Int, p: Int) {
            self.log2N = log2N
            self.r = r
            self.p = p
        }

        /// Bytes that a derivation holds while it lasts.
        public var memoryBytes: Int { 128 * r * (1 << log2N) + 128 * r * (p + 2) }

        /// How much work it is, to be compared with another.
        public var work: Int { r * p << log2N }

        /// Whether it may be computed here: what is read from a database must not take the machine's memory, or hours.
        public var isBearable: Bool {
            (1...20).contains(log2N) && (1...32).contains(r) && (1...16).contains(p)
                && memoryBytes <= Self.memoryBytesMax
        }

        static let memoryBytesMax = 80 << 20
    }

    /// The key, `count` bytes; nil when there is no memory for it or the cost is not bearable.
    ///
    /// Blocks for as long as it takes: call it on a thread of its own (`ScryptQueue`).
    public static func key(of password: [UInt8], salt: [UInt8], cost: Cost, count: Int = 32) -> [UInt8]? {
        guard cost.isBearable else { return nil }
        var isDone = false
        let key = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            isDone = password.withUnsafeBytes { password in
                EVP_PBE_scrypt(
                    password.baseAddress?.assumingMemoryBound(to: CChar.self), password.count, salt, salt.count,
                    1 << UInt64(cost.log2N), UInt64(cost.r), UInt64(cost.p), UInt64(cost.memoryBytes) + 1_024,
                    buffer.baseAddress, count) == 1
            }
            // Nothing of it is read when it failed.
            filled = isDone ? count : 0
        }
        return isDone ? key : nil
    }
}
