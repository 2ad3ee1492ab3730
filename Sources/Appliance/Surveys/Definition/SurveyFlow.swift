/// Where questions lead, as a graph of their positions: every condition may hold or not. What `survey` names but does
/// not have leads nowhere.
struct SurveyFlow {
    private let survey: Survey
    /// By position; the end is the number of questions.
    private let following: [[Int]]
    /// By position: what may come after it, itself only if it can come again.
    private let later: [Set<Int>]
    /// By position: what may be asked before it is for the first time.
    private let earlier: [Set<Int>]
    /// Positions of what may be asked at all.
    let reached: Set<Int>

    init(_ survey: Survey) {
        self.survey = survey
        let positions = Dictionary(
            survey.questions.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        let following = survey.questions.enumerated().map { position, question in
            Self.following(question, position, positions, end: survey.questions.count)
        }
        self.following = following
        later = survey.questions.indices.map { Self.closure(from: following[$0], in: following) }
        earlier = survey.questions.indices.map { position in
            position == 0 ? [] : Self.closure(from: [0], in: following, without: position)
        }
        reached = survey.questions.isEmpty ? [] : later[0].union([0]).subtracting([survey.questions.count])
    }

    private var end: Int { survey.questions.count }

    /// Whether the answer to the question at `position` can be known when the one at `other` is asked. Where a rule leads
    /// back, what came after is forgotten: the second round knows no more than the first.
    func canPrecede(_ position: Int, _ other: Int) -> Bool {
        earlier[other].contains(position) && later[position].contains(other)
    }

    /// Whether a conversation that ends can have asked the question at `position`.
    func canPrecedeEnd(_ position: Int) -> Bool { reached.contains(position) && later[position].contains(end) }

    /// Loops that nothing leads out of, each as the positions on it, its first question first.
    var trapped: [[Int]] {
        loops(among: reached.filter { !later[$0].contains(end) }, later)
    }

    /// Loops of statements only. Conditions cannot change on them: whoever comes round once comes round for ever.
    var wordless: [[Int]] {
        let statements = Set(reached.filter { survey.questions[$0].kind == .statement })
        guard !statements.isEmpty else { return [] }
        let inside = following.indices.map { position in
            statements.contains(position) ? following[position].filter(statements.contains) : []
        }
        return loops(among: statements, inside.map { Self.closure(from: $0, in: inside) })
    }

    private func loops(among positions: Set<Int>, _ later: [Set<Int>]) -> [[Int]] {
        var seen: Set<Int> = []
        var loops: [[Int]] = []
        for position in positions.sorted() where later[position].contains(position) && !seen.contains(position) {
            let loop = positions.filter { later[position].contains($0) && later[$0].contains(position) }.sorted()
            seen.formUnion(loop)
            loops.append(loop)
        }
        return loops
    }

    private static func following(
        _ question: Question, _ position: Int, _ positions: [String: Int], end: Int
    ) -> [Int] {
        var following: [Int] = []
        for rule in question.rules {
            switch rule.target {
            case .end: following.append(end)
            case .question(let id): if let target = positions[id] { following.append(target) }
            }
            if rule.condition == nil { return following }
        }
        return following + [position + 1]           // one past the last is the end
    }

    /// - Parameter without: where no way leads through.
    private static func closure(from first: [Int], in following: [[Int]], without: Int? = nil) -> Set<Int> {
        var found: Set<Int> = []
        var waiting = first
        while let position = waiting.popLast() {
            guard position != without, found.insert(position).inserted, position < following.count else { continue }
            waiting += following[position]
        }
        return found
    }
}
