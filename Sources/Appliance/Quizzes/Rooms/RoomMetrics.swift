import Storage

extension MetricSource {
    /// Games and who plays them.
    static func games(_ rooms: Rooms) -> MetricSource {
        MetricSource { text, _, _ throws(StorageError) in text.add(rooms) }
    }
}

extension PrometheusText {
    fileprivate mutating func add(_ rooms: Rooms) {
        let (games, players) = rooms.presence, figures = rooms.house.tally.current
        single("parley_games", .gauge, "Games that have not finished.", games)
        single("parley_game_players", .gauge, "Players who are connected.", players)
        single("parley_games_begun_total", .counter, "Games opened.", figures.games)
        single("parley_games_finished_total", .counter, "Games that came to their end.", figures.finished)
        single("parley_game_players_joined_total", .counter, "Players who joined a game.", figures.joined)
        single("parley_game_answers_total", .counter, "Answers to quiz questions, on disk.", figures.answers)
        single(
            "parley_game_answers_repeated_total", .counter, "Answers that came again and were answered the same.",
            figures.repeated)
        single(
            "parley_game_refused_total", .counter, "Answers, names and commands that were refused.", figures.refused)
        single("parley_game_boards_total", .counter, "Boards made; each goes to all of a game.", figures.boards)
        histogram("parley_game_verdict_seconds", "From an answer to its verdict, on disk.", figures.verdictSeconds)
        histogram(
            "parley_game_board_seconds", "From an answer on disk to the board that shows it, sent to everybody.",
            figures.boardSeconds)
    }
}
