import Outbound
import Storage

/// What leaves the house when a response is complete: rows of the outbox, in the transaction that completes it.
extension Transaction {
    /// Tells the topic `survey.completed`, if there is one, and hands the response to the survey's channel, if it names
    /// one.
    ///
    /// - Parameter request: the `x-request-id` of the call that completed it; nil where none is at hand.
    borrowing func handOn(_ place: SessionPlace, request: String?) throws(StorageError) {
        let session = place.session
        let survey = place.step.survey
        let now = session.lastAt
        let name = place.step.customer["name"]?.shown ?? session.customer ?? "somebody"
        let title = survey.title[survey.languages[0]].filled { _ in nil }
        let message = MessageDraft(
            topic: HandingOn.topic, description: "\(name) completed the survey \(title).\n\n\(place.summary)",
            contact: session.customer.map { String($0.prefix(Message.contactCharactersMax)) })
        if let message = try post(message, at: now, request: request) {
            try run("UPDATE survey_session SET message = ? WHERE id = ?", .text(message.id), .text(session.id))
        }
        guard let channel = survey.responseChannel else { return }
        let person = try snapshot.person(in: session.id)
        let response = SurveyResponse(session, place.conversation, place.step.map, person: person)
        try enqueue(
            Delivery(
                channel: channel, source: HandingOn.source, reference: session.id,
                call: RPCCall(method: HandingOn.method, params: JSON.text(response)), request: request),
            at: now)
    }
}

enum HandingOn {
    /// Announced here, where an admin made such a topic.
    static let topic = "survey.completed"
    /// Owner of the deliveries of responses; their reference is the session's id.
    static let source = "survey"
    static let method = "response.save"
}

extension SessionPlace {
    /// The answers for people to read, a line each.
    fileprivate var summary: String {
        var lines: [String] = []
        for id in conversation.path {
            guard let answer = conversation.answers[id], let stored = answer.stored else { continue }
            lines.append("\(id): \(stored)")
        }
        return String(lines.joined(separator: "\n").prefix(HandingOn.summaryCharactersMax))
    }
}

extension HandingOn {
    /// Leaves room for the first line in what a message may hold.
    static let summaryCharactersMax = Message.descriptionCharactersMax - 1_500
}
