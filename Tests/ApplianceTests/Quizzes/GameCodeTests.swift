import Testing

@testable import Appliance

@Suite struct GameCodeTests {
    @Test(
        "a code is read however it is typed",
        arguments: ["ACDEFG", "acdefg", "ACD EFG", "acd-efg", " A C D E F G ", "--aCdEfG--"])
    func read(_ text: String) {
        #expect(GameCode.read(text) == "ACDEFG")
    }

    @Test(
        "what cannot be a code is none",
        arguments: [
            "", "ACDEF", "ACDEFGH", "ACDEF0", "ACDEFO", "ACDEF1", "ACDEFI", "ACDEF2", "ACDEFZ", "ACDEF5", "ACDEFS",
            "ACDEF8",
            "ACDEFB", "ACDEF!", "ACDEFÄ", "АCDEFG", "ACDEFＧ", "ACD\nEFG", "ACD_EFG", "ACDEF\u{0}", "ſACDEF",
            "ACDEFG" + String(repeating: " ", count: 1_000_000),
        ])
    func refused(_ text: String) {
        #expect(GameCode.read(text) == nil)
    }

    @Test("the alphabet has none of two that are mistaken for each other, and nothing twice")
    func alphabet() {
        #expect(Set(GameCode.alphabet).isDisjoint(with: Set("0O1I2Z5S8B".utf8)))
        #expect(Set(GameCode.alphabet).count == GameCode.alphabet.count)
        #expect(GameCode.alphabet.count == 26)
    }

    @Test("codes that are made are read back, use the whole alphabet, and hardly ever come twice")
    func made() {
        var random = SeededRandom(seed: 1)
        var codes: Set<String> = []
        var used: Set<UInt8> = []
        for _ in 0..<2_000 {
            let code = GameCode.make(using: &random)
            #expect(GameCode.read(code) == code)
            codes.insert(code)
            used.formUnion(code.utf8)
        }
        #expect(codes.count >= 1_995)
        #expect(used == Set(GameCode.alphabet))
    }
}
