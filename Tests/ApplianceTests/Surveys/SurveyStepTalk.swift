@testable import Appliance

/// A conversation with a survey, played in memory.
struct Talk {
    let step: SurveyStep
    var conversation: Conversation
    /// All the bot has said, the latest last.
    var said: [BotMessage]

    init(_ survey: Survey, in language: String = "en", customer: [String: Scalar] = [:]) {
        step = SurveyStep(map: SurveyMap(survey), customer: customer, now: Timestamp(1_767_225_600_000))
        let (conversation, message) = step.begin(in: language)
        self.conversation = conversation
        said = [message]
    }

    var last: BotMessage { said[said.count - 1] }
    var open: OpenQuestion? { step.openQuestion(of: conversation) }

    mutating func say(_ texts: String...) {
        for text in texts {
            let (next, message) = step.answer(conversation, text)
            conversation = next
            said.append(message)
        }
    }

    mutating func resume() {
        let (next, message) = step.resume(conversation)
        conversation = next
        said.append(message)
    }

    /// All that is said when these are the answers.
    func play(_ texts: [String]) -> [String] {
        var talk = self
        for text in texts { talk.say(text) }
        return talk.said.map(\.text)
    }
}

extension LocalText {
    /// One text for all languages, or `es` for Spanish.
    static func of(_ text: String, es: String? = nil) -> LocalText {
        func template(_ text: String) -> Template {
            guard let template = try? Template(text) else { preconditionFailure("no template: \(text)") }
            return template
        }
        return LocalText(["en": template(text), "es": template(es ?? text)])
    }
}

extension Survey {
    static let iceCream = Survey(
        title: .of("Ice cream"), languages: ["en"], greeting: .of("Hello {customer.name|there}!"),
        goodbye: .of(
            "Thank you for your time, {customer.name|friend}!\nYour response has been recorded. Have a wonderful day!"),
        questions: [
            Question(
                id: "flavour",
                text: .of(
                    "We are interested to know which flavour of ice cream you prefer. Here are your options:"),
                kind: .choice([
                    Question.Option(id: "vanilla", label: .of("Vanilla"), reply: .of("Never out of style.")),
                    Question.Option(
                        id: "chocolate", label: .of("Chocolate"),
                        reply: .of("Great choice! Chocolate is a classic favorite.")),
                    Question.Option(id: "strawberry", label: .of("Strawberry"), reply: nil),
                ])),
            Question(
                id: "why", text: .of("Would you like to provide feedback on why you selected this flavor?"),
                kind: .text(Question.TextLimits(length: 1...4_000)), isOptional: true),
        ])
}

extension Survey {
    /// A survey in few letters. Each line is a question's id, a dot behind it for a statement; then its rule: `>b` goes
    /// to `b` when the answer is "go", `!b` always does, and without an id either goes to the end.
    static func sketch(_ lines: [String], feedback: Bool = false) -> Survey {
        let questions = lines.map { line in
            let id = String(line.prefix { $0.isLetter })
            let isStatement = line.contains(".")
            var question = Question(
                id: id, text: .of("\(id)?"),
                kind: isStatement ? .statement : .text(Question.TextLimits(length: 1...100)))
            let target = line.firstIndex { $0 == ">" || $0 == "!" }.map { String(line[line.index(after: $0)...]) }
            if let target {
                let condition = Condition.test(.answer(id), .equals(.text("go")))
                let rule = Rule(
                    condition: line.contains(">") ? condition : nil, target: target.isEmpty ? .end : .question(target))
                question.rules = [rule]
            }
            return question
        }
        return Survey(
            title: .of("Sketch"), languages: ["en"], goodbye: .of("Bye"), questions: questions,
            asksForFeedback: feedback)
    }

    /// In English and Spanish: a choice, an optional text, and a rating, with replies.
    static let bilingual = Survey(
        title: .of("Stay"), languages: ["en", "es"], greeting: .of("Welcome", es: "Hola"), goodbye: nil,
        questions: [
            Question(
                id: "room", text: .of("Which room?", es: "¿Qué habitación?"),
                kind: .choice([
                    Question.Option(id: "single", label: .of("Single", es: "Individual")),
                    Question.Option(
                        id: "double", label: .of("Double", es: "Doble"), reply: .of("For two!", es: "¡Dos!")),
                ]), reply: .of("Noted.", es: "Anotado.")),
            Question(
                id: "wish", text: .of("A wish for {answers.room|it}?", es: "¿Un deseo para {answers.room|eso}?"),
                kind: .text(Question.TextLimits(length: 2...20)), isOptional: true, reply: .of("Fine.", es: "Bien.")),
            Question(id: "stars", text: .of("Stars?", es: "¿Estrellas?"), kind: .rating(Question.Scale(range: 1...5))),
        ])
}
