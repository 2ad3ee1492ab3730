extension PlayerName {
    /// Whether people would take it for the host, who is called `hostName`: letters of other alphabets, digits for
    /// letters, accents, spaces, punctuation and emoji make no difference. So do `Anna (host)` and `TheHostAnna` where
    /// the host is Anna, and `Host`, `Moderator` and their like whatever the host is called; a number behind it is none
    /// to tell them apart by.
    func looksLike(_ hostName: String) -> Bool {
        looksAlike(hostName) || unnumbered.map { $0.looksAlike(hostName) } ?? false
    }

    /// Without the number at its end; nil if there is none, or nothing else.
    private var unnumbered: PlayerName? {
        guard text.last?.isNumber == true else { return nil }
        return PlayerName(String(text.reversed().drop { $0.isNumber || $0.isWhitespace }.reversed()))
    }

    private func looksAlike(_ hostName: String) -> Bool {
        // Nothing but emoji and punctuation: those are told apart by looking at them.
        guard !Skeleton(text).text.isEmpty else { return folded == Self.fold(hostName) }
        let hosts = Skeleton.readings(of: hostName)
        return Skeleton.readings(of: text).contains { mine in
            mine.isRole || hosts.contains { mine.looksLike($0) || mine.claims($0) }
        }
    }
}

/// What is left of a name for who looks at it fleetingly: small letters of ASCII where a letter looks like one, of `1`,
/// `l` and `i` only `i`. Meant for comparing: `Bill` is `biii`.
struct Skeleton: Equatable, Sendable {
    /// Without spaces.
    let text: String
    /// The same of the name in capitals. A capital and its small letter may look like two letters of ASCII: Η is H, η
    /// is n.
    private let capitals: String
    private let words: [String]

    /// - Parameter readsSigns: whether signs such as `@` are the letters they look like, or punctuation.
    init(_ source: String, readsSigns: Bool = false) {
        let plain = Lookalikes.replaced(source, readsSigns: readsSigns)
        words = plain.split(separator: Lookalikes.space).map { Self.joined($0) }
        text = Self.joined(plain)
        // In ASCII a capital is read as its small letter is.
        let isPlain = source.utf8.allSatisfy { $0 < 0x80 }
        capitals = isPlain ? text : Self.joined(Lookalikes.replaced(source.uppercased(), readsSigns: readsSigns))
    }

    /// `@nna` is Anna, but so is `@Anna`.
    static func readings(of source: String) -> [Skeleton] {
        let plain = Skeleton(source)
        guard Lookalikes.hasSigns(source) else { return [plain] }
        return [plain, Skeleton(source, readsSigns: true)]
    }

    /// Without spaces, and one letter for pairs that look like it.
    private static func joined(_ plain: some Sequence<UInt8>) -> String {
        var joined: [UInt8] = []
        for byte in plain where byte != Lookalikes.space {
            switch (joined.last, byte) {
            case (UInt8(ascii: "r"), UInt8(ascii: "n")): joined[joined.count - 1] = UInt8(ascii: "m")
            case (UInt8(ascii: "v"), UInt8(ascii: "v")): joined[joined.count - 1] = UInt8(ascii: "w")
            default: joined.append(byte)
            }
        }
        return String(decoding: joined, as: UTF8.self)
    }

    /// Never if there is nothing to look at.
    func looksLike(_ other: Skeleton) -> Bool {
        !text.isEmpty && (text == other.text || capitals == other.capitals)
    }

    /// Whether it says nothing but that this is the host: `The Quiz Host`.
    var isRole: Bool { Self.isRole(text[...]) }

    /// Whether it has the other's name in it, and says besides that this is the host.
    func claims(_ other: Skeleton) -> Bool {
        // Where the host is called Host, `Ghost Host` is only a name.
        guard !other.text.isEmpty, !other.isRole else { return false }
        guard text.utf8.count > other.text.utf8.count else { return false }
        let places = text.ranges(of: other.text)
        return !places.isEmpty && words.contains(where: Self.roles.contains)
            || places.contains { Self.isRole(text[..<$0.lowerBound]) || Self.isRole(text[$0.upperBound...]) }
    }

    private static func isRole(_ text: Substring) -> Bool {
        var rest = text
        while !roles.contains(String(rest)), !roles.contains(String(rest.dropLast())) || rest.last != "s" {
            guard let filler = fillers.first(where: rest.hasPrefix) else { return false }
            rest = rest.dropFirst(filler.count)
        }
        return true
    }

    private static let roles = Set(
        [
            "host", "cohost", "moderator", "mod", "presenter", "admin", "administrator", "quizmaster", "gamemaster",
            "organizer", "organiser",
        ].map { Skeleton($0).text })
    /// What may stand before a role. None is the beginning of another.
    private static let fillers = ["the", "your", "our", "quiz", "game", "official", "real"].map { Skeleton($0).text }
}
