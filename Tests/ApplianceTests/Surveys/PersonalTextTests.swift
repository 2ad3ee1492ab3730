import Testing

@testable import Appliance

@Suite struct PersonalTextTests {
    @Test("places are filled with attributes and answers, or their fallbacks", arguments: [
        ("{customer.name|there}", "Ana"), ("{customer.age|?}", "41"), ("{customer.vip|?}", "yes"),
        ("{customer.city|there}", "there"), ("{customer.blank|there}", "there"), ("{customer|x}", "x"),
        ("{answers.flavour|it}", "Dark chocolate"), ("{answers.toppings|none}", "Nuts, Cherry for Ana"),
        ("{answers.nothing|none}", "none"), ("{answers.why|silence}", "silence"), ("{answers.day|?}", "2026-01-31"),
        ("{answers.score|?}", "3.5"), ("{answers.seats|?}", "4"), ("{answers.mail|?}", "a@b.co"),
        ("{answers.words|?}", "{customer.name|x}"), ("{answers.later|not yet}", "not yet"),
        ("{answers.unknown|?}", "?"), ("{answersXflavour|?}", "?"),
    ])
    func filled(_ text: String, _ expected: String) {
        #expect(known.filled(.of(text), of: map, in: "en") == expected)
    }

    @Test("picks are shown in the language of the conversation")
    func language() {
        #expect(known.filled(.of("{answers.flavour|it}"), of: map, in: "es") == "Chocolate negro")
    }

    @Test("labels that show answers end, whatever they show")
    func circle() {
        let label = LocalText.of("{answers.a|?}{answers.b|?}")
        let survey = Survey(
            title: .of("Circle"), languages: ["en"],
            questions: ["a", "b"].map { id in
                Question(id: id, text: .of("?"), kind: .choice([Question.Option(id: "x", label: label)]))
            })
        let known = Known(path: ["a", "b"], answers: ["a": .option("x"), "b": .option("x")], customer: [:])
        #expect(known.filled(.of("{answers.a|}"), of: SurveyMap(survey), in: "en") == "??")
    }

    private var known: Known {
        Known(
            path: ["flavour", "toppings", "nothing", "why", "day", "score", "seats", "mail", "words"],
            answers: [
                "flavour": .option("dark"), "toppings": .options(["nuts", "cherry"]), "nothing": .options([]),
                "why": .skipped, "day": .date("2026-01-31"), "score": .number(3.5), "seats": .number(4),
                "mail": .email("a@b.co"), "words": .text("{customer.name|x}"), "later": .text("kept"),
            ],
            customer: ["name": .text("Ana"), "age": .number(41), "vip": .truth(true), "blank": .text("")])
    }

    private var map: SurveyMap {
        let toppings = [
            Question.Option(id: "nuts", label: .of("Nuts")),
            Question.Option(id: "cherry", label: .of("Cherry for {customer.name|you}")),
        ]
        return SurveyMap(
            Survey(
                title: .of("Ice cream"), languages: ["en", "es"],
                questions: [
                    Question(
                        id: "flavour", text: .of("?"),
                        kind: .choice([
                            Question.Option(id: "dark", label: .of("Dark chocolate", es: "Chocolate negro"))
                        ])),
                    Question(id: "toppings", text: .of("?"), kind: .choices(toppings, picks: 0...2)),
                    Question(id: "nothing", text: .of("?"), kind: .choices(toppings, picks: 0...2)),
                ]))
    }
}
