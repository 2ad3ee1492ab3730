import Outbound
import Storage

extension Conversations {
    /// Erases everything that surveys hold about one customer, the figures included, as if they had never been here.
    var eraser: Eraser {
        Eraser(name: "sessions") { snapshot, subject throws(StorageError) in
            guard case .customer(let customer) = subject else { return [] }
            return try snapshot.all(
                "SELECT id FROM survey_session WHERE customer = ?", .text(customer), as: { $0.text(0) })
        } erase: { [shelf] transaction, id throws(StorageError) in
            let session = try transaction.first(
                "SELECT message FROM survey_session WHERE id = ?", .text(id), as: { $0.optionalText(0) })
            guard let session else { return 0 }
            if let place = try transaction.snapshot.place(of: id, on: shelf, at: 0) {
                try transaction.untally(place.session, place.step.survey, place.conversation)
            }
            try transaction.eraseSession(id, message: session)
            transaction.notify(.surveySessionsErased)
            return 1
        }
    }
}

extension Signal {
    /// What surveys held of somebody is gone, from the figures too.
    static let surveySessionsErased = Signal("surveys.erased")
}

extension Transaction {
    /// Erases a session with its answers, its transcript and all that was sent because of it.
    ///
    /// - Parameter message: the one that announced its completion.
    /// - Returns: how many rows that were.
    @discardableResult
    borrowing func eraseSession(_ id: String, message: String?) throws(StorageError) -> Int {
        var rows = try eraseDeliveries(source: HandingOn.source, reference: id)
        if let message { rows += try eraseMessage(message) }
        rows += try run("DELETE FROM survey_turn WHERE session = ?", .text(id))
        rows += try run("DELETE FROM survey_answer WHERE session = ?", .text(id))
        rows += try run("DELETE FROM survey_person WHERE session = ?", .text(id))
        rows += try run("DELETE FROM survey_feedback WHERE session = ?", .text(id))
        return try rows + run("DELETE FROM survey_session WHERE id = ?", .text(id))
    }
}
