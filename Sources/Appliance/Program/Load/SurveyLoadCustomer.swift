import Web

/// One customer of a load: hears a question, answers it, until the bot says that it was the last.
struct SurveyLoadCustomer {
    let number: Int
    let begun: ContinuousClock.Instant
    /// Between two answers; zero answers at once.
    let period: Duration
    let answers: SurveyLoadAnswers
    let tally: SurveyLoadTally
    /// Answers given.
    private(set) var said = 0

    private var asides = 0
    private let clock = ContinuousClock()
    /// The answer that is under way: what it answers, its number among those that may fit, and when it was due.
    private var pending: (question: ChatFrame.Question?, number: Int, due: ContinuousClock.Instant)?

    init(
        number: Int, begun: ContinuousClock.Instant, period: Duration, answers: SurveyLoadAnswers, tally: SurveyLoadTally
    ) {
        self.number = number
        self.begun = begun
        self.period = period
        self.answers = answers
        self.tally = tally
    }

    /// Talks to the end, on the socket's own loop: a message then costs no hop between threads.
    mutating func talk(on socket: isolated WebSocket) async throws(LoadFailure) {
        var isOver = false
        for await message in socket.messages {
            // Read to the close frame: that the server ends it is part of the conversation.
            guard !isOver else { continue }
            guard let frame = answers.understand(message.bytes) else { throw .notUnderstood }
            switch frame.type {
            case "question":
                hear()
                try await answer(frame.question, on: socket)
            case "end":
                hear()
                isOver = true
            case "error": throw .refused(frame.code ?? "unknown")
            default: break
            }
        }
        let code = socket.closure?.code ?? .abnormal
        guard isOver, code == .normal else { throw .closed(code: code.rawValue) }
    }

    private func hear() {
        if let pending { tally.answered(after: clock.now - pending.due) }
    }

    private mutating func answer(_ question: ChatFrame.Question?, on socket: isolated WebSocket) async throws(LoadFailure) {
        if question == nil { asides += 1 }
        // What the bot asks of its own has no id: how was it, and why, are asked in a row without a refusal.
        if let pending, pending.question?.id == question?.id, question != nil || asides > Self.asidesMax {
            answers.refuse(pending.number, to: question)
        }
        guard let (text, number) = answers.answer(to: question, turn: self.number + said), said < Self.questionsMax
        else { throw .noAnswer(question: question?.id ?? "one of the bot's own") }
        said += 1
        var due = clock.now
        if period > .zero {
            due = begun + period * said
            if due > clock.now { try? await Task.sleep(until: due, clock: clock) }
        }
        pending = (question, number, due)
        await socket.send(text)
    }

    /// More than any survey asks, with what it asks twice; a bot that never comes to an end is a failure.
    private static let questionsMax = 1_000
    private static let asidesMax = 2
}
