/// What the directory said lately, by customer id: at most `entriesMax`, those asked for longest ago leave first.
///
/// Two halves instead of an exact order: whoever is asked for moves into the young half; when that is full it becomes
/// the old one, and what was left of the old one goes. A hit costs one or two look-ups and no list has to be kept.
struct DirectoryCache: Sendable {
    struct Entry: Equatable, Sendable {
        /// Nil: the directory knows nobody of that id.
        var attributes: [String: Scalar]?
        /// Milliseconds on the clock of whoever asks.
        var goodUntil: Int64
    }

    let entriesMax: Int
    private var young: [String: Entry] = [:]
    private var old: [String: Entry] = [:]

    init(entriesMax: Int) { self.entriesMax = entriesMax }

    var count: Int { young.count + old.count }

    mutating func entry(for id: String, at now: Int64) -> Entry? {
        if let entry = young[id] {
            if now < entry.goodUntil { return entry }
            young[id] = nil
        } else if let entry = old.removeValue(forKey: id), now < entry.goodUntil {
            keep(entry, for: id)
            return entry
        }
        return nil
    }

    mutating func keep(_ entry: Entry, for id: String) {
        old[id] = nil
        if young[id] == nil, young.count >= entriesMax / 2 {
            old = young
            young = [:]
        }
        young[id] = entry
    }

    mutating func forget(_ id: String) {
        young[id] = nil
        old[id] = nil
    }
}
