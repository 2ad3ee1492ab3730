import Storage

extension MetricSource {
    /// What conversations with customers come to.
    static func surveys(_ conversations: Conversations) -> MetricSource {
        MetricSource { text, _, _ throws(StorageError) in
            text.add(conversations.statistics.current)
            text.single(
                "parley_survey_chats", .gauge, "Conversations shown over a WebSocket.", conversations.chats.count)
        }
    }
}

extension PrometheusText {
    fileprivate mutating func add(_ surveys: ConversationStatistics) {
        single("parley_survey_sessions_begun_total", .counter, "Survey sessions begun.", surveys.begun)
        single("parley_survey_sessions_completed_total", .counter, "Survey sessions completed.", surveys.completed)
        single("parley_survey_sessions_abandoned_total", .counter, "Survey sessions abandoned.", surveys.abandoned)
        single("parley_survey_answers_total", .counter, "Messages of customers, on disk.", surveys.answers)
        single(
            "parley_survey_answers_repeated_total", .counter, "Messages that came again under the same key.",
            surveys.repeated)
        histogram(
            "parley_survey_answer_seconds", "From a message to what is said to it, on disk.", surveys.answerSeconds)
    }
}
