import FoundationEssentials
import Outbound
import Storage
import Web

/// `parley check`: whether the settings can be used and the data is sound; `--live`: whether a running program is
/// ready.
enum CheckCommand {
    /// Longer than readiness takes to find out that the disk is stuck.
    static let liveDeadlineMs = 5_000

    static func run(_ arguments: [String], _ environment: [String: String]) async throws(UsageError) -> ExitCode {
        let values = try OptionValues(
            arguments, environment: environment, options: Option.all.filter { !$0.flag.isEmpty },
            knownSwitches: ["--live"])
        let configuration = try Configuration(values)
        guard values.operands.isEmpty else {
            throw UsageError(explanation: "check: '\(values.operands[0])' is one word too many")
        }
        return values.switches.contains("--live") ? await live(configuration) : try check(configuration)
    }

    private static func check(_ configuration: Configuration) throws(UsageError) -> ExitCode {
        _ = try Samples(configuration.samples, couriers: Courier.all(transfers: Transfers()) { _, _ in })
        _ = try configuration.secretKeys.vault()
        if let tls = configuration.tls {
            do throws(TLSFault) {
                let ends = Timestamp(Timestamp.seconds(Int64(try tls.check().expiresAt)))
                OutputText.standardOutput.write("certificate: fine, ends \(ends.iso8601)\n")
            } catch {
                return Program.fail(error)
            }
        }
        do throws(StorageError) {
            guard let rows = try Database.check(folder: configuration.dataFolder, migrations: App.migrations) else {
                OutputText.standardOutput.write("settings: fine\ndata: none yet in \(configuration.dataFolder)\n")
                return .done
            }
            OutputText.standardOutput.write("settings: fine\ndata: sound, \(rows.values.reduce(0, +)) rows\n")
            return .done
        } catch {
            return Program.fail(error)
        }
    }

    /// Asks `/readyz` at the address that `serve` would listen on.
    private static func live(_ configuration: Configuration) async -> ExitCode {
        let address = configuration.listen
        let scheme = configuration.tls == nil ? "http" : "https"
        var settings = Transfers.Configuration(userAgent: "parley/\(Program.version)")
        // This is our own process on this machine, called by its address: its certificate names it otherwise, and
        // nothing secret is sent.
        settings.verifiesCertificates = false
        let transfers = Transfers(settings)
        defer { transfers.close() }
        let result = await transfers.perform(
            TransferRequest(
                url: "\(scheme)://\(reachable(address))/readyz", content: .http(.get, headers: [], body: []),
                allowPrivate: true, totalTimeoutMs: liveDeadlineMs))
        switch result.ending {
        case .answered(let answer) where answer.status == 200:
            OutputText.standardOutput.write("ready\n")
            for finding in readiness(in: answer.body)?.warnings ?? [] {
                Program.complain("warning: \(finding.code): \(finding.detail)")
            }
            return .done
        case .answered(let answer):
            guard let readiness = readiness(in: answer.body) else {
                Program.complain("not ready: \(String(decoding: answer.body, as: UTF8.self))")
                return .failed
            }
            for finding in readiness.reasons { Program.complain("not ready: \(finding.code): \(finding.detail)") }
        case .failed(let failure):
            Program.complain("no answer from \(address): \(failure.detail)")
        }
        return .failed
    }

    private static func readiness(in body: [UInt8]) -> Readiness? {
        try? JSONDecoder().decode(Readiness.self, from: Data(body))
    }

    /// Where to find a program that listens on every address: at this machine's own.
    private static func reachable(_ address: ListenAddress) -> ListenAddress {
        var address = address
        if address.host == "0.0.0.0" { address.host = "127.0.0.1" }
        if address.host == "::" { address.host = "::1" }
        return address
    }
}
