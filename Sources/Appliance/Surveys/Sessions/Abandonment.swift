import Storage

/// Finds sessions that nobody has gone on with for as long as their survey says. They may still be taken up again.
enum Abandonment {
    /// Sessions looked at in one write: others do not wait for it.
    static let sessionsMax = 200
    /// How exactly the time is kept: sessions that end up together share pages of the index.
    static let stepMs: Int64 = 60_000

    /// When to look at a session that was answered now.
    static func next(after now: Int64, _ survey: Survey) -> Int64 {
        (now + survey.abandonedAfter + stepMs - 1) / stepMs * stepMs
    }
}

extension Conversations {
    /// Marks what is abandoned by now, and tells how many sessions were looked at; call again while it is that many.
    func markAbandoned() async throws(StorageError) -> Int {
        let now = now()
        let (count, marked, surveys) = try await database.write { [shelf] transaction throws(StorageError) in
            let due = try transaction.all(
                "SELECT id FROM survey_session WHERE idle_at IS NOT NULL AND idle_at <= ? ORDER BY idle_at LIMIT ?",
                .integer(now), .integer(Abandonment.sessionsMax), as: { $0.text(0) })
            var marked = 0
            var surveys: Set<String> = []
            for id in due {
                guard let place = try transaction.snapshot.place(of: id, on: shelf, at: now) else {
                    try transaction.setIdle(nil, ofSession: id)
                    continue
                }
                guard try transaction.judge(place, at: now) else { continue }
                marked += 1
                surveys.insert(place.session.survey)
            }
            return (due.count, marked, surveys)
        }
        for survey in surveys { changed(survey) }
        statistics.add { $0.abandoned += marked }
        return count
    }
}

extension Transaction {
    /// Marks the session if it is abandoned; otherwise says when to look again.
    fileprivate borrowing func judge(_ place: SessionPlace, at now: Int64) throws(StorageError) -> Bool {
        let session = place.session
        guard session.status == .active else {
            try setIdle(nil, ofSession: session.id)
            return false
        }
        let next = Abandonment.next(after: session.lastAt, place.step.survey)
        guard next <= now else {
            try setIdle(next, ofSession: session.id)
            return false
        }
        try run(
            "UPDATE survey_session SET status = ?, ended_at = ?, idle_at = NULL WHERE id = ?",
            .text(SurveySession.Status.abandoned.rawValue), .integer(session.lastAt), .text(session.id))
        try tallyAbandoned(session, place.conversation, isAbandoned: true)
        return true
    }
}
