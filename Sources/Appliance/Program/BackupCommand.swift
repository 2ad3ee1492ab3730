import Storage

/// `parley backup FILE`: copies the database while a program may be using it, and verifies the copy.
enum BackupCommand {
    static func run(_ arguments: [String], _ environment: [String: String]) async throws(UsageError) -> ExitCode {
        let values = try OptionValues(arguments, environment: environment, options: [.data])
        let folder = try Configuration.dataFolder(values)
        guard values.operands.count == 1 else { throw UsageError(explanation: "backup: name one file to write") }
        do throws(StorageError) {
            let report = try await Database.backup(folder: folder, to: values.operands[0])
            let rows = report.rows.values.reduce(0, +)
            OutputText.standardOutput.write(
                "\(values.operands[0]): \(report.bytes) bytes, \(rows) rows, verified, sha256 \(report.sha256)\n")
            return .done
        } catch {
            return Program.fail(error)
        }
    }
}
