import Storage

/// `parley backup FILE`: copies the database while a program may be using it, and verifies the copy; `backup list` and
/// `backup verify FILE` look at what there is.
enum BackupCommand {
    static func run(_ arguments: [String], _ environment: [String: String]) async throws(UsageError) -> ExitCode {
        let values = try OptionValues(arguments, environment: environment, options: [.data, .backups])
        let folder = try Configuration.dataFolder(values)
        guard let first = values.operands.first, values.operands.count == (first == "verify" ? 2 : 1)
        else { throw UsageError(explanation: "backup: name one file to write; or 'list'; or 'verify' and a file") }
        do throws(StorageError) {
            switch first {
            case "list": try list(in: values.given(.backups)?.value ?? "\(folder)/backups")
            case "verify":
                tell(values.operands[1], try Database.verifyBackup(at: values.operands[1], progress: .onTerminal()))
            default: tell(first, try await Database.backup(folder: folder, to: first, progress: .onTerminal()))
            }
            return .done
        } catch {
            return Program.fail(error)
        }
    }

    private static func tell(_ file: String, _ report: BackupReport) {
        let rows = report.rows.values.reduce(0, +)
        OutputText.standardOutput.write(
            "\(file): \(report.bytes) bytes, \(rows) rows, verified, sha256 \(report.sha256)\n")
    }

    private static func list(in path: String) throws(StorageError) {
        let folder = BackupFolder(path)
        for entry in try folder.entries() {
            guard let report = entry.report else {
                OutputText.standardOutput.write("\(folder.path(of: entry.name)): \(entry.bytes) bytes, no manifest\n")
                continue
            }
            let taken = Timestamp(report.takenAt).iso8601Seconds, rows = report.rows.values.reduce(0, +)
            OutputText.standardOutput.write(
                "\(folder.path(of: entry.name)): taken \(taken), \(report.bytes) bytes, \(rows) rows\n")
        }
    }
}
