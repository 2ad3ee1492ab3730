import Web

/// What a route answers when it did what it was asked, as `/openapi.json` tells it. Refusals follow from what the
/// route takes.
struct AnswerSummary: Sendable {
    let status: Status
    let about: String
    /// Media type of the body; nil for none.
    var content: String?
    /// What the body looks like, where it is JSON.
    var type: (any Exemplified.Type)?
}

extension AnswerSummary {
    /// JSON of this type.
    static func json<Value: Exemplified>(
        _ type: Value.Type, _ status: Status = .ok, _ about: String = "The thing as it is now."
    ) -> AnswerSummary {
        AnswerSummary(status: status, about: about, content: JSON.contentType, type: type)
    }

    /// No body.
    static func nothing(_ status: Status = .noContent, _ about: String = "Done.") -> AnswerSummary {
        AnswerSummary(status: status, about: about)
    }

    /// Something that is not JSON.
    static func content(_ type: String, _ about: String) -> AnswerSummary {
        AnswerSummary(status: .ok, about: about, content: type)
    }

    static let webSocket = AnswerSummary(status: .switchingProtocols, about: "A WebSocket.")
}
