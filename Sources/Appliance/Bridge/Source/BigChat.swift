import FoundationEssentials
import Outbound

/// Asks BigChat, once for each call; `base` is its address without a slash at the end.
struct BigChat: Sendable {
    /// The bytes of one page of events, not looked into; `url` is the whole address.
    var page: @Sendable (_ url: String) async -> Answer<[UInt8]>
    /// Nil: BigChat knows no such conversation.
    var conversation: @Sendable (_ base: String, _ id: Int64) async -> Answer<Conversation?>
    /// Nil: BigChat knows nobody of that number.
    var advisor: @Sendable (_ base: String, _ id: Int64) async -> Answer<BridgeAdvisor.Person?>

    enum Answer<Value: Sendable>: Sendable {
        case said(Value)
        case failed(Failure)
    }

    /// No answer that can be used.
    struct Failure: Error, Hashable, Sendable {
        /// Stable and short: `500`, `timeout`, `connect_failed`, `json_unreadable`.
        var code: String
        /// For people, cut and cleaned.
        var detail: String
    }

    struct Conversation: Hashable, Sendable {
        /// Unix seconds, of its START; nil where BigChat does not tell.
        var startedAt: Int64?
        var advisor: Int64?
    }

    /// Bytes of one page: some fifty thousand events.
    static let pageBytesMax = 8 * 1_024 * 1_024
}

extension BigChat {
    static let totalTimeoutMs = 10_000
    /// Of an answer that is no page.
    static let answerBytesMax = 65_536

    /// The address of a page as BigChat names it, if it is at `base`; nil: it is elsewhere.
    ///
    /// BigChat builds it from the Host it was asked by. Behind a proxy that speaks TLS it knows nothing of that, and says
    /// `http`. Nothing but its list of events is a page.
    static func page(_ url: String, at base: String) -> String? {
        let plain = "http://", secure = "https://"
        let url = base.hasPrefix(secure) && url.hasPrefix(plain) ? secure + url.dropFirst(plain.count) : url
        let path = url.prefix { $0 != "?" && $0 != "#" }
        return haveSameOrigin(url, base) && path.hasSuffix("/events") && !path.contains("/..") ? url : nil
    }

    /// The events from `from` to before `until`, Unix seconds: the address of their first page.
    static func eventsURL(base: String, from: Int64, until: Int64) -> String {
        func time(_ seconds: Int64) -> String { Timestamp(Timestamp.seconds(seconds)).iso8601Seconds.percentEncoded }
        return "\(base)/events?start_at=\(time(from))&end_at=\(time(until))&page=0"
    }

    static func over(_ transfers: Transfers) -> BigChat {
        let line = Line(transfers: transfers)
        return BigChat(
            page: { url in await line.page(url) },
            conversation: { base, id in await line.conversation("\(base)/conversations/\(id)", id) },
            advisor: { base, id in await line.advisor("\(base)/advisors/\(id)", id) })
    }

    private struct Line: Sendable {
        let transfers: Transfers

        func page(_ url: String) async -> Answer<[UInt8]> {
            switch await get(url, bytesMax: pageBytesMax) {
            case .said(let answer) where answer.status == 200: .said(answer.body)
            case .said(let answer): .failed(Failure(answer))
            case .failed(let failure): .failed(failure)
            }
        }

        func conversation(_ url: String, _ id: Int64) async -> Answer<Conversation?> {
            await look(url) { (found: ConversationWire) throws(Failure) in
                guard found.id == id else { throw .answersAnother }
                return found.conversation
            }
        }

        func advisor(_ url: String, _ id: Int64) async -> Answer<BridgeAdvisor.Person?> {
            await look(url) { (found: AdvisorWire) throws(Failure) in
                guard found.id == id else { throw .answersAnother }
                guard let person = found.person else { throw .unreadable }
                return person
            }
        }

        /// Nil for 404.
        private func look<Wire: Decodable, Value: Sendable>(
            _ url: String, _ read: (Wire) throws(Failure) -> Value
        ) async -> Answer<Value?> {
            switch await get(url, bytesMax: answerBytesMax) {
            case .failed(let failure): return .failed(failure)
            case .said(let answer) where answer.status == 404: return .said(nil)
            case .said(let answer):
                guard answer.status == 200 else { return .failed(Failure(answer)) }
                let body = MendedJSON.mended(answer.body)
                guard JSONValue.isShallow(body), let wire = try? decoder.decode(Wire.self, from: Data(body))
                else { return .failed(.unreadable) }
                do throws(Failure) {
                    return .said(try read(wire))
                } catch {
                    return .failed(error)
                }
            }
        }

        private func get(_ url: String, bytesMax: Int) async -> Answer<TransferAnswer> {
            let request = TransferRequest(
                url: url, content: .http(.get, headers: [("Accept", "application/json")], body: []),
                allowPrivate: true, totalTimeoutMs: totalTimeoutMs, answerBytesMax: bytesMax)
            return switch await transfers.perform(request).ending {
            case .failed(let failure): .failed(Failure(failure))
            case .answered(let answer) where answer.isTruncated: .failed(.tooLong)
            case .answered(let answer): .said(answer)
            }
        }
    }

    /// One for all: it is never changed.
    private static let decoder = JSONDecoder()
}

extension BigChat.Failure {
    fileprivate init(_ failure: TransferFailure) {
        self.init(code: failure.kind.rawValue, detail: Excerpt.clean(failure.detail))
    }

    /// A status that says nothing about what was asked for.
    fileprivate init(_ answer: TransferAnswer) {
        self.init(
            code: "\(answer.status)", detail: Excerpt.clean(String(decoding: answer.body.prefix(4_096), as: UTF8.self)))
    }

    fileprivate static let tooLong = Self(code: "too_long", detail: "The answer is longer than is read.")
    fileprivate static let unreadable = Self(code: "json_unreadable", detail: "The answer is not what it should be.")
    fileprivate static let answersAnother = Self(
        code: "answers_another", detail: "The answer is about another number than was asked for.")
}

/// `GET /conversations/{id}`. Events that make no sense are none.
private struct ConversationWire: Decodable {
    let id: Int64
    let advisor: Int64?
    let events: [ListedEvent]?

    var conversation: BigChat.Conversation {
        let starts = (events ?? []).compactMap { event -> Int64? in
            guard case .event(let event) = event.reading, event.content == .start, event.conversation == id
            else { return nil }
            return event.at
        }
        return BigChat.Conversation(startedAt: starts.min(), advisor: advisor)
    }

    enum CodingKeys: String, CodingKey {
        case id = "conversation_id"
        case advisor = "advisor_id"
        case events
    }
}

/// `GET /advisors/{id}`.
private struct AdvisorWire: Decodable {
    let id: Int64
    let name: String
    let email: String

    /// Nil where a text is empty, or holds a NUL, which is no part of a name.
    var person: BridgeAdvisor.Person? {
        guard !name.isEmpty, !email.isEmpty, !name.utf8.contains(0), !email.utf8.contains(0) else { return nil }
        return BridgeAdvisor.Person(name: name, email: email)
    }

    enum CodingKeys: String, CodingKey {
        case id = "advisor_id"
        case name
        case email = "email_address"
    }
}
