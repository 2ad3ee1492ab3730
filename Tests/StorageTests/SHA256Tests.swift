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
}
