/// What is stored of a game and then applied to it.
enum GameChange: Equatable, Sendable {
    /// - account: of who was signed in; stored, and of no account to the game.
    case joined(number: Int, name: PlayerName, sequence: Int, account: String? = nil)
    case answered(GivenAnswer)
    /// Kicked, or taken back.
    case kicked(player: Int, Bool)
    case hostAdded(GameHost)
    case moved(GameStanding)
    /// A player of a self-paced game was shown their next question. Not stored: after a restart it is shown anew.
    case shown(player: Int)
}

/// What is done to a game.
enum GameInput: Sendable {
    /// - account: of who is signed in.
    case join(PlayerName, account: String? = nil)
    /// - question: its id; nil for the open one.
    /// - allowance: milliseconds for the way, at most `GameStep.allowanceMax`.
    case answer(player: Int, question: String?, JSONValue, allowance: Int)
    /// A player of a self-paced game wants their next question.
    case next(player: Int)
    case command(HostCommand)
    /// `dueAt` has come.
    case time
}

enum HostCommand: Equatable, Sendable {
    case start, next, skip, pause, resume, lock, unlock, end
    /// Milliseconds, 1,000 to 300,000.
    case extend(Int)
    case kick(player: Int), unkick(player: Int)
    /// A co-host of that name.
    case invite(String)
}
