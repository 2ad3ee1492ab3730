import Synchronization

/// What customers answer: learned from what the bot takes, and shared by all of them.
///
/// Customers of one survey hear the same frames, byte for byte but for what is personal, so each is decoded once:
/// decoding takes ten times as long as looking up.
final class SurveyLoadAnswers: Sendable {
    /// Frames that are remembered; texts that hold a customer's answer come in many forms.
    static let framesMax = 1_000

    private struct State {
        var frames: [[UInt8]: ChatFrame] = [:]
        /// By question id, "" for what the bot asks of its own: which of its candidates was not refused so far.
        var fitting: [String: Int] = [:]
    }

    private let state = Mutex(State())

    /// What a frame says; nil when it cannot be read.
    func understand(_ bytes: [UInt8]) -> ChatFrame? {
        if let known = state.withLock({ $0.frames[bytes] }) { return known }
        guard let frame = ChatFrame(bytes) else { return nil }
        // A session is nobody else's.
        if frame.type != "session" {
            state.withLock { if $0.frames.count < Self.framesMax { $0.frames[bytes] = frame } }
        }
        return frame
    }

    /// An answer to `question`, and the number of it to refuse it by; nil when all were refused.
    ///
    /// - Parameter turn: any number: customers with different ones pick different options.
    func answer(to question: ChatFrame.Question?, turn: Int) -> (text: String, number: Int)? {
        let number = state.withLock { $0.fitting[question?.id ?? ""] ?? 0 }
        return Self.candidate(number, for: question, turn: turn).map { ($0, number) }
    }

    /// The bot asked the same again after that answer.
    func refuse(_ number: Int, to question: ChatFrame.Question?) {
        state.withLock { state in
            // Once for all who tried it.
            let id = question?.id ?? ""
            if state.fitting[id, default: 0] == number { state.fitting[id] = number + 1 }
        }
    }

    /// The answers to try, the likeliest first: limits are not part of a frame. Last of all a question is skipped.
    private static func candidate(_ number: Int, for question: ChatFrame.Question?, turn: Int) -> String? {
        guard let question else { return number < feedback.count ? feedback[number] : nil }
        let options = question.options ?? []
        switch question.kind {
        case "choice" where !options.isEmpty:
            if number == 0 { return "\(options[turn % options.count].number)" }
        case "choices" where !options.isEmpty:
            if number < options.count {
                return (0...number).map { "\(options[(turn + $0) % options.count].number)" }.joined(separator: ", ")
            }
        default:
            let known = byKind[question.kind] ?? texts
            if number < known.count { return known[number] }
            return number == known.count && !question.required ? "skip" : nil
        }
        return number == max(1, question.kind == "choices" ? options.count : 1) && !question.required ? "skip" : nil
    }

    private static let texts = [
        "Because I like it.", "yes", "12345", "AB-123",
        "It is what we always had at home, and nothing else comes close to it on a hot day in the garden.",
    ]
    private static let feedback = ["5", "no", "yes"]
    private static let byKind = [
        "rating": ["3", "5", "8", "1", "0", "-1", "50"],
        "number": ["3", "12", "30", "100", "1000", "1980", "0", "-1", "0.5"],
        "date": ["2024-06-15", "2000-01-01", "1980-02-03", "2027-06-15", "2035-01-01"],
        "email": ["customer@example.com"],
        "yes_no": ["yes", "sí", "oui", "ja", "sim", "có"],
    ]
}
