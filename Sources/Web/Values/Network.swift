/// A range of addresses in CIDR notation (RFC 4632, RFC 4291 §2.3), or a single one.
public struct Network: Sendable, Hashable {
    private let first: Peer
    private let bits: Int

    private init(_ first: String, _ bits: Int) {
        self.first = Peer(first)
        self.bits = bits
    }

    /// Reads `10.0.0.0/8`, `2001:db8::/32`, `::ffff:10.0.0.0/104` (which is the first), or an address.
    ///
    /// Nil for anything else, and for an address with bits behind its prefix: `10.1.0.0/8` may be meant as either.
    public init?(_ text: String) {
        let parts = text.utf8.split(separator: .slash, maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = Peer(bytes: Array(parts[0])[...]) else { return nil }
        let isMapped = !address.isIPv6 && parts[0].contains(0x3A)
        let width = address.isIPv6 ? 128 : 32
        first = address
        guard parts.count == 2 else {
            bits = width
            return
        }
        guard (1...3).contains(parts[1].count), parts[1].allSatisfy({ 0x30...0x39 ~= $0 }),
            let number = Int(String(decoding: parts[1], as: UTF8.self))
        else { return nil }
        bits = isMapped ? number - 96 : number
        guard (0...width).contains(bits), contains(first) else { return nil }
    }

    public func contains(_ peer: Peer) -> Bool { peer.network(ipv4Bits: bits, ipv6Bits: bits) == first }

    /// Reads networks with commas between; `loopback` and `private` stand for those of this machine and those that
    /// nobody has in public (RFC 1918, RFC 4193). Nil when one of them is none.
    public static func list(_ text: String) -> [Network]? {
        var networks: [Network] = []
        for part in text.utf8.split(separator: 0x2C, omittingEmptySubsequences: false) {
            let bytes = Array(part)
            switch String(decoding: bytes[bytes.span.trimmedRange()], as: UTF8.self) {
            case "loopback": networks += loopback
            case "private": networks += unrouted
            case let name:
                guard let network = Network(name) else { return nil }
                networks.append(network)
            }
        }
        return networks
    }

    private static let loopback = [Network("127.0.0.0", 8), Network("::1", 128)]
    private static let unrouted = [
        Network("10.0.0.0", 8), Network("172.16.0.0", 12), Network("192.168.0.0", 16), Network("fc00::", 7),
    ]
}
