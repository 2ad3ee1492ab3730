import Testing

@testable import Appliance

@Suite struct BranchingTests {
    struct Row {
        var comparison: Condition.Comparison
        var yes: [Appliance.Answer]
        var no: [Appliance.Answer]

        init(_ comparison: Condition.Comparison, yes: [Appliance.Answer], no: [Appliance.Answer]) {
            (self.comparison, self.yes, self.no) = (comparison, yes, no)
        }
    }

    private static let comparisons: [Row] = [
        Row(.equals(.text("gold")), yes: [.option("gold"), .text("gold"), .options(["gold"]), .email("gold")],
            no: [.option("silver"), .text("Gold"), .options([]), .options(["gold", "silver"]), .number(1)]),
        Row(.equals(.number(3)), yes: [.number(3), .text("3"), .text("3.0")],
            no: [.number(3.5), .text("three"), .truth(true), .option("c"), .options(["3"])]),
        Row(.equals(.truth(true)), yes: [.truth(true), .text("yes"), .text("true")],
            no: [.truth(false), .text("no"), .number(1), .options([]), .text("yes, please")]),
        Row(.equals(.truth(false)), yes: [.truth(false), .text("no")], no: [.truth(true), .number(0), .text("")]),
        Row(.equals(.text("yes")), yes: [.truth(true), .text("yes")], no: [.truth(false), .number(1)]),
        Row(.equals(.text("no")), yes: [.truth(false)], no: [.truth(true)]),
        Row(.equals(.text("maybe")), yes: [.text("maybe")], no: [.truth(true), .truth(false)]),
        Row(.equals(.text("2026-01-31")), yes: [.date("2026-01-31")], no: [.date("2026-02-01")]),
        Row(.oneOf([.text("a"), .number(2)]), yes: [.option("a"), .number(2), .options(["a"])],
            no: [.option("b"), .number(1), .options(["a", "b"]), .truth(true)]),
        Row(.oneOf([]), yes: [], no: [.option("a"), .number(0), .truth(false)]),
        Row(.lessThan(.number(7)), yes: [.number(6), .number(-1), .number(6.999), .text("6"), .text("-8")],
            no: [.number(7), .number(8), .text("70"), .text("six"), .truth(false), .options(["6"])]),
        Row(.atMost(.number(7)), yes: [.number(7), .number(6)], no: [.number(7.001), .text("nan"), .truth(false)]),
        Row(.moreThan(.number(7)), yes: [.number(7.5), .number(100), .text("10")],
            no: [.number(7), .number(6), .text("9 lives"), .truth(true)]),
        Row(.atLeast(.number(7)), yes: [.number(7), .number(8)], no: [.number(6), .options([]), .text("")]),
        Row(.atLeast(.text("2026-02-01")), yes: [.date("2026-02-01"), .date("2027-01-01")], no: [.date("2026-01-31")]),
        Row(.lessThan(.text("2026-02-01")), yes: [.date("2026-01-31"), .date("0999-12-31")], no: [.date("2026-02-01")]),
        Row(.lessThan(.truth(true)), yes: [], no: [.truth(false), .number(0), .text("a")]),
        Row(.contains("a"), yes: [.options(["a"]), .options(["b", "a"]), .text("bar"), .text("A"), .email("a@b.co")],
            no: [.options([]), .options(["b", "ab"]), .text("b"), .number(1), .truth(true)]),
        Row(.contains("@Acme.co"), yes: [.email("ana@acme.com")], no: [.email("acme.co@b.co"), .text("@ acme co")]),
        Row(.contains("+"), yes: [.text("C++")], no: [.text("C"), .text("")]),
        Row(.contains("CAFÉ"), yes: [.text("a nice cafe"), .text("Café!")], no: [.text("coffee")]),
        Row(.answered(true), yes: [.text(""), .options([]), .truth(false), .number(0)], no: []),
        Row(.answered(false), yes: [], no: [.text(""), .options([]), .truth(false), .number(0)]),
    ]

    @Test("a comparison holds for these answers and not for those", arguments: comparisons)
    func comparison(_ row: Row) {
        let condition = Condition.test(.answer("q"), row.comparison)
        for answer in row.yes { #expect(condition.holds(known(["q": answer])), "\(answer)") }
        for answer in row.no { #expect(!condition.holds(known(["q": answer])), "\(answer)") }
    }

    @Test("without a value nothing holds but answered: false", arguments: [
        .equals(.text("a")), .equals(.truth(false)), .equals(.number(0)), .equals(.text("")), .oneOf([.text("")]),
        .lessThan(.number(1)), .atMost(.number(1)), .moreThan(.number(-1)), .atLeast(.text("")), .contains(""),
        .answered(true),
    ] as [Condition.Comparison])
    func withoutValue(_ comparison: Condition.Comparison) {
        let asked = Condition.test(.answer("q"), comparison), attribute = Condition.test(.customer("q"), comparison)
        #expect(!asked.holds(known([:])))
        #expect(!asked.holds(known(["q": .skipped])), "skipped")
        #expect(!asked.holds(known(["q": .text("a")], path: [])), "answered, but off the path")
        #expect(!attribute.holds(known(["q": .text("a")])))
        let unanswered = Condition.test(.answer("q"), .answered(false))
        #expect(unanswered.holds(known([:])))
        #expect(unanswered.holds(known(["q": .skipped])))
        #expect(unanswered.holds(known(["q": .text("a")], path: [])))
    }

    @Test("customer attributes compare as answers do", arguments: [
        (.text("gold"), .equals(.text("gold")), true), (.text("gold"), .equals(.text("silver")), false),
        (.number(18), .atLeast(.number(18)), true), (.text("9"), .atLeast(.number(18)), false),
        (.text("100"), .atLeast(.number(18)), true), (.truth(true), .equals(.truth(true)), true),
        (.text("true"), .equals(.truth(true)), true), (.truth(true), .equals(.number(1)), false),
        (.text("Hà Nội"), .contains("ha noi"), true), (.truth(false), .answered(true), true),
    ] as [(Scalar, Condition.Comparison, Bool)])
    func customer(_ value: Scalar, _ comparison: Condition.Comparison, holds: Bool) {
        let known = Known(path: [], answers: [:], customer: ["a": value])
        #expect(Condition.test(.customer("a"), comparison).holds(known) == holds)
    }

    @Test("all, any and not combine, and may be empty", arguments: [
        (.all([]), true), (.any([]), false), (.not(.all([])), false),
        (.all([yes, yes]), true), (.all([yes, no]), false), (.any([no, yes]), true), (.any([no, no]), false),
        (.not(yes), false), (.not(no), true), (.all([.any([no, .not(no)]), .not(.all([yes, no]))]), true),
        (.not(.test(.answer("nobody_asked"), .equals(.text("a")))), true),
    ] as [(Condition, Bool)])
    func combined(_ condition: Condition, holds: Bool) {
        #expect(condition.holds(known(["q": .text("a")])) == holds)
    }

    @Test("the first rule that holds decides, and none leaves it to the order")
    func firstRule() {
        var question = Question(id: "q", text: .of("?"), kind: .email)
        let known = known(["q": .text("a")])
        #expect(question.target(known) == nil)
        question.rules = [Rule(condition: Self.no, target: .end)]
        #expect(question.target(known) == nil)
        question.rules += [Rule(condition: Self.yes, target: .question("b")), Rule(condition: nil, target: .end)]
        #expect(question.target(known) == .question("b"))
        question.rules.remove(at: 1)
        #expect(question.target(known) == .end)
    }

    private static let yes = Condition.test(.answer("q"), .equals(.text("a")))
    private static let no = Condition.test(.answer("q"), .equals(.text("b")))

    private func known(_ answers: [String: Appliance.Answer], path: [String] = ["q"]) -> Known {
        Known(path: path[...], answers: answers, customer: [:])
    }
}

@Suite struct SurveyMapTests {
    @Test("the way that is left is the longest one; statements do not count, and loops count once", arguments: [
        (["a", "b", "c"], [3, 2, 1]),
        (["a", "s.", "c"], [2, 1, 1]),
        (["a>c", "b", "c"], [3, 2, 1]),
        (["a!c", "b", "c"], [2, 2, 1]),
        (["a>", "b", "c"], [3, 2, 1]),
        (["a", "b!", "c"], [2, 1, 1]),
        (["a", "b>a", "c"], [3, 2, 1]),
        (["a", "b!a", "c"], [2, 1, 1]),
        (["a!c", "b!", "c!b"], [3, 1, 2]),
        (["a>a"], [1]), (["s.!t", "t.!s"], [0, 0]),
    ] as [([String], [Int])])
    func stepsLeft(_ sketch: [String], _ expected: [Int]) {
        let map = SurveyMap(.sketch(sketch))
        #expect(sketch.indices.map { map.stepsLeft(from: $0) } == expected)
    }
}
