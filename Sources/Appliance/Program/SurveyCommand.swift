import Glibc
import Web

/// `parley survey check FILE`: what is wrong with a definition, without a server.
enum SurveyCommand {
    static func run(_ arguments: [String], _ environment: [String: String]) async throws(UsageError) -> ExitCode {
        let values = try OptionValues(arguments, environment: environment, options: [])
        guard values.operands.count == 2, values.operands[0] == "check" else {
            throw UsageError(explanation: "survey: say 'check FILE'; '-' reads standard input")
        }
        let name = values.operands[1]
        guard let bytes = read(name) else {
            Program.complain("\(name): \(String(cString: strerror(errno)))")
            return .failed
        }
        let (survey, problems) = SurveyDefinition.read(bytes)
        guard let survey else {
            for problem in problems { OutputText.standardOutput.write("\(problem.field): \(problem.detail)\n") }
            return .failed
        }
        let questions = survey.questions.filter { $0.kind != .statement }.count
        OutputText.standardOutput.write(
            "\(name) is sound: \(questions) question\(questions == 1 ? "" : "s"), "
                + "language\(survey.languages.count == 1 ? "" : "s") \(survey.languages.joined(separator: ", "))\n")
        return .done
    }

    /// All bytes, or one more than a definition may have; nil with `errno` when the file cannot be read.
    private static func read(_ name: String) -> [UInt8]? {
        let descriptor = name == "-" ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 * 1_024)
        while bytes.count <= SurveyDefinition.bytesMax {
            let count = Glibc.read(descriptor, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { break }
            bytes += part.prefix(count)
        }
        return bytes
    }
}
