/// Definitions of surveys as the team sends them.
enum Definition {
    /// A survey in English.
    static func survey(
        _ settings: String = "", languages: String = #"["en"]"#, title: String = #""Title""#, questions: String...
    ) -> String {
        let settings = settings.isEmpty ? "" : settings + ","
        return #"{"title":\#(title),"languages":\#(languages),\#(settings)"#
            + #""questions":[\#(questions.joined(separator: ","))]}"#
    }

    static func choice(_ id: String, text: String = "Which?", _ options: [String] = ["a", "b"]) -> String {
        let list = options.map { #"{"id":"\#($0)","label":"Option \#($0)"}"# }.joined(separator: ",")
        return #"{"id":"\#(id)","kind":"choice","text":"\#(text)","options":[\#(list)]}"#
    }

    static func text(_ id: String, isOptional: Bool = false) -> String {
        #"{"id":"\#(id)","kind":"text","text":"What about \#(id)?","optional":\#(isOptional)}"#
    }

    /// Questions of all kinds, one that branches, and feedback at the end.
    static let tour = survey(
        #""greeting":"Hello {customer.name|there}!","goodbye":"Bye, {customer.name|you}.","feedback":true"#,
        questions: #"{"id":"intro","kind":"statement","text":"A few questions."}"#,
        choice("flavour", ["vanilla", "chocolate"]),
        #"""
        {"id":"toppings","kind":"choices","text":"What on it?","max_picks":2,
         "options":[{"id":"nuts","label":"Nuts"},{"id":"cream","label":"Cream"},{"id":"sauce","label":"Sauce"}]}
        """#,
        #"{"id":"score","kind":"rating","nps":true,"text":"How likely?"}"#,
        #"{"id":"age","kind":"number","min":1,"max":120,"text":"How old?"}"#,
        #"{"id":"since","kind":"date","text":"Since when?"}"#,
        #"{"id":"mail","kind":"email","text":"Your address?"}"#,
        #"""
        {"id":"again","kind":"yes_no","text":"Again?",
         "next":[{"if":{"answer":"again","is":false},"go_to":"why"}]}
        """#,
        text("when"), text("why", isOptional: true))

    /// What somebody says in `tour`, with misses, a change of mind, and a skip.
    static let tourAnswers = [
        "2", "zzzz", "1,3", "back", "2", "eleventy", "9", "41", "2026-01-31", "nobody", "john@example.com", "yes",
        "weekly", "skip", "5", "lovely",
    ]
    static let tourStored = [
        "flavour": "chocolate", "toppings": "cream", "score": "9", "age": "41", "since": "2026-01-31",
        "mail": "john@example.com", "again": "yes", "when": "weekly", "why": nil,
    ]
}
