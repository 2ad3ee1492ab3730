/// Makes and reads the tokens of players and hosts: the game, who they are in it, and a signature. Nothing is stored
/// for them.
struct GameKey: Sendable {
    /// Of the database's secret.
    static let name = "games"

    let key = SigningKey()

    /// Who holds a token.
    enum Right: Equatable, Sendable {
        case player(game: String, number: Int)
        case host(game: String, number: Int)
    }

    /// `<game id>.p<number>.<signature>`, or `h` for a host.
    func token(for right: Right) -> String {
        let text = right.text
        return "\(text).\(key.signature(of: text))"
    }

    /// Nil for what was not made here.
    func right(of token: String) -> Right? {
        guard token.utf8.count <= Self.bytesMax, let dot = token.utf8.lastIndex(of: UInt8(ascii: ".")),
            key.isSigned(token[token.utf8.index(after: dot)...], String(token[..<dot]))
        else { return nil }
        return Right(token[..<dot])
    }

    /// A UUID, a letter, a number, 32 digits, and two dots.
    private static let bytesMax = 36 + 1 + 1 + 19 + 1 + 32
}

extension GameKey.Right {
    fileprivate var text: String {
        switch self {
        case .player(let game, let number): "\(game).p\(number)"
        case .host(let game, let number): "\(game).h\(number)"
        }
    }

    fileprivate init?(_ text: Substring) {
        let parts = text.split(separator: ".")
        guard parts.count == 2, let kind = parts[1].first, let number = Int(parts[1].dropFirst()) else { return nil }
        switch kind {
        case "p": self = .player(game: String(parts[0]), number: number)
        case "h": self = .host(game: String(parts[0]), number: number)
        default: return nil
        }
    }
}
