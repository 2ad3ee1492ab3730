import Outbound
import Web

/// The description of the API (OpenAPI 3.1), made from the route table: what is not there cannot be described, and
/// what is there cannot be forgotten.
struct OpenAPI {
    private let routes: [RouteSummary]
    private let version: String
    /// Name of the one that carries a session.
    private let cookie: String
    private let book = SchemaBook()

    init(_ routes: [RouteSummary], version: String, cookie: String) {
        self.routes = routes
        self.version = version
        self.cookie = cookie
    }

    /// The document, as JSON.
    ///
    /// Each operation is encoded by itself: all of it as one tree would take several times the memory of its text, for
    /// good, as what the tree leaves is in pieces.
    var bytes: [UInt8] {
        var writer = JSONWriter(capacity: Self.bytesExpected)
        writer.open()
        writer.field("openapi", "3.1.0")
        writer.field("info", encoding: ["title": "Parley", "version": version, "description": Self.about])
        writer.field("servers", encoding: [["url": "/"]])
        writer.field("tags", encoding: Set(routes.map(\.area)).sorted().map { ["name": $0] })
        writer.name("paths")
        writer.open()
        for (path, routes) in Dictionary(grouping: routes, by: \.pattern).sorted(by: { $0.key < $1.key }) {
            writer.name(path)
            writer.open()
            for route in routes { writer.field("\(route.method)", encoding: operation(route)) }
            writer.close()
        }
        writer.close()
        writer.name("components")
        writer.open()
        writer.field("securitySchemes", encoding: securitySchemes)
        writer.field("responses", encoding: Self.refusals)
        writer.name("schemas")
        writer.open()
        writer.field("Problem", encoding: Schema.problem)
        // After the paths, which find out what there is.
        for (name, schema) in book.components.sorted(by: { $0.key < $1.key }) { writer.field(name, encoding: schema) }
        writer.close()
        writer.close()
        writer.close()
        return writer.bytes
    }

    /// More than there is: memory that is not touched costs nothing, moving what has been written does.
    private static let bytesExpected = 1 << 20

    private static let about = """
        Surveys, quizzes, messages and a bridge in one program. Bodies are JSON in UTF-8. What goes wrong comes as \
        application/problem+json with a stable 'code'; docs/api.md lists them. An operation's 'x-rate' is what its \
        calls count as, for how often they may come.
        """

    private func operation(_ route: RouteSummary) -> Tree {
        [
            "operationId": route.operationID,
            "tags": [route.area],
            "summary": route.about,
            "security": security(route),
            "parameters": parameters(route),
            "requestBody": body(route),
            "responses": answers(route),
            "x-rate": route.rate?.rawValue,
        ]
    }

    private var securitySchemes: Tree {
        [
            "bearer": ["type": "http", "scheme": "bearer", "description": "A token, or that of a sign-in."],
            "cookie": ["type": "apiKey", "in": "cookie", "name": cookie],
        ]
    }

    /// An empty list says that nobody is asked who they are.
    private func security(_ route: RouteSummary) -> [[String: [String]]] {
        guard let scope = route.scope?.rawValue else { return [] }
        return [["bearer": [scope]], ["cookie": [scope]]]
    }

    private func parameters(_ route: RouteSummary) -> [Tree] {
        var text = Schema(.string)
        text.minLength = 1
        var parameters = route.placeholders.map { parameter($0, "path", text, isRequired: true) }
        parameters += route.query.map { parameter($0.name, "query", $0.schema, isRequired: $0.isRequired) }
        if route.isOnce {
            parameters.append(parameter("Idempotency-Key", "header", .idempotencyKey, isRequired: false))
        }
        return parameters
    }

    private func parameter(_ name: String, _ place: String, _ schema: Schema, isRequired: Bool) -> Tree {
        var plain = schema
        plain.description = nil
        return [
            "name": name, "in": place, "required": isRequired, "schema": plain, "description": schema.description,
        ]
    }

    private func body(_ route: RouteSummary) -> Tree? {
        if let content = route.content {
            // What is read as JSON without a shape may be left out.
            let isJSON = content == JSON.contentType
            return ["required": !isJSON, "content": [content: ["schema": Schema.body(content)]]]
        }
        guard let shape = route.body else { return nil }
        guard let example = JSONValue(Array(shape.example.utf8)) else {
            preconditionFailure("the example of \(shape) is no JSON")
        }
        let content: Tree = ["schema": Schema(of: shape.fields), "example": example]
        return ["required": shape.needsBody, "content": [JSON.contentType: content]]
    }

    private func answers(_ route: RouteSummary) -> [String: Tree] {
        var answers = Self.refusals(route)
        for (status, alike) in Dictionary(grouping: route.answers, by: \.status.code) {
            answers["\(status)"] = answer(alike)
        }
        return answers
    }

    /// - Parameter alike: of one status; what is asked for decides which of them comes.
    private func answer(_ alike: [AnswerSummary]) -> Tree {
        let contents = Dictionary(grouping: alike.filter { $0.content != nil }) { $0.content ?? "" }
        return [
            "description": alike.map(\.about).joined(separator: " "),
            "content": contents.isEmpty ? nil : Dictionary(
                uniqueKeysWithValues: contents.map { ($0, shown($1.compactMap(\.type), as: $0)) }),
        ]
    }

    private func shown(_ types: [any Exemplified.Type], as content: String) -> Tree {
        guard let first = types.first else { return ["schema": Schema.body(content)] }
        var schema = book.schema(of: first)
        if types.count > 1 {
            schema = Schema()
            schema.anyOf = types.map { book.schema(of: $0) }
        }
        return ["schema": schema, "example": first.examples.first]
    }
}

extension RouteSummary {
    /// `getChannelsName` of `GET /api/channels/{name}`: stable as long as the route is.
    var operationID: String {
        let words = pattern.split { "/{}._-".contains($0) }.filter { $0 != "api" }
        // There is a page /account beside /api/account.
        return words.reduce(area == Self.program ? "\(method)Program" : "\(method)") {
            $0 + $1.prefix(1).uppercased() + $1.dropFirst()
        }
    }

    /// The part of the API to which it belongs.
    var area: String {
        let words = pattern.split(separator: "/").filter { $0 != "admin" }
        return words.count > 1 && words[0] == "api" ? String(words[1]) : Self.program
    }

    private static let program = "program"

    /// The names in the braces of the pattern.
    var placeholders: [String] {
        pattern.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }
}

extension OpenAPI {
    /// An object of JSON on its way out; what is nil is left out.
    struct Tree: Encodable, ExpressibleByDictionaryLiteral {
        private var parts: [String: any Encodable] = [:]

        init(dictionaryLiteral parts: (String, (any Encodable)?)...) {
            for (name, value) in parts { self.parts[name] = value }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: AnyKey.self)
            for (name, value) in parts { try container.encode(value, forKey: AnyKey(name)) }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func field(_ name: String, encoding value: some Encodable) {
        field(name, json: JSON.bytes(value))
    }
}

extension Schema {
    /// Of a body without a type: any JSON, or text.
    fileprivate static func body(_ content: String) -> Schema { Schema(content == JSON.contentType ? nil : .string) }

    fileprivate static let idempotencyKey: Schema = {
        var schema = Schema(
            .string, "A repeat with the same key within 24 hours does nothing and answers what the first one did.")
        schema.pattern = "^[!-~]{1,\(IdempotencyKey.bytesMax)}$"
        return schema
    }()
}
