import Web

/// The description of the API (OpenAPI 3.1), made from the route table: what is not there cannot be described, and
/// what is there cannot be forgotten.
struct OpenAPI: Encodable, Sendable {
    private let routes: [RouteSummary]
    private let version: String

    init(_ routes: [RouteSummary], version: String) {
        self.routes = routes
        self.version = version
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: AnyKey.self)
        try container.encode("3.1.0", forKey: AnyKey("openapi"))
        try container.encode(["title": "Parley", "version": version], forKey: AnyKey("info"))
        try container.encode(paths, forKey: AnyKey("paths"))
        try container.encode(Components(), forKey: AnyKey("components"))
    }

    private var paths: [String: [String: Operation]] {
        var paths: [String: [String: Operation]] = [:]
        for route in routes { paths[route.pattern, default: [:]]["\(route.method)"] = Operation(route) }
        return paths
    }

    private struct Operation: Encodable {
        let route: RouteSummary

        init(_ route: RouteSummary) { self.route = route }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: AnyKey.self)
            try container.encode(route.about, forKey: AnyKey("summary"))
            if !parameters.isEmpty { try container.encode(parameters, forKey: AnyKey("parameters")) }
            if let scope = route.scope {
                try container.encode([["bearer": [scope.rawValue]]], forKey: AnyKey("security"))
            }
            if let body = route.body {
                try container.encode(RequestBody(schema: Schema(of: body)), forKey: AnyKey("requestBody"))
            }
            try container.encode(answers, forKey: AnyKey("responses"))
        }

        private var parameters: [Parameter] {
            let names = route.pattern.split(separator: "/").filter { $0.hasPrefix("{") }.map {
                String($0.dropFirst().dropLast())
            }
            let inPath = names.map { Parameter(name: $0, place: "path") }
            return route.method == .post && route.scope != nil
                ? inPath + [Parameter(name: "Idempotency-Key", place: "header")] : inPath
        }

        private var answers: [String: Answer] {
            var answers = ["default": Answer(description: "A problem (RFC 9457).", problem: true)]
            let success =
                switch route.method {
                case .delete: ("2XX", "Done.")
                case .post: ("2XX", "Done; the answer is the thing as it is now.")
                default: ("200", "The thing as it is now.")
                }
            answers[success.0] = Answer(description: success.1, problem: false)
            return answers
        }
    }

    private struct Parameter: Encodable {
        let name: String
        let place: String

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: AnyKey.self)
            try container.encode(name, forKey: AnyKey("name"))
            try container.encode(place, forKey: AnyKey("in"))
            try container.encode(place == "path", forKey: AnyKey("required"))
            try container.encode(Schema(.string), forKey: AnyKey("schema"))
        }
    }

    private struct RequestBody: Encodable {
        let schema: Schema
        var required = true
        var content: [String: [String: Schema]] { [JSON.contentType: ["schema": schema]] }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: AnyKey.self)
            try container.encode(required, forKey: AnyKey("required"))
            try container.encode(content, forKey: AnyKey("content"))
        }
    }

    private struct Answer: Encodable {
        let description: String
        let problem: Bool

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: AnyKey.self)
            try container.encode(description, forKey: AnyKey("description"))
            guard problem else { return }
            let reference = ["schema": ["$ref": "#/components/schemas/problem"]]
            try container.encode(["application/problem+json": reference], forKey: AnyKey("content"))
        }
    }

    private struct Components: Encodable {
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: AnyKey.self)
            try container.encode(["bearer": ["type": "http", "scheme": "bearer"]], forKey: AnyKey("securitySchemes"))
            try container.encode(["problem": Schema.problem], forKey: AnyKey("schemas"))
        }
    }
}

extension Schema {
    /// An object of these fields and no others.
    fileprivate init(of fields: [FieldDescription]) {
        self.init(.object)
        properties = Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.schema) })
        required = fields.filter(\.isRequired).map(\.name)
        additionalProperties = false
    }

    fileprivate static let problem: Schema = {
        var schema = Schema(.object, "What went wrong (RFC 9457).")
        var code = Schema(.string, "Stable name of the problem, for programs.")
        code.pattern = "^[a-z0-9_.]+$"
        schema.properties = [
            "code": code, "detail": Schema(.string, "What happened and what to do, for people."),
            "status": Schema(.integer), "title": Schema(.string), "type": Schema(.string),
        ]
        schema.required = ["code", "detail", "status", "title"]
        return schema
    }()
}
