import Outbound
import Storage
import Web

/// `/api/surveys`: the team defines surveys, checks them, publishes and archives them.
struct SurveyRoutes: Sendable {
    let database: Database
    let shelf: SurveyShelf
    let now: WallClock

    func register(in routes: inout Routes) {
        CatalogueRoutes(database: database, shelf: shelf, now: now) {
            [shelf] survey, head, snapshot throws(StorageError) in
            let channel = try survey.responseChannel.flatMap { name throws(StorageError) in
                try snapshot.channel(named: name)
            }
            return try survey.objection(toChannelOfKind: channel?.kind)
                + shelf.conflicts(of: survey, with: head, in: snapshot)
        }.register(in: &routes)
    }
}

extension Survey {
    /// - Parameter kind: of the channel that it names; nil: there is none.
    func objection(toChannelOfKind kind: String?) -> [FieldProblem] {
        guard let responseChannel, kind != "jsonrpc" else { return [] }
        return [FieldProblem("response_channel", "There is no channel '\(responseChannel)' of kind jsonrpc.")]
    }
}

extension SurveyShelf {
    /// What of a survey contradicts an earlier version of it.
    func conflicts(
        of survey: Survey, with head: CatalogueHead, in snapshot: borrowing Snapshot
    ) throws(StorageError) -> [FieldProblem] {
        var problems: [FieldProblem] = []
        for version in stride(from: 1, through: head.version, by: 1) {
            if let earlier = try edition(head.id, version, in: snapshot) {
                problems += earlier.conflicts(with: survey, version)
            }
        }
        return problems
    }
}

extension SurveyMap {
    /// Answers merge by the question's id: what was asked as one kind in a version cannot be asked as another.
    fileprivate func conflicts(with survey: Survey, _ version: Int) -> [FieldProblem] {
        survey.questions.enumerated().compactMap { index, question in
            guard let position = position(of: question.id) else { return nil }
            let kind = self.survey.questions[position].kind.name
            guard kind != question.kind.name else { return nil }
            return FieldProblem(
                "questions[\(index)].kind", "'\(question.id)' was of kind \(kind) in version \(version): take another id.")
        }
    }
}
