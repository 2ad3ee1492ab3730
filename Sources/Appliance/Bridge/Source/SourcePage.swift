import FoundationEssentials

/// A page of BigChat's events, understood.
struct SourcePage: Hashable, Sendable {
    /// What is no event of ours: kept aside with the reason.
    struct Aside: Hashable, Sendable {
        /// Place in the page's list, from 0.
        var position: Int
        /// Nil where not even that can be read.
        var conversation: Int64?
        /// For people: what is wrong with it.
        var reason: String
        /// Its JSON, cut to `excerptCharactersMax`.
        var excerpt: String
    }

    struct Placed: Hashable, Sendable {
        var position: Int
        var event: BridgeEvent
    }

    static let excerptCharactersMax = 1_000

    var events: [Placed] = []
    var aside: [Aside] = []
    /// As BigChat says it; nil: this is the last.
    var nextPageURL: String?
}

extension SourcePage {
    /// Nil when the bytes are not a page at all: no JSON object, too deep (`JSONValue.depthMax`), no list of events.
    init?(_ bytes: [UInt8]) {
        let bytes = MendedJSON.mended(bytes)
        guard JSONValue.isShallow(bytes), let page = try? Self.decoder.decode(Page.self, from: Data(bytes))
        else { return nil }
        nextPageURL = page.next
        var places: [Range<Int>]?
        for (position, event) in page.events.enumerated() {
            switch event.reading {
            case .event(let event): events.append(Placed(position: position, event: event))
            case .aside(let reason, let conversation):
                let all = places ?? JSONListPlaces.places(of: "events", in: bytes)
                places = all
                let excerpt = all.count == page.events.count ? Self.excerpt(bytes[all[position]]) : ""
                aside.append(Aside(position: position, conversation: conversation, reason: reason, excerpt: excerpt))
            }
        }
    }

    private struct Page: Decodable {
        let events: [ListedEvent]
        let next: String?

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            events = try container.decode([ListedEvent].self, forKey: .events)
            // Of no page may the events be lost: what is no address leads nowhere, which ends the window with a warning.
            next =
                if (try? container.decodeNil(forKey: .next)) ?? true {
                    nil
                } else {
                    (try? container.decode(String.self, forKey: .next)) ?? SourcePage.nowhere
                }
        }

        enum CodingKeys: String, CodingKey {
            case events
            case next = "nextPageUrl"
        }
    }

    private static let nowhere = "(no address)"

    /// By scalars: a character may be of any number of bytes.
    private static func excerpt(_ json: ArraySlice<UInt8>) -> String {
        let end = json.lastIndex { $0 > 0x20 } ?? json.startIndex
        let text = String(decoding: json[...end].drop { $0 <= 0x20 }, as: UTF8.self)
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(excerptCharactersMax)))
    }

    /// One for all: it is never changed.
    private static let decoder = JSONDecoder()
}
