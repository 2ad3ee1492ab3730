extension GameRecord: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(head.id, forKey: .id)
        try container.encode(head.code, forKey: .code)
        try container.encode(head.quiz, forKey: .quiz)
        try container.encode(head.version, forKey: .version)
        try container.encode(head.hostName, forKey: .hostName)
        try container.encode(standing.phase, forKey: .phase)
        try container.encode(standing.isLocked, forKey: .isLocked)
        try container.encode(head.createdAt, forKey: .createdAt)
        try container.encode(finishedAt, forKey: .finishedAt)
    }

    private enum Key: String, CodingKey {
        case id, code, quiz, version, phase
        case hostName = "host_name"
        case isLocked = "is_locked"
        case createdAt = "created_at"
        case finishedAt = "finished_at"
    }
}

extension GameRecord: Exemplified {
    static let examples = [example(.lobby), example(.finished)]

    static func example(_ phase: GameStanding.Phase) -> GameRecord {
        GameRecord(
            head: GameHead(
                number: 1, id: "019c137f-6d0a-7b1e-9c44-5d2e8f3a1b60", code: "K7MRQX", quiz: SampleQuiz.id, version: 1,
                hostName: "Host", seed: 1, createdAt: .example),
            standing: GameStanding(phase: phase), finishedAt: phase == .finished ? .example : nil)
    }
}

/// A game with what it is a game of: as whoever has its code sees it, and with the host's token, whoever made it.
struct GameReport: Encodable, Sendable {
    let game: GameRecord
    let quiz: Quiz
    /// On the board; left out where it stands elsewhere.
    var players: Int?
    var host: String?

    func encode(to encoder: any Encoder) throws {
        try game.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(quiz.title, forKey: .title)
        try container.encode(quiz.language, forKey: .language)
        try container.encode(quiz.pace, forKey: .pace)
        try container.encode(quiz.scoring, forKey: .scoring)
        try container.encodeIfPresent(players, forKey: .players)
        try container.encodeIfPresent(canJoin, forKey: .canJoin)
        try container.encodeIfPresent(host, forKey: .host)
    }

    private var canJoin: Bool? {
        guard let players else { return nil }
        let standing = game.standing
        guard !standing.isLocked, standing.phase != .finished, players < quiz.playersMax else { return false }
        return standing.phase == .lobby || quiz.letsJoinLate || !quiz.hasLobby
    }

    private enum Key: String, CodingKey {
        case title, language, pace, scoring, players, host
        case canJoin = "can_join"
    }
}

extension GameReport: Exemplified {
    static let examples = GameRecord.examples.map { game in
        GameReport(game: game, quiz: .example, players: 12, host: HostReport.examples[0].host)
    }
}
