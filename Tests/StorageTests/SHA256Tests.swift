import Testing

@testable import Storage

@Suite struct SHA256Tests {
    /// From FIPS 180-4's examples.
    @Test("published digests", arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
    ])
    func vectors(_ text: String, _ expected: String) { #expect(SHA256.hex(of: text.utf8) == expected) }

    @Test("the same digest wherever the bytes are cut", arguments: 0...130)
    func cut(at index: Int) {
        let bytes = (0..<130).map { UInt8($0) }
        var hash = SHA256()
        hash.update(bytes[..<index])
        hash.update(bytes[index...])
        #expect(hash.finish() == SHA256.digest(of: bytes))
    }

    @Test("HMAC as in RFC 4231, cases 2 and 6")
    func hmac() {
        let short = SHA256.hmac(of: Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
        #expect(SHA256.hex(short) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        let long = SHA256.hmac(
            of: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            key: [UInt8](repeating: 0xaa, count: 131))
        #expect(SHA256.hex(long) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }

    @Test("digests are equal only as a whole")
    func equality() {
        let digest = SHA256.digest(of: "a".utf8)
        #expect(SHA256.areEqual(digest, digest))
        for index in digest.indices {
            var other = digest
            other[index] ^= 1
            #expect(!SHA256.areEqual(digest, other))
        }
        #expect(!SHA256.areEqual(digest, Array(digest.dropLast())))
    }
}
