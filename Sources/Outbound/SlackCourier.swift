extension Courier {
    /// Slack's incoming webhooks: `{"text": …}` in, exactly `ok` back.
    ///
    /// Source: api.slack.com/messaging/webhooks (errors), api.slack.com/apis/rate-limits (one message a second).
    public static func slack(_ transfers: Transfers) -> Courier {
        Courier(
            kind: "slack",
            fields: [
                SettingField(
                    "webhook_url", .url, required: true, secret: true, limits: 12...2_048,
                    explanation: "The incoming webhook's address, as Slack shows it."),
                SettingField(
                    "pace_per_second", .number, limits: 0.01...100,
                    explanation: "Messages a second; 1 when left out, which is what Slack allows."),
            ],
            parallelism: 1, pacePerSecond: 1,
            check: { checkScheme("webhook_url", in: $0, ["https", "http"]) },
            render: { parcel in
                Notice(payload: parcel.payload).map { String(decoding: Slack.body($0), as: UTF8.self) }
            },
            send: { parcel in
                guard let notice = Notice(payload: parcel.payload) else { return .unreadablePayload }
                let request = TransferRequest(
                    url: parcel.text("webhook_url") ?? "",
                    content: .http(.post, headers: Slack.headers(parcel.id) + parcel.requestHeader, body: Slack.body(notice)),
                    allowPrivate: parcel.allowPrivate)
                return switch await transfers.perform(request).ending {
                case .answered(let answer): Slack.outcome(answer, at: parcel.now)
                case .failed(let failure): CourierOutcome(failure)
                }
            })
    }
}

/// The problem with an address of another scheme than `allowed`.
func checkScheme(_ field: String, in settings: [String: SettingValue], _ allowed: [String]) -> [SettingProblem] {
    guard case .text(let text)? = settings[field], let address = WebAddress(text), !allowed.contains(address.scheme)
    else { return [] }
    return [
        SettingProblem(field: field, detail: "Must begin with \(allowed.map { "\($0)://" }.joined(separator: " or ")).")
    ]
}

/// How Slack is spoken to.
enum Slack {
    /// Slack cuts a text here.
    static let textCharactersMax = 40_000

    /// Refused because of what was sent.
    private static let permanentCodes: Set<String> = [
        "invalid_payload", "no_text", "too_many_attachments", "invalid_blocks", "invalid_blocks_format", "msg_too_long",
        "posting_to_general_channel_denied",
    ]
    /// The webhook, its channel or its workspace is gone or closed: every message would be refused.
    private static let misconfiguredCodes: Set<String> = [
        "channel_not_found", "channel_is_archived", "action_prohibited", "no_service", "no_service_id", "no_team",
        "no_active_hooks", "team_disabled", "invalid_token", "user_not_found", "no_user",
    ]

    static func headers(_ id: String) -> [(name: String, value: String)] {
        [("Content-Type", "application/json"), ("Idempotency-Key", id)]
    }

    static func body(_ notice: Notice) -> [UInt8] {
        var writer = JSONWriter(capacity: notice.text.utf8.count + 32)
        writer.open()
        writer.field("text", escaped(notice.text.isEmpty ? notice.subject : notice.text))
        writer.close()
        return writer.bytes
    }

    /// The text with Slack's three control characters escaped, cut to what Slack takes without cutting an escape in
    /// two.
    static func escaped(_ text: String) -> String {
        if text.utf8.count <= textCharactersMax, !text.utf8.contains(where: { $0 == 0x26 || $0 == 0x3c || $0 == 0x3e })
        {
            return text
        }
        var result = "", count = 0
        for scalar in text.unicodeScalars {
            let piece =
                switch scalar {
                case "&": "&amp;"
                case "<": "&lt;"
                case ">": "&gt;"
                default: String(scalar)
                }
            count += piece.unicodeScalars.count
            guard count < textCharactersMax else { return result + "…" }
            result += piece
        }
        return result
    }

    /// Slack answers 200 and `ok`, or a status and one of its codes. A 200 with anything else is some other server,
    /// a login page say: the message did not arrive in Slack.
    static func outcome(_ answer: TransferAnswer, at now: Int64) -> CourierOutcome {
        var outcome = CourierOutcome(answer, at: now)
        let body = String(decoding: answer.body.prefix(64), as: UTF8.self)
        if permanentCodes.contains(body) {
            outcome.outcomeClass = .permanent
            outcome.code = "slack.\(body)"
        } else if misconfiguredCodes.contains(body) {
            outcome.outcomeClass = .misconfigured
            outcome.code = "slack.\(body)"
        } else if body == "rollup_error" {
            outcome.outcomeClass = .transient
            outcome.code = "slack.rollup_error"
        } else if (200..<300).contains(answer.status), answer.status != 200 || body != "ok" || answer.isTruncated {
            outcome.outcomeClass = .transient
            outcome.code = "slack.unexpected_answer"
        }
        return outcome
    }
}
