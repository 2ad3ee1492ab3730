import Storage
import Testing
import Web

@testable import Appliance

/// All that is stored of one session, but for its id and times.
struct SessionRecord: Equatable, Sendable {
    var version: Int
    var status: String
    var answers: [String: String?]
    /// `seq said kind text` of each turn.
    var transcript: [String]
    var feedback: [String]
}

extension Parlour {
    /// - Parameter token: of the session, which begins with its id.
    func record(_ token: String) async throws -> SessionRecord {
        let id = String(token.prefix(36))
        let record = try await read { snapshot throws(StorageError) -> SessionRecord? in
            guard let (session, _) = try snapshot.session(id) else { return nil }
            var answers: [String: String?] = [:]
            try snapshot.each("SELECT question, value FROM survey_answer WHERE session = ?", .text(id)) { row in
                answers[row.text(0)] = .some(row.optionalText(1))
            }
            let feedback = try snapshot.feedback(in: id)
            return SessionRecord(
                version: session.version, status: session.status.rawValue, answers: answers,
                transcript: try snapshot.turns(in: id).map {
                    "\($0.seq) <\($0.said ?? "")> \($0.message.kind) \($0.message.text)"
                },
                feedback: [feedback.rating.map { "\($0)" } ?? "", feedback.comment ?? ""])
        }
        return try #require(record)
    }

    /// The figures of a survey as they are kept, but for those that came to nothing.
    func tallied(_ survey: String) async throws -> [String: Int] {
        try await read { snapshot throws(StorageError) in
            var tallies: [String: Int] = [:]
            try snapshot.each(
                """
                SELECT version, language, day, measure, question, value, count, total FROM survey_tally
                WHERE survey = ? AND count <> 0
                """, .text(survey)
            ) { row in
                let place = "\(row.integer(0)) \(row.text(1)) \(row.integer(2))"
                tallies["\(place) \(row.text(3)) \(row.text(4)) \(row.text(5))"] = Int(row.integer(6))
            }
            return tallies
        }
    }

    /// The same figures, counted over all sessions there are.
    func recounted(_ survey: String) async throws -> [String: Int] {
        let shelf = app.conversations.shelf
        return try await read { snapshot throws(StorageError) in
            var tallies: [String: Int] = [:]
            let ids = try snapshot.all("SELECT id FROM survey_session WHERE survey = ?", .text(survey)) { $0.text(0) }
            for id in ids {
                guard let place = try snapshot.place(of: id, on: shelf, at: 0) else { continue }
                let session = place.session
                var counts = TallyStep(session: session, survey: place.step.survey)
                    .counts(of: place.conversation, endedAt: session.endedAt)
                if session.status == .abandoned, let count = TallyStep.abandoned(place.conversation) {
                    counts.append(count)
                }
                let day = Timestamp(session.startedAt).day
                for count in counts {
                    let place = "\(session.version) \(count.language) \(day)"
                    tallies["\(place) \(count.measure) \(count.question) \(count.value)", default: 0] += count.count
                }
            }
            return tallies.filter { $0.value != 0 }
        }
    }

    /// Rows of every table in which something of a customer can stand.
    func rowCounts() async throws -> [String: Int64] {
        try await read { snapshot throws(StorageError) in
            var counts: [String: Int64] = [:]
            counts["customer"] = try snapshot.first("SELECT count(*) FROM customer") { $0.integer(0) }
            counts["session"] = try snapshot.first("SELECT count(*) FROM survey_session") { $0.integer(0) }
            counts["person"] = try snapshot.first("SELECT count(*) FROM survey_person") { $0.integer(0) }
            counts["answer"] = try snapshot.first("SELECT count(*) FROM survey_answer") { $0.integer(0) }
            counts["turn"] = try snapshot.first("SELECT count(*) FROM survey_turn") { $0.integer(0) }
            counts["feedback"] = try snapshot.first("SELECT count(*) FROM survey_feedback") { $0.integer(0) }
            counts["message"] = try snapshot.first("SELECT count(*) FROM message") { $0.integer(0) }
            counts["outbox"] = try snapshot.first("SELECT count(*) FROM outbox") { $0.integer(0) }
            counts["attempt"] = try snapshot.first("SELECT count(*) FROM attempt") { $0.integer(0) }
            return counts
        }
    }

    /// A topic that hears of completed surveys and a channel that takes responses, neither of which lets anything out.
    func holdWhatLeaves() async {
        await askTeam(.post, "/api/channels", #"{"name":"held","kind":"log","paused":true}"#)
        await askTeam(.post, "/api/topics", #"{"name":"survey.completed","channels":["held"]}"#)
        let settings = #""settings":{"url":"http://127.0.0.1:9/"},"allow_private":true"#
        let made = await askTeam(.post, "/api/channels", #"{"name":"crm","kind":"jsonrpc","paused":true,\#(settings)}"#)
        #expect(made.status == .created, "\(made.text)")
    }
}
