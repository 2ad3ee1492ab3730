import Outbound
import Storage

extension Conversations {
    /// Erases everything that surveys hold about one customer, the figures included, as if they had never been here.
    ///
    /// - Returns: how many sessions that were.
    var eraser: CustomerRoutes.Eraser {
        CustomerRoutes.Eraser(name: "sessions") { [shelf] transaction, customer throws(StorageError) in
            let sessions = try transaction.all(
                "SELECT id, message FROM survey_session WHERE customer = ?", .text(customer)
            ) { row in (id: row.text(0), message: row.optionalText(1)) }
            for session in sessions {
                if let place = try transaction.snapshot.place(of: session.id, on: shelf, at: 0) {
                    try transaction.untally(place.session, place.step.survey, place.conversation)
                }
                try transaction.eraseSession(session.id)
                if let message = session.message { try transaction.eraseMessage(message) }
            }
            if !sessions.isEmpty { transaction.notify(.surveySessionsErased) }
            return sessions.count
        }
    }
}

extension Signal {
    /// What surveys held of somebody is gone, from the figures too.
    static let surveySessionsErased = Signal("surveys.erased")
}

extension Transaction {
    fileprivate borrowing func eraseSession(_ id: String) throws(StorageError) {
        try eraseDeliveries(source: HandingOn.source, reference: id)
        try run("DELETE FROM survey_turn WHERE session = ?", .text(id))
        try run("DELETE FROM survey_answer WHERE session = ?", .text(id))
        try run("DELETE FROM survey_person WHERE session = ?", .text(id))
        try run("DELETE FROM survey_feedback WHERE session = ?", .text(id))
        try run("DELETE FROM survey_session WHERE id = ?", .text(id))
    }
}
