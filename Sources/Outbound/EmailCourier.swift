extension Courier {
    /// Mail through an SMTP server: `smtp://` with STARTTLS, or `smtps://`.
    public static func email(_ transfers: Transfers) -> Courier {
        Courier(
            kind: "email", fields: Email.fields, parallelism: Email.parallelism, check: Email.check,
            render: { parcel in Notice(payload: parcel.payload).map { Email.lines($0.text) } },
            send: { parcel in
                guard let notice = Notice(letter: parcel.payload) else { return .unreadablePayload }
                guard let letter = Email.Letter(parcel, to: notice.to) else {
                    let detail = "The sender or a recipient is not a mail address."
                    return CourierOutcome(.misconfigured, code: "address_invalid", excerpt: detail)
                }
                guard !letter.recipients.isEmpty else { return CourierOutcome(.delivered, code: "smtp.250") }
                let request = TransferRequest(
                    url: parcel.text("smtp_url") ?? "", content: .mail(letter.mail(notice, parcel)),
                    allowPrivate: parcel.allowPrivate, totalTimeoutMs: Email.totalTimeoutMs)
                let outcome = Email.outcome(await transfers.perform(request), served: letter.served)
                // How a letter to a person fared is kept longer than who they are.
                return notice.to.map { outcome.cleaned(of: [$0, $0.lowercased()]) } ?? outcome
            })
    }
}

/// How mail is written.
enum Email {
    /// Mail servers frown upon many connections from one sender.
    static let parallelism = 4
    /// RFC 5321 §4.5.3.2 wants minutes of patience after DATA; a virus scanner needs some of them.
    static let totalTimeoutMs = 120_000
    /// More belong behind a mailing list.
    static let recipientsMax = 50.0

    static let fields = [
        SettingField(
            "smtp_url", .url, required: true, limits: 8...512,
            explanation: "The mail server: smtp://host:587 (STARTTLS) or smtps://host:465."),
        SettingField("username", .text, limits: 1...256, explanation: "For servers that ask who is sending."),
        SettingField("password", .text, secret: true, limits: 1...256, explanation: "Belongs to username."),
        SettingField(
            "from", .text, required: true, limits: 3...320,
            explanation: "The sender: someone@example.org or Some One <someone@example.org>."),
        SettingField(
            "to", .list, required: true, limits: 1...recipientsMax, explanation: "The recipients' addresses."),
        SettingField(
            "allow_plain_credentials", .truth, limits: 0...1,
            explanation: "Sends username and password even without TLS; false when left out."),
        SettingField(
            "pace_per_second", .number, limits: 0.001...1_000,
            explanation: "Mails a second; no limit when left out."),
        SettingField(
            "parallelism", .number, limits: 1...32,
            explanation: "Mails under way at the same time; \(parallelism) when left out."),
    ]

    static func check(_ settings: [String: SettingValue]) -> [SettingProblem] {
        var problems = checkScheme("smtp_url", in: settings, ["smtp", "smtps"])
        if (settings["username"] == nil) != (settings["password"] == nil) {
            let missing = settings["username"] == nil ? "username" : "password"
            problems.append(SettingProblem(field: missing, detail: "Username and password go together."))
        }
        for field in ["username", "password"] {
            if case .text(let text)? = settings[field], !text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) {
                problems.append(SettingProblem(field: field, detail: "Must have no control characters."))
            }
        }
        if case .text(let from)? = settings["from"], Mailbox(from) == nil {
            problems.append(SettingProblem(field: "from", detail: "Must be a mail address (ASCII)."))
        }
        if case .list(let list)? = settings["to"] {
            for (index, text) in list.enumerated() where Mailbox(text) == nil {
                problems.append(SettingProblem(field: "to[\(index)]", detail: "Must be a mail address (ASCII)."))
            }
        }
        return problems
    }

    /// The addresses of one delivery: all that the header names, and those that have not been served yet.
    struct Letter {
        var from: Mailbox
        var all: [Mailbox]
        /// Addresses that an earlier attempt reached.
        var served: [String]
        var recipients: [String]

        /// - Parameter to: in place of the recipients of the channel.
        init?(_ parcel: Parcel, to: String? = nil) {
            guard let from = parcel.text("from").flatMap(Mailbox.init) else { return nil }
            self.from = from
            let names = to.map { [$0] } ?? parcel.list("to")
            all = names.compactMap(Mailbox.init)
            guard all.count == names.count, !all.isEmpty else { return nil }
            let served = parcel.memo?.split(separator: "\n").map(String.init) ?? []
            self.served = served
            var recipients: [String] = []
            for mailbox in all where !served.contains(mailbox.address) && !recipients.contains(mailbox.address) {
                recipients.append(mailbox.address)
            }
            self.recipients = recipients
        }

        func mail(_ notice: Notice, _ parcel: Parcel) -> Mail {
            let hasCredentials = parcel.text("username") != nil
            return Mail(
                sender: from.address, recipients: recipients,
                headers: [
                    "Date: \(CalendarTime(unixMilliseconds: parcel.enqueuedAt).mailDate)",
                    "From: \(from.header)",
                    "To: \(all.map(\.header).joined(separator: ",\r\n "))",
                    "Subject: \(MailHeader.subject(notice.subject))",
                    "Message-ID: <\(parcel.id)@\(from.domain)>",
                    "Auto-Submitted: auto-generated",
                ],
                text: Email.lines(notice.text), username: parcel.text("username"), password: parcel.text("password"),
                requiresTLS: hasCredentials && !parcel.truth("allow_plain_credentials"))
        }
    }

    /// The text with every line ended by CRLF, however it was ended before, and without NUL.
    static func lines(_ text: String) -> String {
        var result: [UInt8] = [], last: UInt8 = 0
        for byte in text.utf8 {
            if byte == 0x0a, last != 0x0d { result.append(0x0d) }
            if last == 0x0d, byte != 0x0a { result.append(0x0a) }
            if byte != 0 { result.append(byte) }
            last = byte
        }
        if last == 0x0d { result.append(0x0a) }
        return String(decoding: result, as: UTF8.self)
    }
}
