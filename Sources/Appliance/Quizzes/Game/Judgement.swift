import Outbound

/// Whether an answer is right, and of `several` how much of it.
struct Judgement: Equatable, Sendable {
    var isRight: Bool
    /// Of `several`: options picked that are right, and that are wrong, and how many are right at all. For other kinds
    /// 1, 0, 1 if right, 0, 1, 1 if wrong.
    var rightPicked: Int
    var wrongPicked: Int
    var rightCount: Int
}

/// What a player said to a question, understood: kept in the answer's row in this form.
struct Said: Equatable, Sendable {
    /// JSON: `"b"`, `["a","c"]` (in the order of the options), `true`, `42.5`, `"colour"`.
    var json: String
    /// What it counts as in the distribution: ids of the options picked, `true`, `false`, the number in its shortest
    /// digits, or the text in lower case, cut at `TypedText.countedMax` characters.
    var counted: [String]
}

extension QuizQuestion {
    /// Understands an answer. Nil when it is no answer to such a question: an option that is not there, text for a
    /// number, nothing picked, too long.
    ///
    /// - `single`: the id of an option.
    /// - `several`: a list of different ids, at least one; also a single id.
    /// - `true_false`: truth, also as the text `true` or `false`.
    /// - `typed`: text (`TypedText`), right if it folds to the same as one of the variants.
    /// - `number`: a number, or text that reads as one (`TypedNumber`), at most the tolerance off the right one.
    func understand(_ answer: JSONValue) -> (Said, Judgement)? {
        switch (kind, answer) {
        case (.single(let options, let right), .text(let id)):
            guard options.contains(where: { $0.id == id }) else { return nil }
            return (Said(id), Judgement(isRight: id == right))
        case (.several(let options, let right), .text(let id)):
            return Self.picked([.text(id)], of: options, right: right)
        case (.several(let options, let right), .list(let list)):
            return Self.picked(list, of: options, right: right)
        case (.trueFalse(let right), .truth(let truth)):
            return (Said(truth), Judgement(isRight: truth == right))
        case (.trueFalse(let right), .text(let text)):
            guard let truth = Bool(text) else { return nil }
            return (Said(truth), Judgement(isRight: truth == right))
        case (.typed(let variants), .text(let text)):
            guard let typed = TypedText(text) else { return nil }
            return (Said(typed), Judgement(isRight: typed.isOne(of: variants)))
        case (.number(let right, let tolerance), .number(let number)):
            guard let typed = TypedNumber(number) else { return nil }
            return (Said(typed), Judgement(isRight: typed.isWithin(tolerance, of: right)))
        case (.number(let right, let tolerance), .text(let text)):
            guard let typed = TypedNumber(text) else { return nil }
            return (Said(typed), Judgement(isRight: typed.isWithin(tolerance, of: right)))
        case (.single, _), (.several, _), (.trueFalse, _), (.typed, _), (.number, _):
            return nil
        }
    }

    /// Understands what was stored: the same `Said` and `Judgement` that it was stored with.
    func judge(stored json: String) -> (Said, Judgement)? { JSONValue(Array(json.utf8)).flatMap(understand) }

    private static func picked(
        _ list: [JSONValue], of options: [QuizOption], right: Set<String>
    ) -> (Said, Judgement)? {
        guard !list.isEmpty, list.count <= options.count else { return nil }
        // In the order of the definition: the same options are the same answer, however they were clicked.
        let ids = options.map(\.id).filter { list.contains(.text($0)) }
        // Fewer when one was picked twice, or is not there.
        guard ids.count == list.count else { return nil }
        let rightPicked = ids.count(where: right.contains)
        let judgement = Judgement(
            isRight: rightPicked == right.count && ids.count == rightPicked, rightPicked: rightPicked,
            wrongPicked: ids.count - rightPicked, rightCount: right.count)
        return (Said(ids), judgement)
    }
}

extension Judgement {
    /// Of all kinds but `several`.
    fileprivate init(isRight: Bool) {
        self.init(isRight: isRight, rightPicked: isRight ? 1 : 0, wrongPicked: isRight ? 0 : 1, rightCount: 1)
    }
}

extension Said {
    fileprivate init(_ id: String) { self.init(json: JSONWriter.quoted(id), counted: [id]) }

    fileprivate init(_ ids: [String]) {
        self.init(json: "[\(ids.map(JSONWriter.quoted).joined(separator: ","))]", counted: ids)
    }

    fileprivate init(_ truth: Bool) { self.init(json: truth ? "true" : "false", counted: [truth ? "true" : "false"]) }

    fileprivate init(_ typed: TypedText) { self.init(json: JSONWriter.quoted(typed.text), counted: [typed.counted]) }

    fileprivate init(_ typed: TypedNumber) { self.init(json: typed.shown, counted: [typed.shown]) }
}
