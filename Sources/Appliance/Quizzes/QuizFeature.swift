import Storage
import Web

/// Quizzes, put together: what is published, the games of it, and what comes of them.
struct QuizFeature: Sendable {
    let shelf = QuizShelf()
    let rooms: Rooms

    init(database: Database, clock: GameClock, now: @escaping WallClock) {
        rooms = Rooms(
            GameHouse(
                database: database, key: GameKey(), clock: clock, now: now,
                lookup: { [shelf] id, version, snapshot throws(StorageError) in
                    try shelf.edition(id, version, in: snapshot)
                }))
    }

    func register(in routes: inout Routes, gate: Gate, places: ExportPlaces) {
        let database = rooms.house.database, lookup = rooms.house.lookup, now = rooms.house.now
        let access = GameAccess(rooms, gate)
        QuizRoutes(database: database, shelf: shelf, now: now).register(in: &routes)
        GameRoutes(rooms: rooms, gate: gate).register(in: &routes)
        BoardRoutes(rooms: rooms, access: access).register(in: &routes)
        ResultsRoutes(database: database, access: access, quizzes: lookup, places: places, now: now)
            .register(in: &routes)
        HistoryRoutes(database: database, quizzes: lookup).register(in: &routes)
    }
}
