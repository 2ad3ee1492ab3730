/// Where a request came from, and whether nobody on its way could read it.
struct Provenance: Sendable, Hashable {
    var peer: Peer
    /// It came over TLS that ends here, or at a proxy that is trusted: what such a proxy says counts more.
    var isSecure = false
}

extension Provenance {
    /// Proxies that a request may pass one after the other.
    static let hopsMax = 16

    /// Goes back from a trusted proxy to whom it asks for, by `X-Forwarded-For` and `X-Forwarded-Proto`.
    ///
    /// Each proxy adds the address it was asked from behind those that are there. So the list is read from its end,
    /// its repeats joined, as long as those who wrote it are trusted: the first address that is not is the client.
    /// What is no address ends the walk at the proxy that wrote it.
    ///
    /// `Forwarded` (RFC 7239) is not read. Hardly a proxy sends it unless told to, and one that does not know it
    /// passes on what the client wrote: of two fields that say the same, the client would choose the one that is read.
    mutating func follow(_ headers: Headers, trusting proxies: [Network]) {
        let schemes = headers.list("x-forwarded-proto")
        // All of them, as an insecure way before a secure one is none, our own TLS behind it included: over plain HTTP
        // no HSTS may be sent (RFC 6797 section 7.2). Some proxies say wss of a WebSocket.
        if !schemes.isEmpty { isSecure = schemes.allSatisfy { ["https", "wss"].contains($0.lowercased()) } }
        var hops = 0
        for field in headers.fields.indices.reversed() where headers.isNamed("x-forwarded-for", at: field) {
            var rest = headers.value(at: field)
            while true {
                let comma = rest.lastIndex(of: 0x2C)
                let hop = rest[(comma.map { $0 + 1 } ?? rest.startIndex)...]
                guard hops < Self.hopsMax, let address = Peer(forwarded: hop) else { return }
                peer = address
                hops += 1
                guard proxies.contains(where: { $0.contains(address) }) else { return }
                guard let comma else { break }
                rest = rest[..<comma]
            }
        }
    }
}

extension Peer {
    /// Reads one element of `X-Forwarded-For`: an address, with spaces around it and a port behind it as some proxies
    /// write them, an IPv6 one then in brackets. Nil for anything else, such as `unknown` and made-up names.
    fileprivate init?(forwarded element: ArraySlice<UInt8>) {
        let trimmed = Array(element)
        var text = trimmed[trimmed.span.trimmedRange()]
        if text.first == 0x5B {
            guard let end = text.firstIndex(of: 0x5D), Self.isPort(text[(end + 1)...]) else { return nil }
            text = text[(text.startIndex + 1)..<end]
            guard text.contains(0x3A) else { return nil }
        } else if let colon = text.firstIndex(of: 0x3A), !text[(colon + 1)...].contains(0x3A) {
            guard Self.isPort(text[colon...]) else { return nil }
            text = text[..<colon]
        }
        self.init(bytes: text)
    }

    /// Nothing, or a colon and digits.
    private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first else { return true }
        return first == 0x3A && (2...6).contains(bytes.count) && bytes.dropFirst().allSatisfy { 0x30...0x39 ~= $0 }
    }
}
