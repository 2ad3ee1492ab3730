/// Which network addresses a channel that an admin has not trusted may reach.
///
/// Looked at after name resolution, on the address that is really connected to: a name that answers differently
/// the second time (DNS rebinding) gains nothing.
enum AddressGuard {
    struct Network: Sendable {
        let prefix: [UInt8]
        let bits: Int
    }

    /// Ranges of RFC 6890 and its successors that are not the public internet; IPv4 is written as ::ffff:a.b.c.d.
    static let refused: [Network] = [
        ipv4(0, 0, bits: 8),                 // this network
        ipv4(10, 0, bits: 8),                // private, RFC 1918
        ipv4(100, 64, bits: 10),             // carrier-grade NAT, RFC 6598
        ipv4(127, 0, bits: 8),               // loopback
        ipv4(169, 254, bits: 16),            // link-local, and the metadata address of most clouds
        ipv4(172, 16, bits: 12),             // private
        ipv4(192, 0, 0, bits: 24),           // protocol assignments, RFC 6890
        ipv4(192, 0, 2, bits: 24),           // documentation
        ipv4(192, 168, bits: 16),            // private
        ipv4(198, 18, bits: 15),             // benchmarking
        ipv4(198, 51, 100, bits: 24),        // documentation
        ipv4(203, 0, 113, bits: 24),         // documentation
        ipv4(224, 0, bits: 4),               // multicast
        ipv4(240, 0, bits: 4),               // reserved, and broadcast
        Network(prefix: [0x01, 0], bits: 64),                   // discard only
        Network(prefix: [0x20, 0x01, 0x0d, 0xb8], bits: 32),    // documentation
        Network(prefix: [0xfc], bits: 7),                       // unique local
        Network(prefix: [0xfe, 0x80], bits: 10),                // link-local
        Network(prefix: [0xfe, 0xc0], bits: 10),                // site-local, deprecated but routed in places
        Network(prefix: [0xff], bits: 8),                       // multicast
    ]

    /// Prefixes whose last or following four bytes are an IPv4 address that is reached through them.
    private static let embeddings: [(network: Network, offset: Int)] = [
        (Network(prefix: [0, 0x64, 0xff, 0x9b], bits: 96), 12),     // NAT64, RFC 6052
        (Network(prefix: [0x20, 0x02], bits: 16), 2),               // 6to4
        (Network(prefix: [], bits: 96), 12),                        // IPv4-compatible, with ::1 and ::
    ]

    /// Whether the sixteen bytes of an IPv6 or IPv4-mapped address belong to the public internet.
    static func isPublic(_ address: [UInt8]) -> Bool {
        precondition(address.count == 16)
        if refused.contains(where: { contains($0, address) }) { return false }
        for (network, offset) in embeddings where contains(network, address) {
            let inner = Array(address[offset..<(offset + 4)])
            return !refused.contains { contains($0, mapped + inner) }
        }
        return true
    }

    private static let mapped: [UInt8] = Array(repeating: 0, count: 10) + [0xff, 0xff]

    private static func ipv4(_ first: UInt8, _ second: UInt8, _ third: UInt8 = 0, bits: Int) -> Network {
        Network(prefix: mapped + [first, second, third, 0], bits: 96 + bits)
    }

    private static func contains(_ network: Network, _ address: [UInt8]) -> Bool {
        for index in 0..<((network.bits + 7) / 8) {
            let kept = min(8, network.bits - index * 8)
            let mask = ~UInt8(truncatingIfNeeded: 0xff >> kept)
            let wanted = index < network.prefix.count ? network.prefix[index] : 0
            if (address[index] ^ wanted) & mask != 0 { return false }
        }
        return true
    }
}
