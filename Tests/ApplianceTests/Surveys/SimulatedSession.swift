@testable import Appliance

/// What a session has to look like, by a model that knows no database, no wire and no words: the rules of
/// `SimulatedSession.questions`, worked out anew.
struct SimulatedSession {
    enum Kind { case choice([String]), rating, yesNo, text }

    struct Question {
        let id: String
        let kind: Kind
        var isOptional = false
    }

    enum Status: String { case active, completed, abandoned }

    static let abandonedAfter = Timestamp.hours(24)
    static let first: [Question] = [
        Question(id: "flavour", kind: .choice(["a", "b"])), Question(id: "score", kind: .rating, isOptional: true),
        Question(id: "again", kind: .yesNo), Question(id: "when", kind: .text),
        Question(id: "why", kind: .text, isOptional: true),
    ]
    /// The second version asks something more, offers something more, and no longer asks for a score.
    static let second: [Question] = [
        Question(id: "flavour", kind: .choice(["a", "b", "c"])), Question(id: "again", kind: .yesNo),
        Question(id: "when", kind: .text), Question(id: "more", kind: .rating),
        Question(id: "why", kind: .text, isOptional: true),
    ]

    /// The definition of the survey that asks these. Whoever says no to `again` goes on with `why`.
    static func definition(_ questions: [Question], _ settings: String) -> String {
        let list = questions.map { question in
            let optional = #""optional":\#(question.isOptional)"#
            let head = #"{"id":"\#(question.id)","text":"\#(question.id)?",\#(optional),"#
            switch question.kind {
            case .choice(let options):
                let list = options.map { #"{"id":"\#($0)","label":"Option \#($0)"}"# }.joined(separator: ",")
                return head + #""kind":"choice","options":[\#(list)]}"#
            case .rating: return head + #""kind":"rating"}"#
            case .yesNo:
                return head + #""kind":"yes_no","next":[{"if":{"answer":"again","is":false},"go_to":"why"}]}"#
            case .text: return head + #""kind":"text"}"#
            }
        }
        return #"{"title":"T","languages":["en"],"abandoned_after_hours":24,"# + settings
            + #""questions":[\#(list.joined(separator: ","))]}"#
    }

    let version: Int
    var token: String
    private(set) var status = Status.active
    private(set) var isPaused = false
    private(set) var path: [Int] = [0]
    private(set) var answers: [String: String?] = [:]
    /// What was said before each message of the bot; nil where it spoke by itself.
    private(set) var said: [String?] = [nil]
    private(set) var lastAt: Int64

    init(version: Int, token: String, at now: Int64) {
        self.version = version
        self.token = token
        lastAt = now
    }

    var questions: [Question] { version % 2 == 1 ? Self.first : Self.second }
    var open: Question { questions[path[path.count - 1]] }
    var seq: Int { said.count }

    /// Something that the open question takes, and as what.
    func answer(_ random: inout SeededRandom) -> (text: String, value: String) {
        switch open.kind {
        case .choice(let options):
            let index = Int.random(in: options.indices, using: &random)
            return ("\(index + 1)", options[index])
        case .rating:
            let number = Int.random(in: 1...5, using: &random)
            return ("\(number)", "\(number)")
        case .yesNo: return Bool.random(using: &random) ? ("yes", "yes") : ("no", "no")
        case .text:
            let text = "because of \(Int.random(in: 0...99, using: &random))"
            return (text, text)
        }
    }

    /// Something that it does not take; nil where it takes everything.
    var miss: String? { if case .text = open.kind { nil } else { "zzzz" } }

    mutating func take(_ text: String, as value: String?, at now: Int64) {
        turn(text, now)
        let question = open
        answers[question.id] = .some(value)
        let why = questions.count - 1
        let next = question.id == "again" && value == "no" ? why : path[path.count - 1] + 1
        guard next < questions.count else {
            let asked = Set(path.map { questions[$0].id })
            answers = answers.filter { asked.contains($0.key) }
            status = .completed
            return
        }
        path.append(next)
    }

    mutating func skip(_ text: String, at now: Int64) {
        if open.isOptional { take(text, as: nil, at: now) } else { turn(text, now) }
    }

    mutating func goBack(_ text: String, at now: Int64) {
        turn(text, now)
        if path.count > 1 { path.removeLast() }
    }

    /// Says what changes nothing.
    mutating func say(_ text: String, at now: Int64) { turn(text, now) }

    mutating func stop(_ text: String, at now: Int64) {
        turn(text, now)
        isPaused = true
    }

    /// Starts again; whoever has answered something is asked first whether they really want to.
    mutating func restart(at now: Int64) -> [String] {
        let texts = answers.isEmpty ? ["restart"] : ["restart", "yes"]
        for text in texts { turn(text, now) }
        path = [0]
        answers = [:]
        return texts
    }

    /// Somebody opens it again.
    mutating func comeBack(at now: Int64) {
        if status == .abandoned || status == .active && isPaused { turn(nil, now) }
    }

    mutating func look(at now: Int64) {
        if status == .active, now >= lastAt + Self.abandonedAfter { status = .abandoned }
    }

    private mutating func turn(_ text: String?, _ now: Int64) {
        said.append(text)
        lastAt = now
        isPaused = false
        status = .active
    }
}
