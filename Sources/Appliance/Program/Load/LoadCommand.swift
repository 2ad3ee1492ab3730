import Glibc
import Web

/// `parley load`: has many people use a running program at once, and says how it kept up.
enum LoadCommand {
    static let json = "--json"

    static func run(_ arguments: [String], _ environment: [String: String]) async throws(UsageError) -> ExitCode {
        switch arguments.first {
        case "quiz": try await QuizLoad.run(arguments, environment)
        default: try await SurveyLoad.run(arguments, environment)
        }
    }

    /// The operand behind `kind`; nil when there is none.
    static func identifier(behind kind: String, _ values: OptionValues) throws(UsageError) -> String? {
        let identifier = values.operands.count == 2 ? values.operands[1] : nil
        guard values.operands.first == kind, values.operands.count <= 2, identifier.map(Name.isValid) ?? true
        else { throw UsageError(explanation: "load: say 'load survey' or 'load quiz', or either with an ID") }
        return identifier
    }

    /// As many open files as the system lets us have: each person is one.
    static func allowDescriptors() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}

extension OptionValues {
    /// A whole number within `range`.
    func whole(_ option: Option, _ range: ClosedRange<Int>) throws(UsageError) -> Int {
        try value(option, "a number from \(range.lowerBound) to \(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }
}
