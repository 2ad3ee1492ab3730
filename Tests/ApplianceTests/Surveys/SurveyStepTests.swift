import Testing

@testable import Appliance

@Suite struct SurveyStepTests {
    @Test("the ice-cream conversation goes word for word")
    func iceCream() {
        let talk = Talk(.iceCream, customer: ["name": .text("John Doe")])
        #expect(talk.play(["2", "No, thank you."]) == [
            """
            Hello John Doe!
            We are interested to know which flavour of ice cream you prefer. Here are your options:
            1 - Vanilla
            2 - Chocolate
            3 - Strawberry

            Please reply with the number corresponding to your choice.
            """,
            """
            Great choice! Chocolate is a classic favorite.
            Would you like to provide feedback on why you selected this flavor?
            """,
            """
            Thank you for your time, John Doe!
            Your response has been recorded. Have a wonderful day!
            """,
        ])
    }

    @Test("a completed conversation holds its answers, and any text gets the same friendly end")
    func completed() {
        var talk = Talk(.iceCream)
        talk.say("2", "No, thank you.")
        #expect(talk.conversation.place == .completed)
        #expect(talk.conversation.answers == ["flavour": .option("chocolate"), "why": .skipped])
        #expect(talk.last.kind == .end)
        let end = talk.conversation
        for text in ["2", "", "back", "restart", "language", "stop"] {
            talk.say(text)
            #expect(talk.conversation == end)
            #expect(talk.last == BotMessage(kind: .end, text: talk.phrase(.alreadyCompleted)))
        }
        talk.resume()
        #expect(talk.conversation == end)
        #expect(talk.last == BotMessage(kind: .end, text: talk.phrase(.alreadyCompleted)))
        #expect(talk.open == nil)
    }

    @Test("the open question is shown with its options, number and count")
    func openQuestion() {
        var talk = Talk(.bilingual, in: "es")
        #expect(talk.open == OpenQuestion(
            id: "room", kind: "choice", isRequired: true,
            options: [
                .init(number: 1, id: "single", label: "Individual"), .init(number: 2, id: "double", label: "Doble"),
            ],
            number: 1, count: 3))
        talk.say("1")
        #expect(talk.open == OpenQuestion(
            id: "wish", kind: "text", isRequired: false, options: [], number: 2, count: 3))
    }

    @Test("an answer is replied to by its option, or else its question, and a skipped one not at all", arguments: [
        (["2"], "For two!\nA wish for Double?"), (["1"], "Noted.\nA wish for Single?"),
        (["1", "A view"], "Fine.\nStars?"), (["1", "skip"], "Stars?"), (["1", "No, thank you."], "Stars?"),
    ])
    func replies(_ texts: [String], _ start: String) {
        let said = Talk(.bilingual).play(texts)
        #expect(said[said.count - 1].hasPrefix(start))
    }

    @Test("rules and statements lead the way", arguments: [
        (["a", "b", "c"], ["x", "x", "x"], "abc", "a?|b?|c?|Bye"),
        (["a>c", "b", "c"], ["go", "x"], "ac", "a?|c?|Bye"),
        (["a>c", "b", "c"], ["x", "x", "x"], "abc", "a?|b?|c?|Bye"),
        (["a>", "b"], ["go"], "a", "a?|Bye"),
        (["s.", "a", "t.", "b", "u."], ["x", "x"], "ab", "s?/a?|t?/b?|u?/Bye"),
        (["a", "s.!c", "b", "c"], ["x", "x"], "ac", "a?|s?/c?|Bye"),
        (["a!c", "b!", "c!b"], ["x", "x", "x"], "acb", "a?|c?|b?|Bye"),
        (["s.", "t."], [], "", "s?/t?/Bye"),
        (["a>nowhere", "b"], ["go"], "a", "a?|Bye"),
        (["a", "s.!t", "t.!s"], ["x"], "a", "a?|s?/t?/s?/Bye"),
    ])
    func way(_ sketch: [String], _ texts: [String], _ path: String, _ said: String) {
        var talk = Talk(.sketch(sketch))
        for text in texts { talk.say(text) }
        #expect(talk.conversation.path.joined() == path)
        #expect(talk.conversation.place == .completed)
        #expect(talk.said.map { $0.text.split(separator: "\n").joined(separator: "/") }.joined(separator: "|") == said)
    }

    @Test("a rule that leads back asks again from there and keeps the answers, but not the one that led back")
    func loop() {
        var talk = Talk(.sketch(["a", "b", "c>a", "d"]))
        talk.say("one", "two", "go")
        #expect(talk.conversation.path == ["a"])
        #expect(talk.conversation.answers == ["a": .text("one"), "b": .text("two")])
        #expect(talk.open?.number == 1)
        talk.say("keep", "other", "on", "end")
        #expect(talk.conversation.place == .completed)
        #expect(talk.conversation.answers == [
            "a": .text("one"), "b": .text("other"), "c": .text("on"), "d": .text("end"),
        ])
    }

    @Test("going back shows the answer so far; another answer may lead down another way, and only that counts")
    func back() {
        var talk = Talk(.sketch(["a>c", "b", "c", "d"]))
        talk.say("x", "y", "back")
        #expect(talk.last.text == "\(talk.phrase(.wentBack))\nb?\n\(talk.phrase(.answerSoFar, ["answer": "y"]))")
        #expect(talk.open?.number == 2)
        talk.say("back", "go")
        #expect(talk.conversation.path == ["a", "c"])
        #expect(talk.conversation.answers["b"] == .text("y"), "kept for when it is asked again")
        talk.say("z", "back", "back", "x")
        #expect(talk.last.text == "b?\n\(talk.phrase(.answerSoFar, ["answer": "y"]))")
        talk.say("back", "go", "keep", "w")
        #expect(talk.conversation.place == .completed)
        #expect(talk.conversation.answers == ["a": .text("go"), "c": .text("z"), "d": .text("w")])
        #expect(talk.conversation.path == ["a", "c", "d"])
    }

    @Test("an answer given before and gone back over is out of sight for rules and texts")
    func outOfSight() {
        var survey = Survey.sketch(["a", "b", "c"])
        survey.questions[0].text = .of("Saw {answers.b|nothing}")
        survey.questions[0].rules = [Rule(condition: .test(.answer("b"), .answered(true)), target: .end)]
        survey.questions[1].text = .of("Not even {answers.b|its own}")
        var talk = Talk(survey)
        talk.say("x", "y", "back")
        #expect(talk.last.text.contains("Not even its own"))
        talk.say("back")
        #expect(talk.last.text.contains("Saw nothing"))
        #expect(talk.conversation.answers["b"] == .text("y"))
        talk.say("x")
        #expect(talk.conversation.place == .question("b"))
    }

    @Test("a refusal or skip goes past an optional question only")
    func skipping() {
        var talk = Talk(.bilingual)
        let fresh = talk.conversation
        for text in ["skip", "No, thank you."] {
            talk.say(text)
            #expect(talk.conversation == fresh)
            #expect(talk.last.text == """
                \(talk.phrase(.cannotSkip))
                1 - Single
                2 - Double

                Please reply with the number corresponding to your choice.
                """)
        }
        talk.say("1", "skip")
        #expect(talk.conversation.answers["wish"] == .skipped)
    }

    @Test("what is not understood is explained and asked again, from the third time with more help")
    func misses() {
        var talk = Talk(.bilingual)
        for miss in 1...4 {
            talk.say("qqq")
            #expect(talk.conversation.misses == miss)
            #expect(talk.last.text.contains(talk.phrase(.helpMore)) == (miss > 2))
            #expect(talk.last.text.hasSuffix("1 - Single\n2 - Double\n\n\(talk.phrase(.replyWithNumber))"))
            #expect(!talk.last.text.contains("Which room?"), "who has just read it need not read it again")
            #expect(talk.conversation.place == .question("room"))
        }
        talk.say("1")
        #expect(talk.conversation.misses == 0)
        talk.say("x")
        #expect(talk.last.text.hasSuffix("A wish for Single?"), "without options and hint the text is asked again")
    }

    @Test("stop leaves everything as it is, and coming back asks the same again")
    func stopAndResume() {
        var talk = Talk(.bilingual)
        talk.say("2")
        let before = talk.conversation
        talk.say("stop")
        #expect(talk.last == BotMessage(kind: .paused, text: talk.phrase(.paused)))
        #expect(talk.conversation == before)
        talk.resume()
        #expect(talk.last == BotMessage(kind: .question, text: "\(talk.phrase(.welcomeBack))\nA wish for Double?"))
        #expect(talk.conversation == before)
    }

    @Test("restart asks first where there is something to lose")
    func restart() {
        var talk = Talk(.bilingual)
        let fresh = talk.conversation
        talk.say("restart")
        #expect(talk.conversation == fresh)
        #expect(talk.last.text.hasPrefix("\(talk.phrase(.restarted))\nWhich room?"))

        talk.say("2", "restart")
        #expect(talk.last == BotMessage(kind: .question, text: talk.phrase(.restartConfirm)))
        #expect(talk.open == nil, "what is asked is not the survey's question")
        talk.say("no")
        #expect(talk.last.text == "\(talk.phrase(.notRestarted))\nA wish for Double?")
        #expect(talk.conversation.answers == ["room": .option("double")])
        talk.say("restart", "hmm", "yes")
        #expect(talk.conversation == fresh)

        talk.say("2", "restart", "hmm", "hmm", "hmm")
        #expect(talk.conversation.aside == nil, "whoever does not say yes loses nothing")
        #expect(talk.conversation.place == .question("wish"))
        talk.say("restart")
        talk.resume()
        #expect(talk.conversation.aside == nil)
        #expect(talk.open?.id == "wish")
    }

    @Test("the language changes by its name, its tag or its number, and the open question is asked in it", arguments: [
        ["español"], ["language", "2"], ["language", "es"], ["language", "ES-mx"], ["language", "español"],
        ["language", "klingon", "2"], ["language", "language klingon", "language es"],
    ])
    func language(_ texts: [String]) {
        var talk = Talk(.bilingual)
        talk.say("2")
        for text in texts { talk.say(text) }
        #expect(talk.conversation.language == "es")
        #expect(talk.conversation.aside == nil)
        #expect(talk.last.text == "\(talk.step.phrase(.languageChanged, in: "es"))\n¿Un deseo para Doble?")
        talk.say("Mar")
        #expect(talk.last.text.hasPrefix("Bien.\n¿Estrellas?"))
    }

    @Test("asking for a language and then not wanting one loses nothing", arguments: [
        ["no"], ["back"], ["a", "b", "c"],
    ])
    func noLanguage(_ texts: [String]) {
        var talk = Talk(.bilingual)
        talk.say("2", "language")
        #expect(talk.open == nil)
        for text in texts { talk.say(text) }
        #expect(talk.conversation.aside == nil)
        #expect(talk.conversation.language == "en")
        #expect(talk.last.text.hasSuffix("A wish for Double?"))
    }

    @Test("a word that steers is an answer where it is an option, or steers nowhere")
    func wordsThatAnswer() {
        var survey = Survey.sketch(["a", "b"])
        let options = ["Back", "Stop", "Español"].map { Question.Option(id: $0.lowercased(), label: .of($0)) }
        survey.questions[0].kind = .choice(options)
        var talk = Talk(survey)
        talk.say("stop")
        #expect(talk.conversation.answers == ["a": .option("stop")])
        talk.say("español")
        #expect(talk.conversation.answers["b"] == .text("español"), "the survey has one language only")
    }

    /// Every steering word at every place: what kind of message comes, and where the conversation is then.
    @Test("each word that steers does its part at each place", arguments: [
        (.first, "back", .question, .first, nil), (.first, "skip", .question, .first, nil),
        (.first, "restart", .question, .first, nil), (.first, "help", .question, .first, nil),
        (.first, "stop", .paused, .first, nil), (.first, "keep", .question, .first, nil),
        (.first, "language", .question, .first, .language),
        (.second, "back", .question, .first, nil), (.second, "skip", .question, .third, nil),
        (.second, "restart", .question, .second, .restart), (.second, "help", .question, .second, nil),
        (.second, "stop", .paused, .second, nil), (.second, "keep", .question, .second, nil),
        (.second, "language", .question, .second, .language),
        (.rating, "back", .question, .rating, nil), (.rating, "skip", .end, .completed, nil),
        (.rating, "restart", .question, .rating, nil), (.rating, "help", .question, .rating, nil),
        (.rating, "stop", .end, .completed, nil), (.rating, "keep", .question, .rating, nil),
        (.rating, "language", .question, .rating, .language),
        (.comment, "back", .question, .comment, nil), (.comment, "skip", .end, .completed, nil),
        (.comment, "restart", .question, .comment, nil), (.comment, "help", .question, .comment, nil),
        (.comment, "stop", .end, .completed, nil), (.comment, "keep", .question, .comment, nil),
        (.comment, "language", .question, .comment, .language),
    ] as [(Spot, String, BotMessage.Kind, Spot, Conversation.Aside?)])
    func steering(
        _ spot: Spot, _ word: String, kind: BotMessage.Kind, then: Spot, _ aside: Conversation.Aside?
    ) {
        var survey = Survey.bilingual
        survey.asksForFeedback = true
        var talk = Talk(survey)
        for text in spot.texts { talk.say(text) }
        let before = talk.conversation
        #expect(before.place == spot.place)
        talk.say(word)
        #expect(talk.last.kind == kind)
        #expect(talk.conversation.place == then.place)
        #expect(talk.conversation.aside == aside)
        if then == spot {
            #expect(talk.conversation.answers == before.answers)
            #expect(talk.conversation.path == before.path)
        }
    }

    enum Spot: CaseIterable {
        case first, second, third, rating, comment, completed

        var texts: [String] {
            switch self {
            case .first: []
            case .second: ["2"]
            case .third: ["2", "skip"]
            case .rating: ["2", "skip", "5"]
            case .comment: ["2", "skip", "5", "4"]
            case .completed: ["2", "skip", "5", "4", "skip"]
            }
        }

        var place: Conversation.Place {
            switch self {
            case .first: .question("room")
            case .second: .question("wish")
            case .third: .question("stars")
            case .rating: .rating
            case .comment: .comment
            case .completed: .completed
            }
        }
    }

    @Test("feedback is asked after the goodbye, taken, and never insisted upon", arguments: [
        (["5", "Lovely, thanks a lot"], 5, "Lovely, thanks a lot"), (["3", "no"], 3, nil), (["3", "skip"], 3, nil),
        (["no"], nil, nil), (["No, thank you."], nil, nil), (["stop"], nil, nil), (["9", "qqq", "qqq"], nil, nil),
        (["qqq", "2", "\"stop\" came too late"], 2, "\"stop\" came too late"),
    ] as [([String], Int?, String?)])
    func feedback(_ texts: [String], rating: Int?, comment: String?) {
        var talk = Talk(.sketch(["a"], feedback: true))
        talk.say("x")
        #expect(talk.last == BotMessage(kind: .question, text: "Bye\n\(talk.phrase(.feedbackRating))"))
        #expect(talk.conversation.isCompleted)
        #expect(talk.open == nil)
        for text in texts {
            #expect(talk.conversation.place != .completed)
            talk.say(text)
        }
        #expect(talk.conversation.place == .completed)
        #expect(talk.last == BotMessage(kind: .end, text: talk.phrase(.feedbackThanks)))
        #expect(talk.conversation.feedback == Conversation.Feedback(rating: rating, comment: comment))
        #expect(talk.conversation.answers == ["a": .text("x")])
    }

    @Test("under a question stands what to answer with", arguments: [
        (.text(Question.TextLimits(length: 1...9)), nil), (.statement, nil),
        (.choice(two), "Please reply with the number corresponding to your choice."),
        (.choices(two, picks: 1...2), "Please reply with the numbers of all that apply, for example: 1, 3"),
        (.choices(two, picks: 2...2), "Please choose exactly 2 and reply with the numbers."),
        (.choices(two + two, picks: 0...2),
         "Please choose 1 to 2 and reply with their numbers, for example: 1, 3 If nothing applies, say \"none\"."),
        (.rating(Question.Scale(range: 0...10)), "Please reply with a number from 0 to 10."),
        (.rating(Question.Scale(range: 1...5, high: .of("great"))), "Please reply with a number from 1 to 5 (great)."),
        (.rating(Question.Scale(range: 1...5, low: .of("bad, {customer.name|you}"), high: .of("great"))),
         "Please reply with a number from 1 (bad, Ana) to 5 (great)."),
        (.number(Question.NumberLimits()), "Please reply with a number."),
        (.number(Question.NumberLimits(isWhole: true)), "Please reply with a whole number."),
        (.number(Question.NumberLimits(minimum: 1.5)), "Please reply with a number of at least 1.5."),
        (.number(Question.NumberLimits(maximum: 3)), "Please reply with a number of at most 3."),
        (.number(Question.NumberLimits(minimum: 1, maximum: 3)), "Please reply with a number from 1 to 3."),
        (.date(Question.DateLimits()), "Please reply with a date, for example: 31 December 2026"),
        (.date(Question.DateLimits(earliest: "2026-01-01")), "Please reply with a date, 2026-01-01 or later."),
        (.date(Question.DateLimits(latest: "2026-01-01")), "Please reply with a date, 2026-01-01 or earlier."),
        (.date(Question.DateLimits(earliest: "2026-01-01", latest: "2026-02-01")),
         "Please reply with a date from 2026-01-01 to 2026-02-01."),
        (.email, "Please reply with your e-mail address."),
        (.yesNo(yes: nil, no: nil), "Please reply with yes or no."),
    ] as [(Question.Kind, String?)])
    func hint(_ kind: Question.Kind, _ expected: String?) {
        let talk = Talk(.bilingual, customer: ["name": .text("Ana")])
        #expect(talk.step.hint(for: kind, talk.step.known(to: talk.conversation), in: "en") == expected)
    }

    private static let two = ["a", "b"].map { Question.Option(id: $0, label: .of($0)) }

    @Test("a survey's own phrase stands before the built-in one, which is English for a language the bot lacks")
    func phrases() {
        var survey = Survey.bilingual
        survey.phrases = ["en": [.welcomeBack: LocalText.of("Hey again, {name}")["en"]]]
        let step = Talk(survey).step
        #expect(step.phrase(.welcomeBack, in: "en", ["name": "Ana"]) == "Hey again, Ana")
        #expect(step.phrase(.paused, in: "en") != "")
        #expect(step.phrase(.paused, in: "tlh") == step.phrase(.paused, in: "en"))
    }

    @Test("control characters and white space at the ends are no part of an answer", arguments: [
        ("  x y  ", "x y"), ("\u{0}\u{7}x\u{1b}[0m", "x[0m"), ("x\r\ny\n", "x\ny"), ("\tx\ty", "x y"),
        ("\u{a0}é\u{85}", "é"),
        ("   ", ""), ("", ""), ("\u{0}", ""), ("👩‍👩‍👧", "👩‍👩‍👧"),
    ])
    func cleaned(_ text: String, _ expected: String) {
        #expect(SurveyStep.cleaned(text) == expected)
    }
}

extension Talk {
    func phrase(_ phrase: Phrase, _ values: [String: String] = [:]) -> String {
        step.phrase(phrase, in: conversation.language, values)
    }
}
