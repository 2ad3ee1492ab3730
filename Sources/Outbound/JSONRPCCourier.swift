extension Courier {
    /// JSON-RPC 2.0 over HTTP: an `RPCCall` calls its method, a `Notice` the one of the setting `method`.
    ///
    /// The request's id is the delivery's, the same at every attempt, as are its bytes; it is sent as
    /// `Idempotency-Key`, too. Source: jsonrpc.org/specification.
    public static func jsonRPC(_ transfers: Transfers) -> Courier {
        Courier(
            kind: "jsonrpc",
            fields: [
                SettingField(
                    "url", .url, required: true, secret: false, limits: 8...2_048,
                    explanation: "Where calls are posted, http or https."),
                SettingField(
                    "token", .text, secret: true, limits: 6...4_096,
                    explanation: "Sent as a bearer token; printable ASCII."),
                SettingField(
                    "method", .text, limits: 1...200,
                    explanation: "What is called for a message of a topic; \(JSONRPC.noticeMethod) when left out."),
                SettingField(
                    "parallelism", .number, limits: 1...256,
                    explanation: "Calls under way at the same time; \(JSONRPC.parallelism) when left out."),
                SettingField(
                    "pace_per_second", .number, limits: 0.01...10_000,
                    explanation: "Calls a second; no limit when left out."),
            ],
            parallelism: JSONRPC.parallelism,
            check: { settings in
                var problems = checkScheme("url", in: settings, ["https", "http"])
                if case .text(let token)? = settings["token"], !token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) {
                    problems.append(SettingProblem(field: "token", detail: "Must be printable ASCII without spaces."))
                }
                return problems
            },
            render: { parcel in
                JSONRPC.call(parcel).map { String(decoding: $0.body(id: parcel.id), as: UTF8.self) }
            },
            send: { parcel in
                guard let call = JSONRPC.call(parcel) else { return .unreadablePayload }
                let headers =
                    JSONRPC.headers(token: parcel.text("token")) + [("Idempotency-Key", parcel.id)]
                    + parcel.requestHeader
                let request = TransferRequest(
                    url: parcel.text("url") ?? "",
                    content: .http(.post, headers: headers, body: call.body(id: parcel.id)),
                    allowPrivate: parcel.allowPrivate)
                return switch await transfers.perform(request).ending {
                case .answered(let answer): JSONRPC.outcome(answer, to: parcel.id, at: parcel.now)
                case .failed(let failure): CourierOutcome(failure)
                }
            })
    }
}

/// How servers of JSON-RPC are spoken to.
enum JSONRPC {
    /// As for webhooks: enough to keep a server that takes its time busy, little enough not to flood it.
    static let parallelism = 16
    static let noticeMethod = "message"

    static func headers(token: String?) -> [(name: String, value: String)] {
        [("Content-Type", "application/json"), ("Accept", "application/json")]
            + (token.map { [("Authorization", "Bearer \($0)")] } ?? [])
    }

    /// The call that a delivery is, or that tells of a notice.
    static func call(_ parcel: Parcel) -> RPCCall? {
        if let call = RPCCall(payload: parcel.payload) { return call }
        guard let notice = Notice(payload: parcel.payload) else { return nil }
        return RPCCall(
            method: parcel.text("method") ?? noticeMethod, params: params(of: notice, at: parcel.enqueuedAt))
    }

    /// `{"type", "timestamp", "subject", "text", "details"?}`
    private static func params(of notice: Notice, at enqueuedAt: Int64) -> String {
        var writer = JSONWriter(capacity: notice.text.utf8.count + notice.subject.utf8.count + 128)
        writer.open()
        writer.field("type", notice.type)
        writer.field("timestamp", CalendarTime(unixMilliseconds: enqueuedAt).iso8601)
        writer.field("subject", notice.subject)
        writer.field("text", notice.text)
        if !notice.data.isEmpty { writer.field("details", notice.data) }
        writer.close()
        return writer.text
    }

    /// A result of any kind is success. The other side's own trouble may pass; what it says of the call will not.
    ///
    /// Success without a readable answer may be success: it is tried again, under the same id.
    static func outcome(_ answer: TransferAnswer, to id: String, at now: Int64) -> CourierOutcome {
        var outcome = CourierOutcome(answer, at: now)
        guard outcome.outcomeClass == .delivered else { return outcome }
        switch JSONRPCAnswer<Anything>(answer, to: id) {
        case .result: break
        case .error(let error):
            outcome.outcomeClass = error.isTransient ? .transient : .permanent
            outcome.code = "jsonrpc.\(error.code)"
            outcome.excerpt = error.message
        case .failed:
            outcome.outcomeClass = .transient
            outcome.code = "jsonrpc.unreadable_answer"
            outcome.outcomeUnknown = true
        }
        return outcome
    }

    /// A value that only has to be there.
    private struct Anything: Decodable {
        init(from decoder: any Decoder) {}
    }
}
