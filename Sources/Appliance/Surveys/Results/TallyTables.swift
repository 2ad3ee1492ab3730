import Storage

/// The figures are kept in the transactions that change what they count: exact after each, however many sessions
/// there are. No statement of these reads.
extension Transaction {
    /// - Parameters:
    ///   - session: as it was before this step, or as it begins.
    ///   - before: nil when the session begins.
    ///   - now: what `endedAt` of the session becomes, if this step completes it.
    borrowing func tally(
        _ session: SurveySession, _ survey: Survey, from before: Conversation?, to after: Conversation, at now: Int64
    ) throws(StorageError) {
        let step = TallyStep(session: session, survey: survey)
        let changes =
            before.map { step.changes(from: $0, to: after, at: now) } ?? step.counts(of: after, endedAt: now)
        for change in changes { try add(change, of: session) }
    }

    /// The session was found abandoned, or was taken up again: call it before the `tally` of the answer that does.
    borrowing func tallyAbandoned(_ session: SurveySession, _ conversation: Conversation, isAbandoned: Bool)
        throws(StorageError)
    {
        guard let count = TallyStep.abandoned(conversation) else { return }
        try add(isAbandoned ? count : count.negated, of: session)
    }

    /// Takes a session's part out again: its customer is being erased.
    ///
    /// - Parameter session: as it is stored, and `conversation` with it.
    borrowing func untally(_ session: SurveySession, _ survey: Survey, _ conversation: Conversation)
        throws(StorageError)
    {
        let step = TallyStep(session: session, survey: survey)
        for count in step.counts(of: conversation, endedAt: session.endedAt) { try add(count.negated, of: session) }
        if session.status == .abandoned { try tallyAbandoned(session, conversation, isAbandoned: false) }
    }

    /// Rows that came to nothing stay: they are few, and say nothing of anybody.
    private borrowing func add(_ count: TallyCount, of session: SurveySession) throws(StorageError) {
        // A sum of fractions that were all taken out again would leave a rest behind.
        try run(
            """
            INSERT INTO survey_tally (survey, version, language, day, measure, question, value, count, total)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (survey, version, language, day, measure, question, value) DO UPDATE SET
                count = survey_tally.count + excluded.count,
                total = CASE WHEN survey_tally.count + excluded.count = 0 THEN 0.0
                        ELSE survey_tally.total + excluded.total END
            """,
            .text(session.survey), .integer(session.version), .text(count.language),
            .integer(Timestamp(session.startedAt).day), .text(count.measure.rawValue), .text(count.question),
            .text(count.value), .integer(count.count), .real(count.total))
    }
}

extension Timestamp {
    /// Days since 1970 in UTC.
    var day: Int64 { milliseconds / 86_400_000 }
}
