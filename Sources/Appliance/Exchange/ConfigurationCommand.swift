import Glibc
import Storage
import Web

/// `parley export` and `parley import`: the configuration of a stopped program. A running one has `/api/admin/export`.
enum ConfigurationCommand {
    private static let dryRun = "--dry-run"

    static func takeOut(_ arguments: [String], _ environment: [String: String]) async throws(UsageError) -> ExitCode {
        let values = try OptionValues(arguments, environment: environment, options: [.data, .secretKeyFile])
        guard values.operands.isEmpty else { throw UsageError(explanation: "export: writes to standard output") }
        return try await withApp(values) { app in
            OutputText.standardOutput.write(String(decoding: try await app.exchange.takeOut(), as: UTF8.self) + "\n")
            return .done
        }
    }

    static func bringIn(_ arguments: [String], _ environment: [String: String]) async throws(UsageError) -> ExitCode {
        let values = try OptionValues(
            arguments, environment: environment, options: [.data, .secretKeyFile], knownSwitches: [dryRun])
        guard values.operands.count == 1
        else { throw UsageError(explanation: "import: name one file; '-' reads standard input") }
        let file = values.operands[0]
        guard let bytes = DefinitionCommand.bytes(of: file, atMost: ConfigurationFile.bytesMax) else {
            Program.complain("\(file): \(String(cString: strerror(errno)))")
            return .failed
        }
        return try await withApp(values) { app in
            try await app.refuseUnopenedSecrets()
            do {
                let report = try await app.exchange.bringIn(
                    bytes, dryRun: values.switches.contains(dryRun), .byProgram("configuration.imported", nil))
                OutputText.standardOutput.write(JSON.text(report) + "\n")
                return .done
            } catch let problem as Problem {
                Program.complain(problem.detail)
                for error in problem.errors { Program.complain("\(error.field): \(error.detail)") }
                return .failed
            }
        }
    }

    private static func withApp(
        _ values: OptionValues, _ body: (App) async throws -> ExitCode
    ) async throws(UsageError) -> ExitCode {
        let folder = try Configuration.dataFolder(values)
        var settings = App.Settings()
        settings.vault = try SecretKeys(values).vault()
        do {
            let database = try Database(.init(folder: folder), migrations: App.migrations)
            let app = App(database: database, folder: folder, settings: settings, log: .silent)
            let result: Result<ExitCode, any Error>
            do { result = .success(try await body(app)) } catch { result = .failure(error) }
            await app.stop(within: .zero)
            return try result.get()
        } catch {
            return Program.fail(error)
        }
    }
}
