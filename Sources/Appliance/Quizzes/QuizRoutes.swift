import Storage

/// `/api/quizzes`: the team defines quizzes, checks them, publishes and archives them.
struct QuizRoutes: Sendable {
    let database: Database
    let shelf: QuizShelf
    let now: WallClock

    func register(in routes: inout Routes) {
        CatalogueRoutes(database: database, shelf: shelf, now: now).register(in: &routes)
    }
}
