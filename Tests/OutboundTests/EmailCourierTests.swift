import Testing

@testable import Outbound

@Suite(.timeLimit(.minutes(1))) struct EmailCourierTests {
    private func parcel(
        _ server: FakeSMTP, _ more: [String: SettingValue] = [:], to: [String] = ["c@d.example"], memo: String? = nil,
        notice: Notice = Notice(subject: "Hilfe für Zoë", text: "Line one\n.\nä ende")
    ) -> Parcel {
        let settings: [String: SettingValue] = [
            "smtp_url": .text(server.url), "from": .text("Bot <bot@a.example>"), "to": .list(to),
        ]
        return Parcel(
            id: "0190-id", channel: "mail", settings: settings.merging(more) { $1 }, allowPrivate: true,
            payload: notice.payload, enqueuedAt: 1_795_223_245_678, now: 1_795_223_300_000, memo: memo)
    }

    private func send(_ parcel: Parcel) async -> CourierOutcome { await Courier.email(Transfers()).send(parcel) }

    private let credentials: [String: SettingValue] = ["username": .text("me"), "password": .text("hunter22")]

    @Test("a mail arrives whole: encoded subject, its own Message-ID and date, a dot alone on a line")
    func arrives() async throws {
        let server = FakeSMTP()
        let outcome = await send(parcel(server, to: ["c@d.example", "E F <e@f.example>"]))
        #expect(outcome.outcomeClass == .delivered)
        #expect(outcome.code == "smtp.250")
        let letter = try #require(server.letters.first)
        #expect(letter.commands.filter { $0.hasPrefix("RCPT") } == ["RCPT TO:<c@d.example>", "RCPT TO:<e@f.example>"])
        #expect(letter.commands.contains { $0.hasPrefix("MAIL FROM:<bot@a.example>") })
        for line in [
            "Date: Sat, 21 Nov 2026 01:07:25 +0000\r\n", "From: Bot <bot@a.example>\r\n",
            "To: c@d.example,\r\n E F <e@f.example>\r\n", "Subject: =?utf-8?B?SGlsZmUgZsO8ciBab8Or?=\r\n",
            "Message-ID: <0190-id@a.example>\r\n", "Content-Type: text/plain; charset=utf-8\r\n",
            "Content-Transfer-Encoding: quoted-printable\r\n", "Line one\r\n..\r\n=C3=A4 ende\r\n",
        ] {
            #expect(letter.message.utf8.firstRange(of: Array(line.utf8)) != nil, "\(line) in \(letter.message)")
        }
    }

    @Test("nothing in a notice becomes a header")
    func injection() async throws {
        let server = FakeSMTP()
        let notice = Notice(subject: "x\r\nBcc: evil@e.example\r\n\r\nboo", text: "\r\n.\r\nMAIL FROM:<x@y>\r\n")
        #expect(await send(parcel(server, notice: notice)).outcomeClass == .delivered)
        let letter = try #require(server.letters.first)
        let head = letter.message.prefix(
            upTo: letter.message.firstRange(of: "\r\n\r\n")?.lowerBound ?? letter.message.endIndex)
        #expect(!head.contains("\r\nBcc"))
        #expect(server.letters.count == 1)
        #expect(letter.commands.count { $0.hasPrefix("MAIL") } == 1)
    }

    @Test(
        "what the server says to the sender, the recipient or the message, and its class",
        arguments: [
            ("<greeting>", "421 busy", .transient, "smtp.421"), ("<greeting>", "554 no", .misconfigured, "smtp.554"),
            ("MAIL", "550 not you", .misconfigured, "smtp.550"), ("MAIL", "451 later", .transient, "smtp.451"),
            ("RCPT", "450 greylisted", .transient, "smtp.450"), ("RCPT", "550 unknown", .permanent, "smtp.550"),
            ("DATA", "452 full", .transient, "smtp.452"), ("DATA", "554 no", .permanent, "smtp.554"),
            ("<message>", "451 scanner", .transient, "smtp.451"), ("<message>", "550 spam", .permanent, "smtp.550"),
        ] as [(String, String, OutcomeClass, String)])
    func refusal(_ when: String, _ reply: String, means outcomeClass: OutcomeClass, code: String) async {
        let server = FakeSMTP { $0.hasPrefix(when) ? .say(reply) : nil }
        let outcome = await send(parcel(server))
        #expect(outcome.outcomeClass == outcomeClass)
        #expect(outcome.code == code)
        #expect(outcome.excerpt == reply)
        #expect(!outcome.outcomeUnknown)
    }

    @Test("what is kept of how a letter to a person fared does not name them, however the server writes them")
    func nameless() async {
        let server = FakeSMTP { $0.hasPrefix("RCPT") ? .say("550 <Kim@D.example> (kim@d.example) is unknown") : nil }
        let notice = Notice(subject: "s", text: "t", to: "Kim@D.example")
        #expect(await send(parcel(server, notice: notice)).excerpt == "550 <[secret]> ([secret]) is unknown")
    }

    @Test(
        "hung up before the message: it cannot have arrived; after it: nobody knows",
        arguments: [
            ("RCPT", false), ("<message>", true),
        ])
    func hangUp(_ when: String, unknown: Bool) async {
        let server = FakeSMTP { $0.hasPrefix(when) ? .hangUp : nil }
        let outcome = await send(parcel(server))
        #expect(outcome.outcomeClass == .transient)
        #expect(outcome.outcomeUnknown == unknown)
    }

    @Test("one recipient's mailbox is full: the other is served once, the next attempt goes to the first alone")
    func partial() async {
        let server = FakeSMTP { $0.hasPrefix("RCPT TO:<full@") ? .say("452 mailbox full") : nil }
        let to = ["full@d.example", "c@d.example"]
        let outcome = await send(parcel(server, to: to))
        #expect(outcome.outcomeClass == .transient)
        #expect(outcome.memo == "c@d.example")
        let later = FakeSMTP()
        #expect(await send(parcel(later, to: to, memo: outcome.memo)).outcomeClass == .delivered)
        #expect(later.letters.first?.commands.filter { $0.hasPrefix("RCPT") } == ["RCPT TO:<full@d.example>"])
    }

    @Test("credentials are not sent to a server without TLS")
    func plainCredentials() async {
        let server = FakeSMTP(extensions: ["AUTH PLAIN LOGIN"])
        let outcome = await send(parcel(server, credentials))
        #expect(outcome.outcomeClass == .misconfigured)
        #expect(outcome.code == "tls_unavailable")
        #expect(server.letters.isEmpty)
    }

    @Test("credentials go over a plain connection when the admin says so")
    func allowedPlainCredentials() async throws {
        let server = FakeSMTP(extensions: ["AUTH PLAIN"])
        let settings = credentials.merging(["allow_plain_credentials": .truth(true)]) { $1 }
        #expect(await send(parcel(server, settings)).outcomeClass == .delivered)
        #expect(server.letters.first?.commands.contains { $0.hasPrefix("AUTH PLAIN") } == true)
    }

    @Test(
        "a login that is refused holds the channel, one that is refused for now does not",
        arguments: [
            ("535 bad password", .misconfigured, "smtp.535"), ("454 try later", .transient, "smtp.454"),
        ] as [(String, OutcomeClass, String)])
    func login(_ reply: String, means outcomeClass: OutcomeClass, code: String) async {
        let server = FakeSMTP(extensions: ["AUTH PLAIN"]) { $0.hasPrefix("AUTH") ? .say(reply) : nil }
        let settings = credentials.merging(["allow_plain_credentials": .truth(true)]) { $1 }
        let outcome = await send(parcel(server, settings))
        #expect(outcome.outcomeClass == outcomeClass)
        #expect(outcome.code == code)
    }
}
