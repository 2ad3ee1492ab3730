import Testing

@testable import Web

@Suite struct ProvenanceTests {
    private static let trusted = Network.list("10.0.0.0/8,::1,fd00::/8")!

    /// Whom a request came from that the proxy 10.0.0.1 passed on.
    private func followed(_ fields: [(String, String)]) -> Provenance {
        var headers = Headers()
        for (name, value) in fields { headers.add(name, value) }
        var provenance = Provenance(peer: Peer("10.0.0.1"))
        provenance.follow(headers, trusting: Self.trusted)
        return provenance
    }

    private func client(_ lists: String...) -> String {
        followed(lists.map { ("X-Forwarded-For", $0) }).peer.description
    }

    @Test(
        "the client is the last address that no trusted proxy has",
        arguments: [
            ("203.0.113.9", "203.0.113.9"), ("2001:db8::9", "2001:db8::9"), ("203.0.113.9, 10.0.0.2", "203.0.113.9"),
            ("203.0.113.9,10.0.0.2,\t10.0.0.3 ", "203.0.113.9"), ("203.0.113.9, fd00::2, ::1", "203.0.113.9"),
            // What stands before the client's address is what the client wrote.
            ("192.0.2.66, 203.0.113.9", "203.0.113.9"), ("10.0.0.5, 203.0.113.9", "203.0.113.9"),
            ("127.0.0.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"), ("garbage, 203.0.113.9", "203.0.113.9"),
            ("\"x, 203.0.113.9", "203.0.113.9"),
            // All are proxies: the first of them asked.
            ("10.0.0.5", "10.0.0.5"), ("10.0.0.9, 10.0.0.5", "10.0.0.9"),
            // Ports, brackets, and IPv4 in IPv6.
            ("203.0.113.9:567", "203.0.113.9"), ("[2001:db8::9]:80", "2001:db8::9"), ("[2001:db8::9]", "2001:db8::9"),
            ("203.0.113.9:65535, 10.0.0.2:1, [::1]:80", "203.0.113.9"), ("::ffff:203.0.113.9", "203.0.113.9"),
            ("203.0.113.9, ::ffff:10.0.0.2", "203.0.113.9"), ("[::ffff:203.0.113.9]:80", "203.0.113.9"),
        ])
    func walk(_ list: String, _ expected: String) {
        #expect(client(list) == expected)
    }

    @Test(
        "what is no address ends the walk at the proxy that wrote it",
        arguments: [
            "", " ", ",", ", ,", "unknown", "_x", "_hidden", "localhost", "203.0.113.9;", "\"203.0.113.9\"",
            "for=203.0.113.9", "203.0.113", "203.0.113.9.1", "203.0.113.256", "0203.0.113.9", "203.0.113.9:",
            "203.0.113.9:x", "203.0.113.9:123456", "203.0.113.9 10.0.0.2", "[2001:db8::9", "2001:db8::9]", "[]",
            "[2001:db8::9]80", "[2001:db8::9]:", "[203.0.113.9]", "[[::1]]", "fe80::1%eth0", "2001:db8::9::", "::1::",
            "1:2:3:4:5:6:7:8:9", "203.0.113.9/32", "-1", "0x7f000001", "2130706433", "é",
            String(repeating: "1", count: 4_000), String(repeating: ":", count: 4_000),
        ])
    func malformed(_ element: String) {
        #expect(client(element) == "10.0.0.1")
        #expect(client("203.0.113.9, \(element)") == "10.0.0.1")
        #expect(client("203.0.113.9, \(element), 10.0.0.2") == "10.0.0.2")
    }

    @Test func `repeats are one list, in their order`() {
        #expect(client("192.0.2.66", "203.0.113.9", "10.0.0.2") == "203.0.113.9")
        #expect(client("203.0.113.9, 10.0.0.3", "10.0.0.2") == "203.0.113.9")
        #expect(client("203.0.113.9", "") == "10.0.0.1")
        #expect(client("203.0.113.9", "unknown", "10.0.0.2") == "10.0.0.2")
    }

    @Test func `a list without end is read as far as proxies may stand behind each other`() {
        func list(_ first: String, _ proxies: Int) -> String {
            ([first] + (0..<proxies).map { "10.0.1.\($0 % 250)" }).joined(separator: ", ")
        }
        #expect(client(list("203.0.113.9", Provenance.hopsMax - 1)) == "203.0.113.9")
        #expect(client(list("203.0.113.9", Provenance.hopsMax)) == "10.0.1.0")
        #expect(client(list("203.0.113.9", 1_000)) == "10.0.1.\((1_000 - Provenance.hopsMax) % 250)")
        #expect(client(Array(repeating: "192.0.2.66", count: 1_000).joined(separator: ",")) == "192.0.2.66")
    }

    @Test func `Forwarded and its relatives are not read`() {
        let peer = followed([
            ("Forwarded", "for=203.0.113.9;proto=https"), ("X-Real-IP", "203.0.113.9"), ("Client-IP", "203.0.113.9"),
            ("X-Forwarded", "203.0.113.9"), ("X-Forwarded-For-", "203.0.113.9"), ("X_Forwarded_For", "203.0.113.9"),
            ("X-Forwarded-Scheme", "https"), ("X-Forwarded-Ssl", "on"), ("Front-End-Https", "on"),
        ])
        #expect(peer == Provenance(peer: Peer("10.0.0.1")))
    }

    @Test(
        "the way was secure when all of it was",
        arguments: [
            (["https"], true), (["HTTPS"], true), (["wss"], true), (["https, https"], true), (["https", "wss"], true),
            ([" https "], true), (["http"], false), (["ws"], false), (["https, http"], false), (["http, https"], false),
            (["https", "http"], false), ([""], false), ([], false), (["httpsx"], false), (["\"https\""], false),
            (["https;"], false), (["on"], false), (["https http"], false),
        ])
    func proto(_ values: [String], _ expected: Bool) {
        #expect(followed(values.map { ("x-forwarded-proto", $0) }).isSecure == expected)
    }

    @Test(
        "what a proxy passes on over TLS came to it as it says, or else as it came here",
        arguments: [("http", false), ("https, http", false), ("https", true), (nil, true)])
    func overTLS(_ proto: String?, _ expected: Bool) {
        var provenance = Provenance(peer: Peer("10.0.0.1"), isSecure: true)
        provenance.follow(proto.map { ["x-forwarded-proto": $0] } ?? [:], trusting: Self.trusted)
        #expect(provenance.isSecure == expected)
    }
}
