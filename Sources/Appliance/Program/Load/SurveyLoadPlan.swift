/// How many customers come, and how fast they answer.
struct SurveyLoadPlan: Equatable, Sendable {
    static let concurrentMax = 20_000

    /// Conversations at most; one more is played before, alone.
    var customers: Int
    /// Conversations at a time.
    var concurrent: Int
    /// Answers a second of each customer, who holds to it however late the bot is; 0 answers as soon as asked.
    var rate: Double
    /// After so many none begins any more; those under way are played to their end.
    var seconds: Int

    /// What is left for conversations under way when the time is up.
    static let graceSeconds = 10.0

    /// Between two answers of a customer.
    var period: Duration { rate > 0 ? .seconds(1 / rate) : .zero }

    /// When the customers in place `index` begin, after the start: spread over one conversation, so that at any moment
    /// as many begin as end.
    func beginning(_ index: Int, turns: Int) -> Duration {
        let conversation = period * Double(turns)
        return conversation * (Double(index) / Double(concurrent))
    }

    /// After which everything is broken off.
    func limit(turns: Int) -> Duration {
        let conversation = period * Double(turns)
        return Duration.seconds(Double(seconds) + Self.graceSeconds) + conversation + conversation
    }
}
