import FoundationEssentials
import Testing

@testable import Appliance

@Suite struct ScoringTests {
    /// Rows of the tables that stand under the headings of docs/quiz-scoring.md, without those of their heads.
    private static let tables: [String: [[String]]] = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        guard let text = try? String(contentsOf: root.appending(path: "docs/quiz-scoring.md"), encoding: .utf8) else {
            return [:]
        }
        var tables: [String: [[String]]] = [:]
        var heading = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("## ") {
                heading = line.dropFirst(3).filter { $0 != "`" }
            } else if line.hasPrefix("| "), !line.hasPrefix("| points"), !line.hasPrefix("| step") {
                let cells = line.split(separator: "|").map { $0.trimmingPrefix(" ") }
                tables[heading, default: []].append(
                    cells.map { cell in String(cell.reversed().trimmingPrefix(" ").reversed()) })
            }
        }
        return tables
    }()

    /// `right`, `wrong`, or `2 of 3, 1 wrong`.
    private static func judgement(_ words: String) throws -> Judgement {
        if words == "right" { return Judgement(isRight: true, rightPicked: 1, wrongPicked: 0, rightCount: 1) }
        if words == "wrong" { return Judgement(isRight: false, rightPicked: 0, wrongPicked: 1, rightCount: 1) }
        let numbers = words.split { !$0.isNumber }.compactMap { Int($0) }
        try #require(numbers.count == 3, "\(words)")
        let isRight = numbers[0] == numbers[1] && numbers[2] == 0
        return Judgement(isRight: isRight, rightPicked: numbers[0], wrongPicked: numbers[2], rightCount: numbers[1])
    }

    @Test("every row of docs/quiz-scoring.md", arguments: Scoring.allCases)
    func documented(_ scoring: Scoring) throws {
        let rows = Self.tables[scoring.rawValue] ?? []
        #expect(rows.count >= 3)
        for row in rows {
            try #require(row.count == 5, "\(row)")
            let (points, limit, elapsed) = (
                try #require(Int(row[0])), try #require(Int(row[1])), try #require(Int(row[2]))
            )
            let judgement = try Self.judgement(row[3])
            let earned = scoring.points(for: judgement, elapsed: elapsed, limit: limit, points: points)
            #expect(earned == Int(row[4]), "\(scoring) \(row)")
        }
    }

    @Test("every row on streaks of docs/quiz-scoring.md")
    func documentedStreaks() throws {
        let rows = Self.tables["Streaks"] ?? []
        #expect(rows.count >= 10)
        for row in rows {
            let numbers = row.compactMap { Int($0) }
            try #require(numbers.count == 4, "\(row)")
            let bonus = StreakBonus(step: numbers[0], max: numbers[1])
            #expect(bonus.points(atLength: numbers[2]) == numbers[3], "\(row)")
        }
    }

    @Test("nobody earns more than the points, nor less by being faster; only negative takes away", arguments: 0..<300)
    func bounds(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let limit = Int.random(in: 1...600, using: &random) * 1_000
        let points = Int.random(in: 0...10_000, using: &random)
        let instants =
            (0..<50).map { _ in Int.random(in: 0...limit, using: &random) } + [0, 499, 500, limit - 1, limit]
        let rightCount = Int.random(in: 1...12, using: &random)
        let picked = Judgement(
            isRight: false, rightPicked: Int.random(in: 0...rightCount, using: &random),
            wrongPicked: Int.random(in: 1...12, using: &random), rightCount: rightCount)
        for scoring in Scoring.allCases {
            for judgement in [try Self.judgement("right"), try Self.judgement("wrong"), picked] {
                let earned = instants.sorted().map {
                    scoring.points(for: judgement, elapsed: $0, limit: limit, points: points)
                }
                let least = scoring == .negative ? -(points + 1) / 2 : 0
                #expect(earned.allSatisfy { (least...points).contains($0) }, "\(scoring) seed \(seed)")
                #expect(zip(earned, earned.dropFirst()).allSatisfy { $0 >= $1 }, "\(scoring) seed \(seed)")
            }
        }
    }

    @Test("whole numbers give what exact fractions do", arguments: 0..<200)
    func exact(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let limit = Int.random(in: 1...600, using: &random) * 1_000
        let elapsed = Int.random(in: 500...limit, using: &random)
        let points = Int.random(in: 0...10_000, using: &random)
        let right = try Self.judgement("right")
        // Sums and products of such numbers are exact in a Double as long as the division comes last.
        let classic = (Double(points * (2 * limit - elapsed)) / Double(2 * limit)).rounded(.toNearestOrAwayFromZero)
        let linear = (Double(points * (limit - elapsed)) / Double(limit)).rounded(.toNearestOrAwayFromZero)
        #expect(Scoring.classic.points(for: right, elapsed: elapsed, limit: limit, points: points) == Int(classic))
        #expect(Scoring.linear.points(for: right, elapsed: elapsed, limit: limit, points: points) == Int(linear))
    }

    @Test("time outside of the limit counts as its nearer end", arguments: Scoring.allCases)
    func outside(_ scoring: Scoring) throws {
        let right = try Self.judgement("right")
        func points(_ elapsed: Int) -> Int { scoring.points(for: right, elapsed: elapsed, limit: 1_000, points: 77) }
        #expect(points(-1) == points(0))
        #expect(points(1_001) == points(1_000))
        #expect(points(.max) == points(1_000))
    }
}
