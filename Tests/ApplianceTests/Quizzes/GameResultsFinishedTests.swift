import Outbound
import Storage
import Testing

@testable import Appliance

@Suite(.timeLimit(.minutes(1))) struct GameResultsFinishedTests {
    private let game = WrittenGame(
        players: ["Ann", "Bob", "Cat", "Dan", "Eve"], kicked: [5],
        answers: [
            .init(0, 2, #""a""#, right: 900), .init(0, 1, #""a""#, right: 800), .init(0, 5, #""a""#, right: 1_000),
            .init(1, 3, #"["two"]"#), .init(1, 4, #"["two","five"]"#, right: 700), .init(2, 4, "true"),
            .init(2, 3, "true"),
        ])

    @Test("the end of a game is told to the topic quiz.finished, in the same write, and noted with the game")
    func announced() async throws {
        try await withGameResults { [game] fixture in
            try await fixture.add(game)
            let message = try await fixture.database.write { transaction throws(StorageError) -> Message? in
                try transaction.save(Channel(name: "log", kind: "log"), at: 0)
                try transaction.save(
                    Topic(
                        name: FinishedGame.topic, channels: ["log"], template: Topic.templateStandard,
                        createdAt: Timestamp(0), changedAt: Timestamp(0)))
                try transaction.announceFinished(game: 1, .everyKind, at: 70_000)
                let noted = try transaction.first("SELECT message FROM game") { row in row.optionalText(0) }
                guard let id = noted ?? nil else { return nil }
                return try transaction.snapshot.message(id)
            }
            #expect(message?.topic == "quiz.finished" && message?.createdAt == Timestamp(70_000))
            #expect(
                message?.description == """
                    The quiz Everything is over. 4 played in the game KAEF34.

                    1. Bob: 900
                    2. Ann: 800
                    3. Dan: 700

                    Hardest question, 0 of 2 right: The earth is flat.
                    """)
            let deliveries = try await fixture.database.read { snapshot throws(StorageError) in
                try snapshot.deliveries(source: MessageTables.source, reference: message?.id ?? "").count
            }
            #expect(deliveries == 1)
        }
    }

    @Test("without such a topic nothing is stored")
    func nobody() async throws {
        try await withGameResults { [game] fixture in
            try await fixture.add(game)
            let (messages, noted) = try await fixture.database.write { transaction throws(StorageError) in
                try transaction.announceFinished(game: 1, .everyKind, at: 0)
                let messages = try transaction.first("SELECT COUNT(*) FROM message") { row in row.integer(0) }
                let noted = try transaction.first("SELECT message FROM game") { row in row.optionalText(0) }
                return (messages, noted ?? nil)
            }
            #expect(messages == 0 && noted == nil)
        }
    }

    @Test("a game that nobody played is told of too, and the longest texts fit a message")
    func extremes() async throws {
        try await withGameResults { [game] fixture in
            try await fixture.add(WrittenGame())
            let nobody = FinishedGame(try await fixture.results())
            #expect(nobody.text == "The quiz Everything is over. 0 played in the game KAEF34.")
            try await fixture.add(
                WrittenGame(number: 2, code: "QQQ777", players: game.players, answers: game.answers))
            var finished = FinishedGame(try await fixture.results(of: 2))
            finished.title = String(repeating: "t", count: 5_000)
            finished.hardest?.text = String(repeating: "q", count: 5_000)
            #expect(finished.text.count <= Message.descriptionCharactersMax)
        }
    }
}
