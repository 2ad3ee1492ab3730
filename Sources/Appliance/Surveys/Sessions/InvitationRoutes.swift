import Storage
import Web

/// `POST /api/surveys/{id}/invitations`: links by which customers get in, signed and expiring. Nothing is stored.
struct InvitationRoutes: Sendable {
    let database: Database
    let key: SessionKey
    let now: WallClock

    func register(in routes: inout Routes) {
        routes.post(
            "/api/surveys/{id}/invitations", needs: .surveysWrite, "Makes links by which customers get into a survey.",
            takes: InvitationDraft.self,
            answers: [.json(InvitationList.self, .created, "A link for each customer, shown only here.")]
        ) { call, survey in
            try await invite(to: survey, call)
        }
    }

    private func invite(to survey: String, _ call: Call) async throws -> Response {
        let draft = try call.read(InvitationDraft.self)
        let now = now(), end = Timestamp(now + Timestamp.hours(24 * Int64(draft.days)))
        let isThere = try await database.write { transaction throws(StorageError) in
            guard try transaction.snapshot.surveyHead(survey) != nil else { return false }
            let details = ["customers": "\(draft.customers.count)", "days": "\(draft.days)"]
            try transaction.audit(AuditEntry(call, "survey.invited", survey, details), at: now)
            return true
        }
        guard isThere else { throw Problem.notFound("survey") }
        let invitations = draft.customers.map { customer in
            let invitation = Invitation(survey: survey, customer: customer, expiresAt: end)
            return InvitationReport(invitation: invitation, token: key.token(for: invitation))
        }
        return .json(InvitationList(items: invitations), status: .created)
    }
}

/// Whom to invite, and for how long.
struct InvitationDraft: InputShape {
    private static let customers = Field.customers("customers", "Ids of the customers, each of whom gets a link.")
    private static let days = Field.whole(
        "days", 1...Invitation.daysMax, "Days until the links expire; \(Invitation.daysStandard) when left out."
    ).defaulting(to: Invitation.daysStandard)

    static let customersMax = 1_000
    static let fields = [customers.description, days.description]
    static let example = #"{"customers":["john"],"days":14}"#

    let customers: [String]
    let days: Int

    init(_ input: inout Input) {
        customers = input.take(Self.customers)
        days = input.take(Self.days)
    }
}

/// What was made, in the order of the customers.
struct InvitationList: Encodable, Sendable {
    let items: [InvitationReport]
}

extension InvitationList: Exemplified {
    static let examples = [
        InvitationList(items: [
            InvitationReport(
                invitation: Invitation(
                    survey: SampleSurvey.id, customer: SampleSurvey.customer.id, expiresAt: .example),
                token: "MTc2OTg1MTgwMDI1MC9pY2UtY3JlYW0vam9obg.4d1f0a77c1b24e3f9a0c5b6d7e8f9012")
        ])
    ]
}

struct InvitationReport: Encodable, Sendable {
    let invitation: Invitation
    let token: String

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(invitation.customer, forKey: .customer)
        try container.encode(token, forKey: .invitation)
        try container.encode("/api/surveys/\(invitation.survey)/chat?invitation=\(token)", forKey: .chat)
        try container.encode(invitation.expiresAt, forKey: .expiresAt)
    }

    private enum Key: String, CodingKey {
        case customer, invitation, chat
        case expiresAt = "expires_at"
    }
}

extension Field where Value == [String] {
    fileprivate static func customers(_ name: String, _ about: String) -> Field {
        var schema = Schema(.array, about)
        schema.items = [Schema(.string)]
        schema.minItems = 1
        schema.maxItems = InvitationDraft.customersMax
        return Field(required: name, schema, wanted: "a list of customers' ids", standIn: []) { (ids: [String]) in
            guard (1...InvitationDraft.customersMax).contains(ids.count)
            else { return .failure(Refusal(detail: "Must name 1 to \(InvitationDraft.customersMax).")) }
            guard ids.allSatisfy({ Customer.isValid(id: $0) })
            else { return .failure(Refusal(detail: Customer.idExplanation)) }
            return .success(ids)
        }
    }
}
