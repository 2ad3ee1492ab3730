import FoundationEssentials
import Outbound

extension OurAPIAnswer {
    init(_ ending: TransferResult.Ending, to call: OurAPICall) {
        switch ending {
        case .failed(let failure):
            self = .failed(
                Failure(
                    code: failure.kind.rawValue, detail: Excerpt.clean(failure.detail),
                    mayHaveArrived: failure.mayHaveArrived && !call.isReading, wasAnswered: false))
        case .answered(let answer):
            switch answer.status {
            case 200..<300: self = Self.success(answer, to: call)
            case 408, 425, 429: self = .failed(Failure(answer, to: call))
            case 400..<500: self = .refused(status: answer.status, detail: Self.detail(of: answer))
            default: self = .failed(Failure(answer, to: call))
            }
        }
    }

    private static func success(_ answer: TransferAnswer, to call: OurAPICall) -> OurAPIAnswer {
        if case .updateChat = call, answer.status == 204 { return .done }  // it has no body
        let body = MendedJSON.mended(answer.body)
        guard !answer.isTruncated, JSONValue.isShallow(body), let said = said(Data(body), to: call) else {
            let isTooLong = answer.isTruncated && call.isReading
            return .failed(
                Failure(
                    code: isTooLong ? "too_long" : "unreadable_answer",
                    detail: isTooLong ? "The answer is longer than is read." : "The answer is not what it should be.",
                    mayHaveArrived: !call.isReading, wasAnswered: true))
        }
        return said
    }

    /// Nil when it is not what this call is answered with.
    private static func said(_ body: Data, to call: OurAPICall) -> OurAPIAnswer? {
        switch call {
        case .findAgents(let key):
            read([AgentWire].self, body).map { all in
                .agents(
                    all.map(\.agent).filter { agent in
                        switch key {
                        case .email(let email): agent.email.utf8.elementsEqual(email.utf8)
                        case .name(let name): agent.name.utf8.elementsEqual(name.utf8)
                        }
                    })
            }
        case .findChats(let externalID):
            read([ChatWire].self, body).map { all in
                .chats(all.filter { $0.externalID?.text == externalID }.map(\.chat))
            }
        case .listMessages: read([MessageWire].self, body).flatMap(messages)
        case .createAgent: read(AgentID.self, body).map { .created($0.id.text) }
        case .createChat: read(ChatID.self, body).map { .created($0.id.text) }
        // The chat comes back. Anything else was said by somebody in front of OurAPI, and has to be looked into.
        case .updateChat, .postMessage: read(ChatID.self, body).map { _ in .done }
        }
    }

    /// Nil when one of them has no time: left out, it would be posted again.
    private static func messages(_ all: [MessageWire]) -> OurAPIAnswer? {
        let messages = all.compactMap(\.message)
        return messages.count == all.count ? .messages(messages) : nil
    }

    private static func read<Wire: Decodable>(_ type: Wire.Type, _ body: Data) -> Wire? {
        try? decoder.decode(type, from: body)
    }

    /// FastAPI's own words, which repeat nothing of the request; empty for anything else, which might.
    private static func detail(of answer: TransferAnswer) -> String {
        let body = MendedJSON.mended(answer.body)
        guard !answer.isTruncated, JSONValue.isShallow(body), let refusal = read(RefusalWire.self, Data(body))
        else { return "" }
        return Excerpt.clean(refusal.text)
    }

    /// One for all: it is never changed.
    private static let decoder = JSONDecoder()
}

extension OurAPIAnswer.Failure {
    /// A status that leaves open what became of the call.
    fileprivate init(_ answer: TransferAnswer, to call: OurAPICall) {
        // What says "not now" was not carried out. Behind a 500, or a redirect, anything may have been done.
        let isOpen = answer.status != 425 && answer.status != 429
        self.init(
            code: "\(answer.status)", detail: OurAPIAnswer.detail(of: answer),
            mayHaveArrived: isOpen && !call.isReading, wasAnswered: true)
    }
}

/// OurAPI's id of something, which becomes part of a path: no segment that a URL would swallow.
private struct WireID: Decodable {
    let text: String

    /// A UUID has 36.
    static let bytesMax = 100

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        text = try container.decode(String.self)
        guard (1...Self.bytesMax).contains(text.utf8.count), text != ".", text != "..",
            text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { throw DecodingError.dataCorruptedError(in: container, debugDescription: "no id") }
    }
}

private struct AgentID: Decodable {
    let id: WireID

    enum CodingKeys: String, CodingKey { case id = "agent_id" }
}

private struct ChatID: Decodable {
    let id: WireID

    enum CodingKeys: String, CodingKey { case id = "chat_id" }
}

private struct AgentWire: Decodable {
    let id: WireID
    let name: String
    let email: String

    var agent: OurAPIAnswer.Agent { .init(id: id.text, name: name, email: email) }

    enum CodingKeys: String, CodingKey {
        case id = "agent_id"
        case name, email
    }
}

private struct ChatWire: Decodable {
    let id: WireID
    let externalID: TextOrNumber?
    let startedAt: WireTime?
    let endedAt: WireTime?
    let agent: WireID?

    var chat: OurAPIAnswer.Chat {
        .init(id: id.text, startedAt: startedAt?.seconds, endedAt: endedAt?.seconds, agent: agent?.text)
    }

    enum CodingKeys: String, CodingKey {
        case id = "chat_id"
        case externalID = "external_id"
        case startedAt = "started_at"
        case endedAt = "ended_at"
        case agent = "agent_id"
    }
}

private struct MessageWire: Decodable {
    let sentAt: WireTime
    let text: String

    /// Nil without a time.
    var message: OurAPIAnswer.Message? { sentAt.seconds.map { .init(sentAt: $0, text: text) } }

    enum CodingKeys: String, CodingKey {
        case sentAt = "sent_at"
        case text
    }
}

private struct TextOrNumber: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        text = try (try? container.decode(String.self)) ?? String(container.decode(Int64.self))
    }
}

/// A moment; fractions are cut off, and without a zone it is UTC.
private struct WireTime: Decodable {
    /// Unix seconds; nil when it is none from 1970 on.
    let seconds: Int64?

    init(from decoder: any Decoder) throws {
        seconds = Self.seconds(try decoder.singleValueContainer().decode(String.self))
    }

    private static func seconds(_ text: String) -> Int64? {
        guard text.utf8.count >= 19 else { return nil }
        let day = text.utf8.prefix(10), clock = text.utf8.dropFirst(11).prefix(8)
        var rest = text.utf8.dropFirst(19)
        if rest.first == UInt8(ascii: ".") { rest = rest.dropFirst().drop { (0x30...0x39).contains($0) } }
        let zone = rest.isEmpty ? "Z" : "\(Substring(rest))"
        return Timestamp(iso8601: "\(Substring(day))T\(Substring(clock))\(zone)").map { $0.milliseconds / 1_000 }
    }
}

/// What FastAPI says: a text, or a list of what is wrong with the body.
private struct RefusalWire: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let text = try? container.decode(String.self, forKey: .detail) {
            self.text = text
        } else {
            text = try container.decode([Complaint].self, forKey: .detail).map(\.msg).joined(separator: "; ")
        }
    }

    private struct Complaint: Decodable { let msg: String }

    private enum CodingKeys: String, CodingKey { case detail }
}
