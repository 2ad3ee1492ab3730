internal import Glibc
import Testing

@testable import Outbound

/// The Python server of `tlsServerScript`, heard line by line.
private final class TLSServer: Sendable {
    let folder: String
    let lines = Recorder<String>()
    let hasEnded = Gate()

    init() {
        var template = Array("/tmp/outbound-tests-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { preconditionFailure("no temporary folder") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let (command, lines, hasEnded) = ("python3 - \(folder) <<'END'\n\(tlsServerScript)\nEND\n", lines, hasEnded)
        startThread {
            let output = popen(command, "r")
            var buffer = [CChar](repeating: 0, count: 1_024)
            while let output, fgets(&buffer, Int32(buffer.count), output) != nil {
                let bytes = buffer.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }
                lines.add(String(decoding: bytes, as: UTF8.self))
            }
            if let output { pclose(output) }
            hasEnded.open()
        }
    }

    func port() async -> String {
        await lines.wait(forCount: 1)
        return lines.items[0]
    }

    deinit {
        for name in ["certificate.pem", "key.pem"] { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }
}

private let hasTools = system("command -v python3 openssl > /dev/null") == 0

@Suite(.timeLimit(.minutes(1)), .enabled(if: hasTools, "needs python3 and openssl"))
struct EmailTLSTests {
    private func send(to server: TLSServer, trusted: Bool) async -> CourierOutcome {
        let url = "smtp://127.0.0.1:\(await server.port())"
        let certificates = trusted ? "\(server.folder)/certificate.pem" : nil
        let courier = Courier.email(Transfers(.init(certificatesFile: certificates)))
        let parcel = Parcel(
            id: "id", channel: "mail",
            settings: [
                "smtp_url": .text(url), "username": .text("me"), "password": .text("hunter22"),
                "from": .text("a@b.example"),
                "to": .list(["c@d.example"]),
            ],
            allowPrivate: true, payload: Notice(subject: "s", text: "t").payload, enqueuedAt: 0, now: 0)
        return await courier.send(parcel)
    }

    @Test("with STARTTLS the login and the mail go through TLS")
    func startTLS() async {
        let server = TLSServer()
        #expect(await send(to: server, trusted: true).outcomeClass == .delivered)
        await server.hasEnded.wait()
        let heard = server.lines.items
        #expect(heard.contains("plain STARTTLS"))
        #expect(heard.contains("tls AUTH PLAIN"))
        #expect(heard.contains("tls DATA"))
        #expect(!heard.contains { $0.hasPrefix("plain AUTH") || $0.hasPrefix("plain MAIL") })
    }

    @Test("a certificate that nobody vouches for ends the talk before the login, and holds the channel")
    func untrusted() async {
        let server = TLSServer()
        let outcome = await send(to: server, trusted: false)
        #expect(outcome.outcomeClass == .misconfigured)
        #expect(outcome.code == "certificate_refused")
        await server.hasEnded.wait()
        #expect(!server.lines.items.contains { $0.contains("AUTH") })
    }
}
