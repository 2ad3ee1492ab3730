import Testing

@testable import Appliance

@Suite struct DefinitionPatternTests {
    @Test(
        "a pattern matches whole texts",
        arguments: [
            ("abc", "abc", true), ("abc", "abcd", false), ("abc", "xabc", false), ("abc", "", false),
            ("a*", "", true), ("a*", "aaa", true), ("a+", "", false), ("a?b", "b", true), ("a?b", "aab", false),
            ("a{2}", "aa", true), ("a{2}", "aaa", false), ("a{2,}", "aaaa", true), ("a{2,}", "a", false),
            ("a{1,3}", "aaa", true), ("a{1,3}", "aaaa", false), ("a{0}b", "b", true),
            ("cat|dog", "dog", true), ("cat|dog", "catdog", false), ("a|b|", "", true), ("(a|b)+c", "abbac", true),
            ("(?:ab)+", "abab", true), ("()", "", true), ("(a*)*", "aaa", true), ("(a|)*b", "aab", true),
            ("[a-c]+", "abc", true), ("[a-c]+", "abd", false), ("[^a-c]", "d", true), ("[^a-c]", "b", false),
            ("[]a]", "]", true), ("[a-]", "-", true), ("[\\w-.]+", "a-.b", true), ("[\\]x]", "]", true),
            ("[\\d_]+", "4_2", true),
            ("\\d{5}", "12345", true), ("\\d", "٣", false), ("\\D", "a", true), ("\\w+", "größe_1", true),
            ("\\w", "-", false), ("\\W", "é", false), ("\\s", "\u{A0}", true), ("\\S+", "a b", false),
            (".", "\n", true), (".", "👨‍👩‍👧", true), (".", "e\u{301}", true), ("..", "e\u{301}", false),
            ("é", "e\u{301}", true), ("e\u{301}", "é", true), ("[éx]", "e\u{301}", true),
            ("[0-9]", "1\u{FE0F}\u{20E3}", false),
            ("[à-ü]", "é", true), ("[^👍]", "👍", false), ("👍🏽", "👍🏽", true), ("👍🏽", "👍", false),
            ("^abc$", "abc", true), ("^a$|^b$", "b", true), ("a.*?c", "abbc", true), ("\\.\\$\\^", ".$^", true),
            ("[A-Z]{2}-\\d{4}", "AB-1234", true), ("[A-Z]{2}-\\d{4}", "ab-1234", false), ("a}", "a}", true),
        ])
    func matches(_ source: String, _ text: String, _ expected: Bool) throws {
        #expect(try Pattern(source).matches(text) == expected)
    }

    @Test(
        "what is no pattern here is refused in words that help",
        arguments: [
            ("", "empty"), ("(", "'(' without ')'"), ("a)", "')' without '('"), ("[a", "'[' without ']'"),
            ("[]", "'[' without ']'"), ("*a", "nothing to repeat"), ("a|+", "nothing to repeat"),
            ("a**", "follows a repetition"), ("a{3", "A repetition is"), ("a{3,2}", "A repetition is"),
            ("a{,2}", "A repetition is"), ("a{99999999999999999999}", "A repetition is"), ("[z-a]", "A range"),
            ("[a-\\d]", "A range"), ("a^b", "has no place inside"),
            ("(a$)", "has no place inside"), ("(a)\\1", "refers back"), ("(?=a)", "look-around"),
            ("(?<!a)b", "look-around"), ("(?i)a", "flags"), ("\\b", "is not known"), ("\\p{L}", "is not known"),
            ("a\\", "ends with a backslash"), ("((a{99}){99}){99}", "too large"),
            ("(((){999}){999}){999}", "too large"), ("a{501}", "too large"),
            (String(repeating: "a", count: 201), "at most 200 characters"),
        ])
    func refused(_ source: String, _ word: String) {
        let refusal = #expect(throws: Refusal.self) { try Pattern(source) }
        #expect(refusal?.detail.contains(word) == true, "\(refusal?.detail ?? "")")
    }

    /// With an engine that tries one way after the other, each of these would outlive the sun.
    @Test(
        "nothing blows up", .timeLimit(.minutes(1)),
        arguments: [
            "(a+)+$", "(a*)*b", "(a|a)+b", "(a|aa)+b", "(.*)*x", "(a?){240}a*b", "(\\w+\\s?)*!",
            "(.*.*.*.*.*.*.*.*)*z", "(([a-z])+.)+[A-Z]([a-z])+", "(a{1,10}){1,20}b",
        ])
    func fast(_ source: String) throws {
        let pattern = try Pattern(source)
        #expect(!pattern.matches(String(repeating: "a", count: 3_999) + "?"))
    }

    @Test("agrees with trying all ways", .serialized, arguments: 0..<300 as Range<UInt64>)
    func oracle(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let tree = PatternTree.random(depth: 4, &random)
        let pattern = try Pattern(tree.source)
        for _ in 0..<30 {
            let characters = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                "abc".randomElement(using: &random) ?? "a"
            }
            let text = String(characters)
            #expect(
                pattern.matches(text) == tree.ends(characters, from: [0]).contains(characters.count),
                "seed \(seed): \(tree.source) on \(text)")
        }
    }
}

/// A pattern as its meaning: which places of a text it can end at.
private indirect enum PatternTree {
    case letter(Character), any, sequence(PatternTree, PatternTree), either(PatternTree, PatternTree), star(PatternTree), times(PatternTree, Int, Int)

    static func random(depth: Int, _ random: inout SeededRandom) -> PatternTree {
        guard depth > 0 else { return Bool.random(using: &random) ? .letter("a") : .letter("b") }
        switch Int.random(in: 0..<7, using: &random) {
        case 0: return .any
        case 1: return .letter("c")
        case 2, 3: return .sequence(.random(depth: depth - 1, &random), .random(depth: depth - 1, &random))
        case 4: return .either(.random(depth: depth - 1, &random), .random(depth: depth - 1, &random))
        case 5: return .star(.random(depth: depth - 1, &random))
        default:
            let least = Int.random(in: 0...2, using: &random)
            return .times(
                .random(depth: depth - 1, &random), least, least + Int.random(in: 0...1, using: &random))
        }
    }

    var source: String {
        switch self {
        case .letter(let letter): String(letter)
        case .any: "."
        case .sequence(let left, let right): left.source + right.source
        case .either(let left, let right): "(\(left.source)|\(right.source))"
        case .star(let part): "(\(part.source))*"
        case .times(let part, let least, let most): "(?:\(part.source)){\(least),\(most)}"
        }
    }

    func ends(_ text: [Character], from starts: Set<Int>) -> Set<Int> {
        switch self {
        case .letter(let letter): Set(starts.filter { $0 < text.count && text[$0] == letter }.map { $0 + 1 })
        case .any: Set(starts.filter { $0 < text.count }.map { $0 + 1 })
        case .sequence(let left, let right): right.ends(text, from: left.ends(text, from: starts))
        case .either(let left, let right): left.ends(text, from: starts).union(right.ends(text, from: starts))
        case .star(let part):
            (0...text.count).reduce(starts) { reached, _ in reached.union(part.ends(text, from: reached)) }
        case .times(let part, let least, let most):
            (0..<most).reduce((all: least == 0 ? starts : [], at: starts)) { step, round in
                let next = part.ends(text, from: step.at)
                return (round + 1 >= least ? step.all.union(next) : step.all, next)
            }.all
        }
    }
}
