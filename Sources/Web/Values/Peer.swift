internal import CEpoll
internal import Glibc

/// The address a connection came from, in 17 bytes; text is made only when it is asked for.
struct Peer: Sendable, Hashable, CustomStringConvertible {
    /// In network order; the first four bytes for IPv4.
    private var high: UInt64 = 0
    private var low: UInt64 = 0
    private var isIPv6 = false

    /// 0.0.0.0, for a connection whose address the kernel did not tell.
    init() {}

    /// Reads an address in text; `0.0.0.0` when it is none.
    init(_ text: String) {
        self.init()
        var bytes: (UInt64, UInt64) = (0, 0)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            high = bytes.0
        } else if inet_pton(AF_INET6, text, &bytes) == 1 {
            self = Peer(ipv6: bytes)
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

    var description: String {
        var bytes = (high, low)
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(isIPv6 ? AF_INET6 : AF_INET, &bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
