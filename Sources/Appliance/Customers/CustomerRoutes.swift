import Storage
import Web

/// `/api/customers`: who may be talked with.
struct CustomerRoutes: Sendable {
    /// Forgets what one feature knows about a customer, and says how many things that were.
    struct Eraser: Sendable {
        /// As it stands in the receipt: `sessions`.
        let name: String
        let erase: @Sendable (_ transaction: borrowing Transaction, _ customer: String) throws(StorageError) -> Int
    }

    let database: Database
    let directory: Directory
    /// Features that stand above this one and know something about customers.
    var erasers: [Eraser] = []
    let now: WallClock

    func register(in routes: inout Routes) {
        routes.get("/api/customers", needs: .customersRead, "Lists the customers.") { call in try await list(call) }
        routes.get("/api/customers/{id}", needs: .customersRead, "Shows a customer.") { _, id in
            let customer = try await database.read { snapshot throws(StorageError) in try snapshot.customer(id) }
            guard let customer else { throw Problem.notFound("customer") }
            return .json(customer)
        }
        routes.put(
            "/api/customers/{id}", needs: .customersWrite,
            "Makes a customer, or replaces the attributes that the team gave them.", takes: CustomerDraft.self
        ) { call, id in
            try await put(id, call)
        }
        routes.delete(
            "/api/customers/{id}", needs: .customersWrite,
            "Deletes everything that is known about a customer, and says how much that was."
        ) { _, id in
            try await delete(id)
        }
        routes.post(
            "/api/customers/import", needs: .customersWrite,
            "Makes and replaces customers from CSV, whose first line names 'id' and the attributes.",
            limits: RouteLimits(bodyBytesMax: CustomerImport.bytesMax, streamsBody: true)
        ) { call in
            try await bringIn(call)
        }
    }

    private func list(_ call: Call) async throws -> Response {
        var query = call.query
        let page = query.page()
        try query.finish()
        let customers = try await database.read { snapshot throws(StorageError) in try snapshot.customers(page) }
        return .json(Items(customers, page, cursor: \.id))
    }

    private func put(_ id: String, _ call: Call) async throws -> Response {
        guard Customer.isValid(id: id) else { throw Problem.invalid([FieldProblem("id", Customer.idExplanation)]) }
        let draft = try call.read(CustomerDraft.self)
        let now = now()
        return try await database.write { transaction throws(StorageError) -> Reply in
            let isNew = try transaction.snapshot.customer(id) == nil
            try transaction.saveCustomer(id, draft.attributes, at: now)
            let customer = try transaction.snapshot.customer(id)
            return Reply(isNew ? .created : .ok, json: customer)
        }.response
    }

    /// Answers with a receipt, `{"customer": 1, "sessions": 3}`: whoever asked has to be able to show what was done.
    private func delete(_ id: String) async throws -> Response {
        directory.forget(id)
        let counts = try await database.write { transaction throws(StorageError) in
            var counts = ["customer": try transaction.deleteCustomer(id)]
            for eraser in erasers { counts[eraser.name, default: 0] += try eraser.erase(transaction, id) }
            return counts
        }
        guard counts.values.contains(where: { $0 > 0 }) else { throw Problem.notFound("customer") }
        return .json(counts)
    }

    /// In writes of bounded size, while the file arrives. Should it break off, what was written stays: rows replace
    /// those before, so the same file can be sent again.
    private func bringIn(_ call: Call) async throws -> Response {
        var file = CustomerImport()
        for try await piece in call.request.stream {
            try file.read(piece)
            while let rows = file.batch() { file.wrote(try await write(rows)) }
        }
        try file.finish()
        while let rows = file.batch(isLast: true) { file.wrote(try await write(rows)) }
        return .json(file.report)
    }

    private func write(_ rows: [CustomerImport.Row]) async throws(StorageError) -> Int {
        guard !rows.isEmpty else { return 0 }
        let now = now()
        return try await database.write { transaction throws(StorageError) in
            for row in rows { try transaction.saveCustomer(row.id, row.attributes, at: now) }
            return rows.count
        }
    }
}

/// What a client sends to make a customer, or to replace what is known.
struct CustomerDraft: InputShape {
    private static let attributes = Field.attributes(
        "attributes", "Texts, numbers and truth values by name, such as name and language; they replace those before.")
    static let fields = [attributes.description]

    let attributes: [String: Scalar]

    init(_ input: inout Input) { attributes = input.take(Self.attributes) }
}

extension Field where Value == [String: Scalar] {
    fileprivate static func attributes(_ name: String, _ about: String) -> Field {
        Field(
            required: name, Schema(.object, about), wanted: "an object of texts, numbers or truth values", standIn: [:]
        ) { (attributes: [String: Scalar]) in
            Customer.problem(with: attributes).map { .failure(Refusal(detail: $0)) } ?? .success(attributes)
        }
    }
}
