import Glibc
import Web

/// `parley survey check FILE` and its like: what is wrong with a definition, without a server.
enum DefinitionCommand {
    /// - Parameters:
    ///   - name: of the command.
    ///   - read: what a definition holds, in words such as `3 questions`, or what is wrong with it.
    static func run(
        _ name: String, _ arguments: [String], _ environment: [String: String],
        read: ([UInt8]) -> (summary: String?, problems: [FieldProblem])
    ) throws(UsageError) -> ExitCode {
        let values = try OptionValues(arguments, environment: environment, options: [])
        guard values.operands.count == 2, values.operands[0] == "check" else {
            throw UsageError(explanation: "\(name): say 'check FILE'; '-' reads standard input")
        }
        let file = values.operands[1]
        guard let bytes = bytes(of: file) else {
            Program.complain("\(file): \(String(cString: strerror(errno)))")
            return .failed
        }
        let (summary, problems) = read(bytes)
        guard let summary else {
            for problem in problems { OutputText.standardOutput.write("\(problem.field): \(problem.detail)\n") }
            return .failed
        }
        OutputText.standardOutput.write("\(file) is sound: \(summary)\n")
        return .done
    }

    /// All bytes of a file or, for `-`, of standard input, or some more than it may have; nil with `errno` when it cannot
    /// be read.
    static func bytes(of name: String, atMost bytesMax: Int = DefinitionText.bytesMax) -> [UInt8]? {
        let descriptor = name == "-" ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 * 1_024)
        while bytes.count <= bytesMax {
            let count = Glibc.read(descriptor, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { break }
            bytes += part.prefix(count)
        }
        return bytes
    }
}
