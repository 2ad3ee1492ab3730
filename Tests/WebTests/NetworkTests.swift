import Testing

@testable import Web

@Suite struct NetworkTests {
    @Test(
        "a network holds the addresses with its first bits",
        arguments: [
            ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false),
            ("172.16.0.0/12", "172.31.255.255", true), ("172.16.0.0/12", "172.32.0.0", false),
            ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.6", false),
            ("192.0.2.7/32", "192.0.2.7", true), ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "::2", false),
            ("::/0", "2001:db8::1", true), ("::/0", "203.0.113.9", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false),
            ("2001:db8:0:1::/64", "2001:db8:0:1:ffff:ffff:ffff:ffff", true),
            ("2001:db8:0:1::/64", "2001:db8:0:2::", false), ("2001:db8::/65", "2001:db8::7fff:0:0:0", true),
            ("2001:db8::/65", "2001:db8::8000:0:0:0", false), ("::1", "::1", true), ("::1/128", "::2", false),
            ("fe80::/10", "febf::1", true), ("fe80::/10", "fec0::1", false),
            // What the kernel calls an IPv4 client of an IPv6 socket is that IPv4 client, on either side.
            ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("::ffff:10.0.0.0/104", "10.1.2.3", true),
            ("::ffff:10.0.0.0/104", "11.1.2.3", false), ("::ffff:192.0.2.7", "192.0.2.7", true),
        ])
    func contains(_ network: String, _ address: String, _ expected: Bool) throws {
        #expect(try #require(Network(network)).contains(Peer(address)) == expected)
    }

    @Test(
        "what could be meant in two ways, or is none, is refused",
        arguments: [
            "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0/08x",
            "10.0.0.0/0008", "10.0.0.1/8", "10.0.0/8", "10.0.0.0.0", "010.0.0.0/8", "256.0.0.0/8", "::/129", "::1/64",
            "::ffff:10.0.0.0/8", "::ffff:10.0.0.0/95", "::ffff:10.0.0.1/104", "[::1]", "::1%eth0", "localhost",
            "10.0.0.0/8 ", "1.2.3.4\0", String(repeating: "1", count: 5_000),
        ])
    func refused(_ text: String) {
        #expect(Network(text) == nil)
    }

    @Test(
        "lists have commas, names and no holes",
        arguments: [
            ("loopback", ["127.0.0.1", "127.9.9.9", "::1"], ["128.0.0.1", "::2", "10.0.0.1"]),
            (
                "private", ["10.1.2.3", "172.16.0.1", "192.168.1.1", "fd00::1", "::ffff:10.0.0.1"],
                ["127.0.0.1", "172.15.0.1", "192.169.0.1", "fe80::1", "8.8.8.8"]
            ),
            (" loopback , 203.0.113.0/24\t", ["127.0.0.1", "203.0.113.200"], ["203.0.114.0"]),
        ])
    func list(_ text: String, _ inside: [String], _ outside: [String]) throws {
        let networks = try #require(Network.list(text))
        for address in inside { #expect(networks.contains { $0.contains(Peer(address)) }, "\(address)") }
        for address in outside { #expect(!networks.contains { $0.contains(Peer(address)) }, "\(address)") }
    }

    @Test(arguments: ["", ",", "loopback,", "loopback private", "Loopback", "all", "*"])
    func `no list`(text: String) {
        #expect(Network.list(text) == nil)
    }

    @Test func `an address is counted by its network, and keeps its family`() {
        let home = Peer("2001:db8:1:2:3:4:5:6")
        #expect(home.network(ipv4Bits: 32, ipv6Bits: 64) == Peer("2001:db8:1:2::"))
        #expect(home.network(ipv4Bits: 24, ipv6Bits: 48) == Peer("2001:db8:1::"))
        #expect(home.network(ipv4Bits: 0, ipv6Bits: 128) == home)
        #expect(home.network(ipv4Bits: 32, ipv6Bits: 0) == Peer("::"))
        #expect(Peer("::") != Peer("0.0.0.0"))
        #expect(Peer("203.0.113.77").network(ipv4Bits: 24, ipv6Bits: 48) == Peer("203.0.113.0"))
        #expect(Peer("203.0.113.77").network(ipv4Bits: 32, ipv6Bits: 64).description == "203.0.113.77")
        #expect(Peer("::ffff:203.0.113.77").description == "203.0.113.77")
        #expect(MemoryLayout<Peer>.size == 17)
    }
}
