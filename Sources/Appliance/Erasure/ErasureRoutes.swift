import Storage
import Web

/// `/api/admin/erasures`: erases persons, and shows the receipts.
struct ErasureRoutes: Sendable {
    let database: Database
    let erasures: Erasures

    func register(in routes: inout Routes) {
        routes.post(
            "/api/admin/erasures", needs: .admin,
            "Erases all that is known about a customer, an account, or a player of a finished game.",
            takes: SubjectDraft.self, answers: [.json(Erasure.self, .created, "The receipt.")]
        ) { call in
            let subject = try await subject(call.read(SubjectDraft.self))
            guard let receipt = try await erasures.erase(subject, by: call) else {
                throw Problem.notFound("\(subject.kind), or nothing is known any more")
            }
            return Reply(.created, location: "/api/admin/erasures/\(receipt.id)", json: receipt).response
        }
        routes.get(
            "/api/admin/erasures", needs: .admin,
            "Lists receipts, the newest first: all, or those of one person, named as when they were erased.",
            query: [
                .text("customer", "A customer's id."), .text("account", "An account's id."),
                .text("game", "A game's id or code, with 'player'."),
                .whole("player", from: 1, "A player's number in it."),
            ] + .page, answers: [.json(Items<Erasure>.self, .ok, "Receipts.")]
        ) { call in
            var query = call.query
            let draft = SubjectDraft(
                customer: query.text("customer"), account: query.text("account"), game: query.text("game"),
                player: query.whole("player"))
            let page = query.page()
            try query.finish()
            var digest: String?
            if draft != SubjectDraft() {
                if let problem = draft.problem { throw Problem.invalid([problem]) }
                digest = try await erasures.digest(of: subject(draft))
            }
            let wanted = digest
            let receipts = try await database.read { snapshot throws(StorageError) in
                try snapshot.erasures(ofDigest: wanted, page)
            }
            return .json(Items(receipts, page, cursor: \.id))
        }
        routes.get(
            "/api/admin/erasures/{id}", needs: .admin, "Shows a receipt.", answers: [.json(Erasure.self)]
        ) { _, id in
            let receipt = try await database.read { snapshot throws(StorageError) in try snapshot.erasure(id) }
            guard let receipt else { throw Problem.notFound("receipt") }
            return .json(receipt)
        }
    }

    /// Of a game's code, its id.
    private func subject(_ draft: SubjectDraft) async throws -> Subject {
        if let customer = draft.customer { return .customer(customer) }
        if let account = draft.account { return .account(account) }
        let name = draft.game ?? ""
        let game = try await database.read { snapshot throws(StorageError) in try snapshot.game(name) }
        guard let game else { throw Problem.notFound("game") }
        return .player(game: game.head.id, number: draft.player ?? 0)
    }
}

/// Whom a client means: a customer, an account, or a player of a game.
struct SubjectDraft: InputShape, Equatable {
    private static let customer = Field.text("customer", 1...Customer.idCharactersMax, "A customer's id.").optional
    private static let account = Field.text("account", 1...64, "An account's id.").optional
    private static let game = Field.text("game", 1...64, "A game's id or code, with 'player'.").optional
    private static let player = Field.whole("player", 1...1_000_000, "A player's number in the game.").optional

    static let fields = [customer.description, account.description, game.description, player.description]

    var customer: String?
    var account: String?
    var game: String?
    var player: Int?

    init(_ input: inout Input) {
        self.init(
            customer: input.take(Self.customer), account: input.take(Self.account), game: input.take(Self.game),
            player: input.take(Self.player))
        if let problem { input.refuse(problem.field, problem.detail) }
    }

    init(customer: String? = nil, account: String? = nil, game: String? = nil, player: Int? = nil) {
        self.customer = customer
        self.account = account
        self.game = game
        self.player = player
    }

    /// Exactly one person must be named.
    var problem: FieldProblem? {
        if (game == nil) != (player == nil) {
            return FieldProblem(game == nil ? "game" : "player", "A player is named by 'game' and 'player'.")
        }
        let count = [customer != nil, account != nil, game != nil].count { $0 }
        return count == 1 ? nil : FieldProblem("customer", "Name one person: 'customer', 'account', or a player.")
    }
}
