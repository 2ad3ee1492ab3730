import Storage
import Web

/// Surveys, put together: what is published, the conversations about it, and what comes of them.
struct SurveyFeature: Sendable {
    let shelf = SurveyShelf()
    let conversations: Conversations
    private let live: LiveAnalytics
    private let lookup: SurveyLookup

    init(database: Database, directory: Directory, now: @escaping WallClock) {
        lookup = { [shelf] id, version, snapshot throws(StorageError) in
            try shelf.edition(id, version, in: snapshot)?.survey
        }
        let live = LiveAnalytics(database: database, lookup: lookup)
        self.live = live
        conversations = Conversations(
            database: database, shelf: shelf, directory: directory, key: SessionKey(), now: now,
            changed: { live.changed($0) })
        database.listen(to: .surveySessionsErased) { live.changedSomewhere() }
    }

    func register(in routes: inout Routes, gate: Gate, places: ExportPlaces) {
        let database = conversations.database, now = conversations.now
        SurveyRoutes(database: database, shelf: shelf, now: now).register(in: &routes)
        InvitationRoutes(database: database, key: conversations.key, now: now).register(in: &routes)
        ChatRoutes(conversations: conversations).register(in: &routes)
        SessionRoutes(conversations: conversations).register(in: &routes)
        ResponseRoutes(database: database, shelf: shelf).register(in: &routes)
        ExportRoutes(database: database, lookup: lookup, places: places, now: now).register(in: &routes)
        AnalyticsRoutes(database: database, gate: gate, live: live, lookup: lookup).register(in: &routes)
    }
}
