internal import CEpoll
internal import Glibc

/// The address a connection or a request came from, in 17 bytes; text is made only when it is asked for.
public struct Peer: Sendable, Hashable, CustomStringConvertible {
    /// In network order; the first four bytes for IPv4.
    private var high: UInt64 = 0
    private var low: UInt64 = 0
    private(set) var isIPv6 = false

    /// 0.0.0.0, for a connection whose address the kernel did not tell.
    init() {}

    /// Reads an address in text; `0.0.0.0` when it is none.
    public init(_ text: String) { self = Peer(bytes: Array(text.utf8)[...]) ?? Peer() }

    /// Reads an address in text, without brackets, port or zone; nil when it is none.
    init?(bytes text: ArraySlice<UInt8>) {
        guard text.count < Int(INET6_ADDRSTRLEN), !text.contains(0) else { return nil }
        var bytes: (UInt64, UInt64) = (0, 0)
        let family = text.contains(0x3A) ? AF_INET6 : AF_INET
        let isRead = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            for (index, byte) in text.enumerated() { buffer[index] = CChar(bitPattern: byte) }
            buffer[text.count] = 0
            return inet_pton(family, buffer.baseAddress, &bytes) == 1
        }
        guard isRead else { return nil }
        self.init()
        if family == AF_INET6 {
            self = Peer(ipv6: bytes)
        } else {
            high = bytes.0
        }
    }

    /// Takes the address out of what `accept` filled in.
    init(_ storage: sockaddr_storage) {
        self.init()
        withUnsafeBytes(of: storage) { raw in
            switch Int32(storage.ss_family) {
            case AF_INET:
                high = UInt64(raw.load(as: sockaddr_in.self).sin_addr.s_addr)
            case AF_INET6:
                var address = raw.load(as: sockaddr_in6.self).sin6_addr
                self = Peer(ipv6: withUnsafeBytes(of: &address) { $0.load(as: (UInt64, UInt64).self) })
            default:
                break
            }
        }
    }

    /// An IPv4 client of a socket that takes both is told as `::ffff:a.b.c.d`; it is kept as the IPv4 it is.
    private init(ipv6 bytes: (UInt64, UInt64)) {
        self.init()
        if bytes.0 == 0, UInt32(truncatingIfNeeded: bytes.1) == UInt32(0xFFFF).byteSwapped {
            high = bytes.1 >> 32
        } else {
            (high, low) = bytes
            isIPv6 = true
        }
    }

    /// The network it is in, by the network's first address: all bits behind these are zero.
    ///
    /// - Parameters:
    ///   - ipv4Bits: how many bits of an IPv4 address count, 0–32.
    ///   - ipv6Bits: likewise of an IPv6 address, 0–128.
    public func network(ipv4Bits: Int, ipv6Bits: Int) -> Peer {
        var network = self
        if isIPv6 {
            network.high &= Self.mask(ipv6Bits).bigEndian
            network.low &= Self.mask(ipv6Bits - 64).bigEndian
        } else {
            network.high &= UInt64(UInt32(truncatingIfNeeded: Self.mask(ipv4Bits) >> 32).bigEndian)
        }
        return network
    }

    /// The first `bits` of 64 set; none for a negative number, all for more.
    private static func mask(_ bits: Int) -> UInt64 { ~(UInt64.max >> max(0, bits)) }

    public var description: String {
        var bytes = (high, low)
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(isIPv6 ? AF_INET6 : AF_INET, &bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
