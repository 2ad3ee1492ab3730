/// The four bytes a client mixes into its payloads (RFC 6455 §5.3), so that no page can make a browser send bytes
/// of its choice past a proxy.
///
/// The first byte on the wire is the lowest of `value`. Masking twice gives the original; a key of 0 changes nothing.
struct MaskingKey: Sendable, Equatable {
    var value: UInt32

    /// The byte that masks the payload's byte at `index`.
    @inline(__always)
    subscript(index: Int) -> UInt8 { UInt8(truncatingIfNeeded: value >> UInt32((index & 3) * 8)) }

    /// The key for what follows behind `count` bytes.
    @inline(__always)
    func advanced(by count: Int) -> MaskingKey {
        let bits = UInt32(count & 3) * 8
        return MaskingKey(value: value &>> bits | value &<< (32 &- bits))
    }

    /// Writes `count` masked or unmasked bytes of `source` to `target`, which may be the same place; eight at a time.
    @inline(__always)
    func apply(to source: UnsafeRawPointer, _ count: Int, into target: UnsafeMutableRawPointer) {
        let wide = (UInt64(value) << 32 | UInt64(value)).littleEndian
        var index = 0
        while index &+ 8 <= count {
            let word = source.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ wide
            target.storeBytes(of: word, toByteOffset: index, as: UInt64.self)
            index &+= 8
        }
        while index < count {
            let byte = source.load(fromByteOffset: index, as: UInt8.self) ^ self[index]
            target.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
            index &+= 1
        }
    }
}

extension Array where Element == UInt8 {
    /// A copy of `bytes`, unmasked; one allocation of their size.
    @inline(__always)
    init(unmasking bytes: Span<UInt8>, _ key: MaskingKey) {
        guard !bytes.isEmpty else {
            self = []
            return
        }
        self = bytes.withUnsafeBytes { source in
            [UInt8](unsafeUninitializedCapacity: source.count) { target, count in
                key.apply(to: source.baseAddress!, source.count, into: UnsafeMutableRawPointer(target.baseAddress!))
                count = source.count
            }
        }
    }

    /// Appends `bytes`, unmasked.
    mutating func append(unmasking bytes: Span<UInt8>, _ key: MaskingKey) {
        let start = count
        append(copying: bytes)
        guard key.value != 0 else { return }
        withUnsafeMutableBytes { all in
            guard let base = all.baseAddress else { return }
            key.apply(to: base + start, all.count - start, into: base + start)
        }
    }
}
