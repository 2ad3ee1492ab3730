import Outbound

/// One element of a list of BigChat's events, as far as it makes sense: reading it never fails, since what is wrong
/// with one must not cost the others.
struct ListedEvent: Decodable, Sendable {
    enum Reading: Hashable, Sendable {
        case event(BridgeEvent)
        /// For people: what is wrong, and of which conversation it is as far as that can be read.
        case aside(reason: String, conversation: Int64?)
    }

    /// Longer texts are nothing that people write in a chat.
    static let textBytesMax = 65_536
    /// Unix seconds of the years 1970 to 9999: what ISO 8601 writes with four digits.
    static let times: ClosedRange<Int64> = 0...253_402_300_799

    let reading: Reading

    init(from decoder: any Decoder) {
        guard let object = try? decoder.container(keyedBy: Key.self) else {
            reading = .aside(reason: "Is not an object.", conversation: nil)
            return
        }
        guard let conversation = try? object.decode(Int64.self, forKey: .conversation) else {
            reading = .aside(reason: "conversation_id is missing or not a whole number.", conversation: nil)
            return
        }
        do throws(Fault) {
            let at = try Self.time(in: object)
            reading = .event(BridgeEvent(conversation: conversation, at: at, content: try Self.content(of: object)))
        } catch {
            reading = .aside(reason: error.reason, conversation: conversation)
        }
    }

    private struct Fault: Error { let reason: String }

    private static func time(in object: KeyedDecodingContainer<Key>) throws(Fault) -> Int64 {
        guard let at = try? object.decode(Int64.self, forKey: .at) else {
            throw Fault(reason: "event_at is missing or not a whole number of seconds.")
        }
        guard times.contains(at) else { throw Fault(reason: "event_at is not within the years 1970 to 9999.") }
        return at
    }

    private static func content(of object: KeyedDecodingContainer<Key>) throws(Fault) -> BridgeEvent.Content {
        guard let name = try? object.decode(String.self, forKey: .name) else {
            throw Fault(reason: "event_name is missing or not a text.")
        }
        return switch BridgeEvent.Kind(rawValue: name) {
        case .start: .start
        case .end: .end
        case .message: .message(try text(in: object))
        case .transfer: try transfer(in: object)
        case nil: throw Fault(reason: "event_name is none that is known: \(Excerpt.clean(name))")
        }
    }

    private static func text(in object: KeyedDecodingContainer<Key>) throws(Fault) -> String {
        guard let data = try? object.nestedContainer(keyedBy: Key.self, forKey: .data),
            let text = try? data.decode(String.self, forKey: .text)
        else { throw Fault(reason: "The message has no text.") }
        guard text.utf8.count <= textBytesMax else {
            throw Fault(reason: "The message is longer than \(textBytesMax) bytes.")
        }
        guard !text.utf8.contains(0) else { throw Fault(reason: "The message contains a NUL character.") }
        return text
    }

    private static func transfer(in object: KeyedDecodingContainer<Key>) throws(Fault) -> BridgeEvent.Content {
        guard let data = try? object.nestedContainer(keyedBy: Key.self, forKey: .data),
            let new = try? data.decode(Int64.self, forKey: .newAdvisor)
        else { throw Fault(reason: "new_advisor_id is missing or not a whole number.") }
        do {
            return .transfer(from: try data.decodeIfPresent(Int64.self, forKey: .oldAdvisor), to: new)
        } catch {
            throw Fault(reason: "old_advisor_id is not a whole number.")
        }
    }

    private enum Key: String, CodingKey {
        case conversation = "conversation_id"
        case name = "event_name"
        case at = "event_at"
        case data
        case text = "message"
        case oldAdvisor = "old_advisor_id"
        case newAdvisor = "new_advisor_id"
    }
}
