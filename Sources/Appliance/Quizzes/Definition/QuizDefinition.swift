import Web

/// Quizzes as the team writes them: JSON, described in docs/quizzes.md.
enum QuizDefinition {
    static let questionsMax = 100
    static let optionCounts = 2...12
    /// Accepted variants of a typed answer.
    static let variantsMax = 20
    static let variantCharactersMax = 100
    static let titleCharactersMax = 200
    static let labelCharactersMax = 200
    static let textCharactersMax = 2_000
    static let imageBytesMax = 500
    static let numberMax = 1e12
    static let pointsMax = 10_000
    static let streakStepMax = 10_000
    static let streakMax = 100_000
    /// Seconds to answer one question in.
    static let limits = 1...600
    static let lobbySeconds = 1...3_600
    static let revealSeconds = 1...300
    static let withoutHostSeconds = 1...3_600
    /// 30 days at most.
    static let openMinutes = 1...43_200
    static let playersMax = 20_000

    /// Reads and checks a definition. `quiz` is nil exactly if there are problems, and all of them are told at once,
    /// each with the path of what is wrong, such as `questions[2].options[0].label`, and a sentence for people.
    static func read(_ bytes: [UInt8]) -> (quiz: Quiz?, problems: [FieldProblem]) {
        do throws(Refusal) {
            return read(try DefinitionText.value(of: bytes))
        } catch {
            return (nil, [FieldProblem(DefinitionText.root, error.detail)])
        }
    }

    static func read(_ value: JSONValue) -> (quiz: Quiz?, problems: [FieldProblem]) {
        var reader = QuizReader()
        let quiz = reader.quiz(value)
        return reader.problems.isEmpty ? (quiz, []) : (nil, DefinitionText.told(reader.problems))
    }

    /// Whether a client can show an image from there: an https URL with a host, without user name and password.
    static func isImage(_ url: String) -> Bool {
        guard url.utf8.count <= imageBytesMax, url.hasPrefix("https://"),
            url.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !#""<>\^`{|}"#.utf8.contains($0) })
        else { return false }
        let host = url.utf8.dropFirst("https://".utf8.count).prefix { !"/?#".utf8.contains($0) }
        return !host.isEmpty && host.first != UInt8(ascii: ":") && !host.contains(UInt8(ascii: "@"))
    }
}
