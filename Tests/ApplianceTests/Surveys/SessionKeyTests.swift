import Testing

@testable import Appliance

@Suite struct SessionKeyTests {
    private let key = Self.key(1)

    private static func key(_ byte: UInt8) -> SessionKey {
        let key = SessionKey()
        key.load([UInt8](repeating: byte, count: 32))
        return key
    }

    private static let session = SessionRight(session: "01a1fd06-beaf-7062-bf9a-dc63284b8153", opening: .named)
    private static let invitation = Invitation(
        survey: "ice-cream", customer: "zoë/+=?&", expiresAt: Timestamp(1_800_000_000_000))

    @Test("a token opens its session, and nothing that was changed by one character opens any")
    func session() {
        let token = key.token(for: Self.session)
        #expect(key.right(of: token) == Self.session)
        let bytes = Array(token.utf8)
        for index in bytes.indices {
            var other = bytes
            other[index] = other[index] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
            #expect(key.right(of: String(decoding: other, as: UTF8.self)) == nil, "changed at \(index)")
            #expect(key.right(of: String(decoding: bytes[..<index], as: UTF8.self)) == nil, "cut at \(index)")
        }
    }

    @Test("an invitation says what was signed, and nothing that was changed by one character says anything")
    func invitation() {
        let token = key.token(for: Self.invitation)
        #expect(key.invitation(of: token) == Self.invitation)
        #expect(token.utf8.allSatisfy { $0.isLetterOrDigit || "-_.".utf8.contains($0) }, "it stands in links")
        let bytes = Array(token.utf8)
        for index in bytes.indices {
            var other = bytes
            other[index] = other[index] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
            #expect(key.invitation(of: String(decoding: other, as: UTF8.self)) == nil, "changed at \(index)")
            #expect(key.invitation(of: String(decoding: bytes[..<index], as: UTF8.self)) == nil, "cut at \(index)")
        }
    }

    @Test("the longest names fit")
    func longest() {
        let customer = String(repeating: "𝄞", count: Customer.idCharactersMax)
        let invitation = Invitation(
            survey: String(repeating: "s", count: Name.lengthMax), customer: customer,
            expiresAt: Timestamp(253_402_300_799_999))
        #expect(key.invitation(of: key.token(for: invitation)) == invitation)
    }

    @Test("another key, and the other kind of token, open nothing")
    func others() {
        #expect(Self.key(2).right(of: key.token(for: Self.session)) == nil)
        #expect(Self.key(2).invitation(of: key.token(for: Self.invitation)) == nil)
        #expect(key.invitation(of: key.token(for: Self.session)) == nil)
        #expect(key.right(of: key.token(for: Self.invitation)) == nil)
        for text in ["", ".", "a.b", Self.session.session, "\(Self.session.session).", String(repeating: "x", count: 5_000)] {
            #expect(key.right(of: text) == nil)
            #expect(key.invitation(of: text) == nil)
        }
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
        return isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }
}
