import Web

/// What all definitions have in common, surveys and quizzes: JSON that a team writes and is told about at once.
enum DefinitionText {
    static let bytesMax = 512 * 1_024
    /// What is wrong beyond that is counted, not told.
    static let problemsMax = 200

    /// Where problems of the whole are found.
    static let root = "definition"

    /// - Throws: `Refusal` when that is too long or no JSON in UTF-8.
    static func value(of bytes: [UInt8]) throws(Refusal) -> JSONValue {
        guard bytes.count <= bytesMax else { throw Refusal(detail: "Must have at most \(bytesMax) bytes.") }
        guard let value = JSONValue(bytes) else { throw Refusal(detail: "Must be one JSON object in UTF-8.") }
        return value
    }

    /// The first problems, and how many more there are.
    static func told(_ problems: [FieldProblem]) -> [FieldProblem] {
        let rest = problems.count - problemsMax
        guard rest > 0 else { return problems }
        return problems.prefix(problemsMax) + [FieldProblem(root, "There are \(rest) more problems.")]
    }
}
