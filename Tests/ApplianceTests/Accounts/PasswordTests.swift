import Storage
import Testing

@testable import Appliance

@Suite struct PasswordTests {
    private let ann = Passwords.Asker.known("ann")

    @Test(
        "long is good; what is tried first is not",
        arguments: [
            ("correct horse battery", true), ("Tr0ub4dor&3xy", true), ("nur ein Satz.", true), ("日本語のパスワードは長い方がよい", true),
            ("elevenchars", false), ("aaaaaaaaaaaa", false), ("abababababab", false), ("123456789012", false),
            ("abcdefghijklm", false), ("987654321098", false), ("Password1234", false), ("P@ssw0rd12345", false),
            ("passwordpassword", false), ("qwertyuiop123", false), ("letmein12345", false), ("123412341234", false),
            ("administrator1", false), ("ann@example.org", false), ("ANN@Example.org", false),
            ("parley-secret-12", false), ("a parley with pirates", true),
        ])
    func rules(_ password: String, _ isGood: Bool) {
        #expect((Password.problem(with: password, for: "ann@example.org") == nil) == isGood)
    }

    @Test("the part of the address before the @ is no password either")
    func localPart() {
        #expect(Password.problem(with: "ann.of.the.green", for: "Ann.of.the.Green@example.org") != nil)
    }

    @Test("lengths are counted in characters, and bounded in bytes")
    func length() {
        func text(_ count: Int) -> String { String((0..<count).map { Array("abcdefghijkmnpqrst")[$0 * 7 % 18] }) }
        #expect(Password.problem(with: String(text(256).dropLast()), for: "") == nil)
        #expect(Password.problem(with: text(257), for: "") != nil)
        let family = "👨‍👩‍👧‍👦"
        #expect(Password.problem(with: String(repeating: family, count: 60), for: "")?.contains("256") == true)
    }

    @Test(
        "a character that is a megabyte is refused before anybody counts or composes it",
        arguments: [(500, false), (600, true), (500_000, true)])
    func huge(_ accents: Int, _ isRefused: Bool) {
        let password = "e" + String(repeating: "\u{301}", count: accents)
        let body = Array(#"{"email":"a@b.c","password":"\#(password)"}"#.utf8)
        let draft = try? Input.read(body, as: SignInDraft.self)
        #expect((draft == nil) == isRefused)
        #expect(Password.problem(with: password, for: "a@b.c") != nil)
    }

    @Test("one character is the same however a keyboard sends it")
    func composed() {
        #expect(Password.bytes("cafe\u{301}") == Password.bytes("caf\u{e9}"))
        #expect(Password.bytes("cafe") != Password.bytes("caf\u{e9}"))
        #expect(Password.bytes("\u{fb01}") != Password.bytes("fi"), "what only looks alike stays apart")
    }

    @Test("a hash reads back as it was written")
    func hashText() {
        let hash = PasswordHash(cost: .init(log2N: 15, r: 8, p: 3), salt: [1, 2, 3], key: [4, 5, 6, 7])
        #expect(hash.text == "scrypt$ln=15,r=8,p=3$AQID$BAUGBw==")
        #expect(PasswordHash(hash.text) == hash)
    }

    @Test(
        "what is no hash, or would cost too much, is not read",
        arguments: [
            "", "scrypt", "scrypt$ln=15,r=8,p=3$AQID", "scrypt$ln=15,r=8$AQID$BAUG", "bcrypt$ln=15,r=8,p=3$AQID$BAUG",
            "scrypt$ln=30,r=8,p=3$AQID$BAUG", "scrypt$ln=15,r=8,p=3$AQID$", "scrypt$ln=15,r=8,p=3$!!$BAUG",
            "scrypt$r=8,ln=15,p=3$AQID$BAUG",
        ])
    func noHash(_ text: String) { #expect(PasswordHash(text) == nil) }

    @Test("the right password is right, and dearer from then on where today's cost is higher")
    func raised() async throws {
        let cheap = Passwords(cost: .init(log2N: 1, r: 1, p: 1)), dear = Passwords(cost: .init(log2N: 2, r: 1, p: 1))
        defer {
            cheap.queue.close()
            dear.queue.close()
        }
        let stored = try await cheap.hash("correct horse", for: ann)
        let right = try await cheap.check("correct horse", against: stored, for: ann)
        let wrong = try await cheap.check("correct house", against: stored, for: ann)
        #expect(right == .right(better: nil) && wrong == .wrong)
        guard case .right(let better?) = try await dear.check("correct horse", against: stored, for: ann) else {
            Issue.record("it is right, and to be stored anew")
            return
        }
        #expect(better.cost == dear.cost)
        let again = try await dear.check("correct horse", against: better, for: ann)
        #expect(again == .right(better: nil))
    }

    @Test("a hash that differs in one byte is another, whichever it is")
    func eachByte() async throws {
        let passwords = Passwords(cost: .init(log2N: 1, r: 1, p: 1))
        defer { passwords.queue.close() }
        let stored = try await passwords.hash("correct horse", for: ann)
        for index in stored.key.indices {
            var key = stored.key
            key[index] ^= 1
            let other = PasswordHash(cost: stored.cost, salt: stored.salt, key: key)
            let verdict = try await passwords.check("correct horse", against: other, for: ann)
            #expect(verdict == .wrong)
        }
    }

    @Test("nothing to compare with costs as much as something")
    func nothing() async throws {
        let passwords = Passwords(cost: .init(log2N: 1, r: 1, p: 1))
        defer { passwords.queue.close() }
        let verdict = try await passwords.check("", against: nil, for: ann)
        #expect(verdict == .wrong)
        #expect(passwords.queue.derived == 1)
    }
}
