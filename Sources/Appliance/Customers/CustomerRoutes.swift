import Storage
import Web

/// `/api/customers`: who may be talked with.
struct CustomerRoutes: Sendable {
    let database: Database
    let directory: Directory
    /// Erases all that is known about a customer, and leaves a receipt; nil: nothing is known.
    let erase: @Sendable (_ customer: String, Call) async throws -> Erasure?
    let now: WallClock

    func register(in routes: inout Routes) {
        routes.get(
            "/api/customers", needs: .customersRead, "Lists the customers.", query: .page,
            answers: [.json(Items<Customer>.self, .ok, "A page of them.")]
        ) { call in try await list(call) }
        routes.get(
            "/api/customers/{id}", needs: .customersRead, "Shows a customer.", answers: [.json(Customer.self)]
        ) { _, id in
            let customer = try await database.read { snapshot throws(StorageError) in try snapshot.customer(id) }
            guard let customer else { throw Problem.notFound("customer") }
            return .json(customer)
        }
        routes.put(
            "/api/customers/{id}", needs: .customersWrite,
            "Makes a customer, or replaces the attributes that the team gave them.", takes: CustomerDraft.self,
            answers: [.json(Customer.self), .json(Customer.self, .created, "The customer, who is new.")]
        ) { call, id in
            try await put(id, call)
        }
        routes.delete(
            "/api/customers/{id}", needs: .customersWrite,
            "Erases a customer with all that is known about them, as POST /api/admin/erasures does.",
            answers: [.json(Erasure.self, .ok, "The receipt.")]
        ) { call, id in
            guard let receipt = try await erase(id, call) else { throw Problem.notFound("customer") }
            return .json(receipt)
        }
        routes.post(
            "/api/customers/import", needs: .customersWrite,
            "Makes and replaces customers from CSV, whose first line names 'id' and the attributes.",
            takesContent: "text/csv", limits: RouteLimits(bodyBytesMax: CustomerImport.bytesMax, streamsBody: true),
            answers: [.json(CustomerImport.Report.self, .ok, "How many were taken, and which lines were not.")]
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
            try transaction.audit(AuditEntry(call, isNew ? "customer.created" : "customer.changed", id), at: now)
            let customer = try transaction.snapshot.customer(id)
            return Reply(isNew ? .created : .ok, json: customer)
        }.response
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
        let report = file.report, now = now()
        try await database.write { transaction throws(StorageError) in
            try transaction.audit(
                AuditEntry(call, "customers.imported", nil, ["imported": "\(report.imported)"]), at: now)
        }
        return .json(report)
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
    static let example = #"{"attributes": {"name": "Ann", "language": "en", "orders": 3, "vip": true}}"#

    let attributes: [String: Scalar]

    init(_ input: inout Input) { attributes = input.take(Self.attributes) }
}

extension Field where Value == [String: Scalar] {
    fileprivate static func attributes(_ name: String, _ about: String) -> Field {
        var schema = Schema(.object, about), value = Schema()
        value.anyOf = [Schema(.string), Schema(.number), Schema(.boolean)]
        schema.others = .each(value)
        return Field(
            required: name, schema, wanted: "an object of texts, numbers or truth values", standIn: [:]
        ) { (attributes: [String: Scalar]) in
            Customer.problem(with: attributes).map { .failure(Refusal(detail: $0)) } ?? .success(attributes)
        }
    }
}
