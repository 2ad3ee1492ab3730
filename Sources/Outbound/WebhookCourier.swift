internal import Storage

extension Courier {
    /// Signed webhooks by the Standard Webhooks specification (standardwebhooks.com).
    ///
    /// The body is `{"type", "timestamp", "data": {"subject", "text", "details"?}}`, the same at every attempt.
    public static func webhook(_ transfers: Transfers) -> Courier {
        Courier(
            kind: "webhook",
            fields: [
                SettingField(
                    "url", .url, required: true, secret: false, limits: 8...2_048,
                    explanation: "Where deliveries are posted, http or https."),
                SettingField(
                    "secret", .text, required: true, secret: true, limits: 12...256,
                    explanation: "Signs every delivery: whsec_ and the base64 of 24 to 64 random bytes."),
                SettingField(
                    "parallelism", .number, limits: 1...256,
                    explanation: "Deliveries under way at the same time; \(Webhook.parallelism) when left out."),
                SettingField(
                    "pace_per_second", .number, limits: 0.01...10_000,
                    explanation: "Deliveries a second; no limit when left out."),
            ],
            parallelism: Webhook.parallelism,
            check: { settings in
                var problems = checkScheme("url", in: settings, ["https", "http"])
                if case .text(let secret)? = settings["secret"], Webhook.key(of: secret) == nil {
                    let detail = "Must be whsec_ and the base64 of 24 to 64 bytes."
                    problems.append(SettingProblem(field: "secret", detail: detail))
                }
                return problems
            },
            render: { parcel in
                Notice(payload: parcel.payload).map {
                    String(decoding: Webhook.body($0, at: parcel.enqueuedAt), as: UTF8.self)
                }
            },
            send: { parcel in
                guard let notice = Notice(payload: parcel.payload) else { return .unreadablePayload }
                guard let key = Webhook.key(of: parcel.text("secret") ?? "") else {
                    return CourierOutcome(
                        .misconfigured, code: "secret_unreadable", excerpt: "The secret is not a key.")
                }
                let body = Webhook.body(notice, at: parcel.enqueuedAt)
                let headers = Webhook.headers(id: parcel.id, seconds: parcel.now / 1_000, key: key, body: body)
                let request = TransferRequest(
                    url: parcel.text("url") ?? "", content: .http(.post, headers: headers + parcel.requestHeader, body: body),
                    allowPrivate: parcel.allowPrivate)
                return switch await transfers.perform(request).ending {
                case .answered(let answer): CourierOutcome(answer, at: parcel.now)
                case .failed(let failure): CourierOutcome(failure)
                }
            })
    }
}

/// What Standard Webhooks asks of a sender.
enum Webhook {
    /// Enough to keep a receiver that takes its time busy, little enough not to flood it.
    static let parallelism = 16

    /// The bytes of a secret written as `whsec_…`; nil unless they are 24 to 64.
    static func key(of secret: String) -> [UInt8]? {
        guard secret.hasPrefix("whsec_"), let key = bytes(base64: String(secret.dropFirst(6))),
            (24...64).contains(key.count)
        else { return nil }
        return key
    }

    /// `v1,` and the signature of `id.seconds.body`.
    static func signature(id: String, seconds: Int64, key: [UInt8], body: [UInt8]) -> String {
        "v1,\(base64(SHA256.hmac(of: Array("\(id).\(seconds).".utf8) + body, key: key)))"
    }

    static func headers(
        id: String, seconds: Int64, key: [UInt8], body: [UInt8]
    ) -> [(name: String, value: String)] {
        [
            ("Content-Type", "application/json"),
            ("webhook-id", id),
            ("webhook-timestamp", "\(seconds)"),
            ("webhook-signature", signature(id: id, seconds: seconds, key: key, body: body)),
        ]
    }

    static func body(_ notice: Notice, at enqueuedAt: Int64) -> [UInt8] {
        var writer = JSONWriter(capacity: notice.text.utf8.count + notice.subject.utf8.count + 128)
        writer.open()
        writer.field("type", notice.type)
        writer.field("timestamp", CalendarTime(unixMilliseconds: enqueuedAt).iso8601)
        writer.name("data")
        writer.open()
        writer.field("subject", notice.subject)
        writer.field("text", notice.text)
        if !notice.data.isEmpty { writer.field("details", notice.data) }
        writer.close()
        writer.close()
        return writer.bytes
    }
}
