internal import Glibc

/// Where a loop puts its answers together before one `send`. Grows to the largest head it had to hold.
struct OutputBuffer: ~Copyable {
    private var base: UnsafeMutableRawPointer
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = capacity
        base = .allocate(byteCount: capacity, alignment: 16)
    }

    deinit { base.deallocate() }

    var isEmpty: Bool { count == 0 }

    /// What has been appended since the last time; valid until the next append.
    mutating func take() -> UnsafeRawBufferPointer {
        defer { count = 0 }
        return UnsafeRawBufferPointer(start: base, count: count)
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
        reserve(bytes.count)
        memcpy(base + count, source, bytes.count)
        count += bytes.count
    }

    @inline(__always)
    mutating func append(_ bytes: borrowing [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(__always)
    mutating func append(byte: UInt8) {
        reserve(1)
        base.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    /// Writes a number that is not negative in decimal.
    mutating func append(decimal number: Int) {
        precondition(number >= 0)
        var digits = 1
        var rest = number
        while rest >= 10 {
            rest /= 10
            digits += 1
        }
        reserve(digits)
        rest = number
        var position = count + digits
        count = position
        repeat {
            position -= 1
            base.storeBytes(of: UInt8(truncatingIfNeeded: rest % 10) + 0x30, toByteOffset: position, as: UInt8.self)
            rest /= 10
        } while rest > 0
    }

    /// Writes the 16 digits of a made request id.
    mutating func appendDigits(of value: UInt64) {
        reserve(RequestID.madeBytes)
        RequestID.forEachDigit(of: value) { digit in
            base.storeBytes(of: digit, toByteOffset: count, as: UInt8.self)
            count += 1
        }
    }

    @inline(__always)
    private mutating func reserve(_ more: Int) {
        if count + more > capacity { grow(to: count + more) }
    }

    @inline(never)
    private mutating func grow(to needed: Int) {
        let larger = max(needed, capacity * 2)
        let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
        memcpy(moved, base, count)
        base.deallocate()
        base = moved
        capacity = larger
    }
}
