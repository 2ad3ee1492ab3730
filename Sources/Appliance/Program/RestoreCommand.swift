import Glibc
import Outbound
import Storage

/// `parley restore FILE`: puts a backup in place of the data while the program is stopped.
enum RestoreCommand {
    static func run(_ arguments: [String], _ environment: [String: String]) throws(UsageError) -> ExitCode {
        let values = try OptionValues(
            arguments, environment: environment, options: [.data],
            knownSwitches: ["--without-manifest", "--hold-deliveries"])
        let folder = try Configuration.dataFolder(values)
        guard values.operands.count == 1 else { throw UsageError(explanation: "restore: name one backup") }
        let file = values.operands[0], holds = values.switches.contains("--hold-deliveries")
        var open = 0, cannotHold = false
        do throws(StorageError) {
            let report = try Database.restore(
                file, to: folder, migrations: App.migrations,
                needsManifest: !values.switches.contains("--without-manifest"), progress: .onTerminal()
            ) { transaction, schema throws(StorageError) in
                let now = systemClock()
                if isCurrent("outbound", in: schema) {
                    open = try transaction.snapshot.outboxDepths().filter { $0.state != .failed }.map(\.count)
                        .reduce(0, +)
                    if holds { try transaction.pauseEveryChannel(at: now) }
                } else if holds {
                    cannotHold = true
                    throw .valueRefused
                }
                // An older file gets its audit log with the next start only.
                if isCurrent("audit", in: schema) {
                    let name = file.split(separator: "/").last.map(String.init) ?? file
                    try transaction.audit(
                        AuditEntry(actorKind: .program, action: "backup.restored", thing: name), at: now)
                }
            }
            tell(report, file, open: open, holds)
            return .done
        } catch .valueRefused where cannotHold {
            Program.complain("the backup's channels are of an older version, which --hold-deliveries does not know")
            return .failed
        } catch .busy {
            Program.complain("another program has the database open: close it first")
            return .folderInUse
        } catch .newerSchema(let feature, _, _) {
            Program.complain("the backup was made by a newer version of the program ('\(feature)'): run that one")
            return .newerData
        } catch {
            return Program.fail(error)
        }
    }

    /// Whether the tables of a feature are those that this program's SQL is made for.
    private static func isCurrent(_ feature: String, in schema: [String: Int]) -> Bool {
        schema[feature] == App.migrations.versions[feature]
    }

    private static func tell(_ report: RestoreReport, _ file: String, open: Int, _ holds: Bool) {
        let taken = report.takenAt.map { ", taken \(Timestamp($0).iso8601Seconds)" } ?? ""
        var text = "restored: \(file)\(taken), \(report.bytes) bytes, \(report.rows) rows\n"
        if let replaced = report.replaced {
            text += "what was there is kept beside it: \(replaced); remove it when it is not needed any more\n"
            text += "whoever was erased since it was taken is back: erase them again\n"
        }
        if holds {
            text += "every channel is paused: let each go on when what waits for it has been looked through\n"
        } else if open > 0 {
            text += "\(open) deliveries wait in it and go out with the next start, those too that went out since it was "
                + "taken; --hold-deliveries pauses all channels first\n"
        }
        OutputText.standardOutput.write(text)
    }
}

extension BackupProgress {
    /// Tells the progress on stderr: one line that changes on a terminal, elsewhere a line for each tenth.
    static func onTerminal() -> BackupProgress {
        let isTerminal = isatty(STDERR_FILENO) == 1
        return BackupProgress { phase, percent in
            let text = phase == .checking ? phase.rawValue : "\(phase.rawValue) \(percent) %"
            if isTerminal {
                OutputText.standardError.write("\r\(text)\(percent == 100 || phase == .checking ? "\n" : "")")
            } else if percent.isMultiple(of: 10) {
                OutputText.standardError.write("\(text)\n")
            }
        }
    }
}
