import Web

extension Problem {
    static let gameFinished = Problem(.conflict, "game.finished", "This game is over.")
    static let gameLocked = Problem(.forbidden, "game.locked", "The host has locked this game: nobody else can join.")
    static let gameFull = Problem(.conflict, "game.full", "This game has as many players as it can take.")
    static let gameBegun = Problem(.forbidden, "game.begun", "This game has begun, and nobody can join it any more.")
    static let gameNotBegun = Problem(.conflict, "game.not_begun", "This game has not begun yet.")
    static let gameNotInLobby = Problem(.conflict, "game.not_in_lobby", "This game has begun already.")
    static let gamePaused = Problem(.conflict, "game.paused", "The game is paused.")
    static let gameNotPaused = Problem(.conflict, "game.not_paused", "The game is not paused.")
    static let gameSelfPaced = Problem(
        .conflict, "game.self_paced", "Everybody goes through this game at their own speed.")
    static let gameHosted = Problem(.conflict, "game.hosted", "The host moves this game on.")
    static let hostsFull = Problem(
        .conflict, "game.hosts_full", "A game has at most \(GameStep.hostsMax) hosts.")

    static let questionNone = Problem(.conflict, "question.none", "No question is open.")
    static let questionOpen = Problem(.conflict, "question.open", "A question is open. Skip it first.")
    static let questionUnknown = Problem(
        .unprocessable, "question.unknown", "This question is not the one that is open.")
    static let extensionInvalid = Problem(
        .unprocessable, "extension.invalid", "A question can be extended by 1 to 300 seconds at once.")
    static let extensionTooLong = Problem(
        .conflict, "extension.too_long",
        "A question can be extended by \(GameStep.extendedMax / 1_000) seconds in all.")
    static let answerLate = Problem(.conflict, "answer.late", "The time for this question is up.")

    static let playerUnknown = Problem(.notFound, "player.unknown", "There is no such player in this game.")
    static let playerKicked = Problem(.forbidden, "player.kicked", "The host has removed you from this game.")
    static let nameTaken = Problem(.conflict, "name.taken", "Somebody in this game has that name. Choose another.")
    static let nameReserved = Problem(
        .unprocessable, "name.reserved", "That name looks like the host's. Choose another.")
    static let nameInvalid = Problem(
        .unprocessable, "name.invalid", "A name has 1 to 24 characters that can be seen.")

    /// What was said cannot be an answer to `question`.
    static func answerInvalid(_ question: QuizQuestion) -> Problem {
        let wanted =
            switch question.kind {
            case .single: "the id of one option"
            case .several: "a list of the ids of one or more options"
            case .trueFalse: "true or false"
            case .typed: "a short text"
            case .number: "a number"
            }
        return Problem(.unprocessable, "answer.invalid", "The answer to this question is \(wanted).")
    }
}
