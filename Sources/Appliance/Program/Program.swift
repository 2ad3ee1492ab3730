import FoundationEssentials
import Glibc
import Outbound
import Storage
import Web

/// How `parley` ends, for scripts and service units; `parley help` lists them.
enum ExitCode: Int32, CaseIterable, Sendable {
    case done = 0
    case failed = 1
    case usage = 2
    case folderInUse = 3
    case newerData = 4
    case cannotListen = 5

    var explanation: String {
        switch self {
        case .done: "done, or stopped by a signal"
        case .failed: "failed; the last line says why"
        case .usage: "the command line or the environment cannot be used"
        case .folderInUse: "another process owns the data folder"
        case .newerData: "the data was written by a newer version"
        case .cannotListen: "the address cannot be listened on"
        }
    }
}

/// The program: reads its command line and runs the command it names.
@main
struct Program {
    static let version = "0.1.0"

    static func main() async {
        signal(SIGPIPE, SIG_IGN)                    // a peer that is gone is an error of write(2), not the end of us
        let code = await run(Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment)
        exit(code.rawValue)
    }

    /// Runs one command. What it has to say goes to stdout, what went wrong to stderr.
    static func run(_ arguments: [String], environment: [String: String]) async -> ExitCode {
        let name = arguments.first ?? "help"
        let rest = Array(arguments.dropFirst())
        do throws(UsageError) {
            switch name {
            case "serve": 
                let (configuration, values) = try ServeCommand.configuration(rest, environment)
                return await ServeCommand.run(configuration, values)
            case "check": return try await CheckCommand.run(rest, environment)
            case "backup": return try await BackupCommand.run(rest, environment)
            case "restore": return try RestoreCommand.run(rest, environment)
            case "export": return try await ConfigurationCommand.takeOut(rest, environment)
            case "import": return try await ConfigurationCommand.bringIn(rest, environment)
            case "survey": return try SurveyCommand.run(rest, environment)
            case "quiz": return try QuizCommand.run(rest, environment)
            case "account": return try await AccountCommand.run(rest, environment)
            case "token": return try await TokenCommand.run(rest, environment)
            case "chat": return try await ChatCommand.run(rest, environment)
            case "load": return try await LoadCommand.run(rest, environment)
            case "secret-key": OutputText.standardOutput.write("\(VaultKey.makeText())\n")
            case "version", "--version": OutputText.standardOutput.write("parley \(version)\n")
            case "help", "--help", "-h": OutputText.standardOutput.write(HelpCommand.text)
            default: throw UsageError(explanation: "'\(name)' is no command; 'parley help' lists them")
            }
            return .done
        } catch {
            return fail(error)
        }
    }

    /// Says on stderr why a command failed, and picks the exit code for it.
    static func fail(_ error: any Error) -> ExitCode {
        switch error {
        case let error as StorageError:
            complain(error.explanation)
            switch error {
            case .folderInUse: return .folderInUse
            case .newerSchema: return .newerData
            default: return .failed
            }
        case let error as UsageError:
            complain(error.explanation)
            return .usage
        case let error as TLSFault:
            complain(error.explanation)
            return .usage
        case ServerError.tls(let fault): return fail(fault)
        case let error as ServerError:
            complain(error.explanation)
            return .cannotListen
        default:
            complain("\(error)")
            return .failed
        }
    }

    static func complain(_ text: String) {
        OutputText.standardError.write("parley: \(text)\n")
    }
}
