import Testing

@testable import Outbound

@Suite struct MailboxTests {
    @Test(
        "addresses, and what stands in the header",
        arguments: [
            ("a@b.example", "a@b.example", "a@b.example"),
            ("A B <a.c+d@b-x.example>", "a.c+d@b-x.example", "A B <a.c+d@b-x.example>"),
            ("\"A B\" <a@b>", "a@b", "A B <a@b>"), ("<a@b>", "a@b", "a@b"),
            ("Zoë <z@b.example>", "z@b.example", "=?utf-8?B?Wm/Dqw==?= <z@b.example>"),
            ("a, b <c@d.example>", "c@d.example", "=?utf-8?B?YSwgYg==?= <c@d.example>"),
        ])
    func reads(_ text: String, _ address: String, _ header: String) throws {
        let mailbox = try #require(Mailbox(text))
        #expect(mailbox.address == address)
        #expect(mailbox.header == header)
    }

    @Test(
        "what is no address",
        arguments: [
            "", "a", "@b", "a@", "a@b@c", "a b@c", "a@b c", "a@b\r\nBcc: x@y", "a\u{0}@b", "<a@b", "a@b>", "a..b@c",
            ".a@b", "a@b..c",
            "ä@b", "a@ä", "a@b\n", "x <a@b> <c@d\r\n>", String(repeating: "a", count: 250) + "@b.cd",
        ])
    func refuses(_ text: String) { #expect(Mailbox(text) == nil) }
}

@Suite struct MailHeaderTests {
    @Test(
        "a subject as it stands in the header",
        arguments: [
            ("Help", "Help"), ("a\r\nBcc: x@y", "a Bcc: x@y"), ("a\u{2028}b", "a b"), ("", ""),
            ("ä", "=?utf-8?B?w6Q=?="),
            ("=?utf-8?Q?x?=", "=?utf-8?B?PT91dGYtOD9RP3g/PQ==?="),
        ])
    func subject(_ text: String, _ expected: String) { #expect(MailHeader.subject(text) == expected) }

    @Test("a long subject is folded into words of at most 75 characters, and no field is endless")
    func long() {
        let subject = MailHeader.subject(String(repeating: "ä👋", count: 500))
        let lines = subject.split(separator: "\r\n").map(String.init)
        #expect(lines.count > 5)
        #expect(lines.allSatisfy { $0.utf8.count <= 76 })
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix(" =?utf-8?B?") })
        let texts = lines.map { line in
            String(
                validating: bytes(base64: String(line.drop { $0 == " " }.dropFirst(10).dropLast(2))) ?? [],
                as: UTF8.self)
        }
        #expect(texts.allSatisfy { $0 != nil })
        #expect(texts.compactMap { $0 }.joined().utf8.count <= MailHeader.subjectBytesMax)
    }

    @Test(
        "every line ends with CRLF, however it ended before",
        arguments: [
            ("a\nb", "a\r\nb"), ("a\r\nb", "a\r\nb"), ("a\rb", "a\r\nb"), ("\n\n", "\r\n\r\n"), ("a\r", "a\r\n"),
            ("a\u{0}b", "ab"),
            ("\r\r\n", "\r\n\r\n"),
        ])
    func lines(_ text: String, _ expected: String) { #expect(Array(Email.lines(text).utf8) == Array(expected.utf8)) }
}

@Suite struct SMTPDialogueTests {
    /// Plays lines: `>` is what we say, `<` what the server says.
    static func play(_ script: [String]) -> SMTPDialogue {
        var dialogue = SMTPDialogue()
        for line in script {
            let bytes = Array("\(line.dropFirst())\r\n".utf8)
            if line.hasPrefix(">") { dialogue.sent(bytes) } else { dialogue.received(bytes) }
        }
        return dialogue
    }

    static let opening = ["<220 hi", ">EHLO me", "<250-hello", "<250 STARTTLS", ">MAIL FROM:<a@b>", "<250 ok"]

    @Test("who was taken and who was not")
    func recipients() {
        let dialogue = Self.play(
            Self.opening + [
                ">RCPT TO:<c@d>", "<250 ok", ">RCPT TO:<e@f>", "<550-no", "<550 such user", ">DATA", "<354 go",
                "<250 queued",
            ])
        #expect(dialogue.accepted == ["c@d"])
        #expect(dialogue.refused.map(\.step) == [.recipient("e@f")])
        #expect(dialogue.refused.map(\.text) == ["550 such user"])
        #expect(dialogue.messageStarted)
        #expect(dialogue.refusal == nil)
    }

    @Test(
        "an ending and what it means",
        arguments: [
            ([], .connectionLost, .transient, "connection_lost", false),
            (["<554 not you"], .unreadableAnswer, .misconfigured, "smtp.554", false),
            (["<421 busy"], .unreadableAnswer, .transient, "smtp.421", false),
            (
                ["<220 hi", ">EHLO x", "<250 ok", ">AUTH PLAIN", "<535 bad"], .loginDenied, .misconfigured, "smtp.535",
                false
            ),
            (
                ["<220 hi", ">EHLO x", "<250 ok", ">AUTH PLAIN", "<454 later"], .loginDenied, .transient, "smtp.454",
                false
            ),
            (["<220 hi", ">EHLO x", "<250 ok"], .tlsUnavailable, .misconfigured, "tls_unavailable", false),
            (
                ["<220 hi", ">EHLO x", "<250 ok", ">MAIL FROM:<a@b>", "<530 log in"], .other, .misconfigured,
                "smtp.530", false
            ),
            (
                ["<220 hi", ">EHLO x", "<250 ok", ">MAIL FROM:<a@b>", "<552 too big"], .other, .permanent, "smtp.552",
                false
            ),
            (opening + [">RCPT TO:<c@d>", "<550 no"], .connectionLost, .permanent, "smtp.550", false),
            (opening + [">RCPT TO:<c@d>", "<451 greylisted"], .connectionLost, .transient, "smtp.451", false),
            (
                opening + [">RCPT TO:<c@d>", "<550 no", ">RCPT TO:<e@f>", "<450 later"], .connectionLost, .transient,
                "smtp.450",
                false
            ),
            (opening + [">RCPT TO:<c@d>", "<250 ok", ">DATA", "<554 no"], .other, .permanent, "smtp.554", false),
            (
                opening + [">RCPT TO:<c@d>", "<250 ok", ">DATA", "<354 go", "<552 spam"], .other, .permanent,
                "smtp.552", false
            ),
            (
                opening + [">RCPT TO:<c@d>", "<250 ok", ">DATA", "<354 go"], .connectionLost, .transient,
                "connection_lost", true
            ),
            (
                opening + [">RCPT TO:<c@d>", "<250 ok", ">RCPT TO:<e@f>", "<550 no"], .connectionLost, .transient,
                "connection_lost", false
            ),
        ] as [([String], TransferFailure.Kind, OutcomeClass, String, Bool)])
    func ending(
        _ script: [String], _ kind: TransferFailure.Kind, means outcomeClass: OutcomeClass, code: String, unknown: Bool
    ) {
        let dialogue = Self.play(script)
        let failure = TransferFailure(kind: kind, mayHaveArrived: dialogue.messageStarted, detail: "")
        let outcome = Email.outcome(TransferResult(ending: .failed(failure), dialogue: dialogue), served: [])
        #expect(outcome.outcomeClass == outcomeClass)
        #expect(outcome.code == code)
        #expect(outcome.outcomeUnknown == unknown)
        #expect(outcome.retryAfterMilliseconds == (["smtp.450", "smtp.451"].contains(code) ? Email.greylistMs : nil))
    }

    @Test(
        "sent to some: the others' reason counts, and nobody is served twice",
        arguments: [
            ("450 full", .transient, Email.greylistMs), ("550 gone", .permanent, nil),
        ] as [(String, OutcomeClass, Int64?)])
    func partial(_ reply: String, means outcomeClass: OutcomeClass, retryAfter: Int64?) {
        let dialogue = Self.play(
            Self.opening + [
                ">RCPT TO:<c@d>", "<250 ok", ">RCPT TO:<e@f>", "<\(reply)", ">DATA", "<354 go", "<250 queued",
            ])
        let answer = TransferAnswer(status: 250, head: [], body: [], isTruncated: false)
        let outcome = Email.outcome(TransferResult(ending: .answered(answer), dialogue: dialogue), served: ["x@y"])
        #expect(outcome.outcomeClass == outcomeClass)
        #expect(outcome.memo == "x@y\nc@d")
        #expect(outcome.retryAfterMilliseconds == retryAfter)
        #expect(outcome.excerpt == "Sent, but not to 1 of 2: \(reply)")
    }
}
