import FoundationEssentials
import Web

/// What a client may send as the body of one route: its fields, and how a value is made of them.
///
/// The same declaration validates the body, names what is wrong with it, and describes it in `/openapi.json`.
protocol InputShape: Sendable {
    static var fields: [FieldDescription] { get }
    /// A body that would be taken, as JSON, for readers of the API.
    static var example: String { get }

    /// Takes every field from `input`. What a field refuses is kept there and a stand-in returned, so that the
    /// client hears of all problems at once; the value is thrown away then.
    init(_ input: inout Input)
}

extension InputShape {
    static var needsBody: Bool { fields.contains(where: \.isRequired) }

    /// The fields that must be there, each with a value of its kind.
    static var example: String {
        JSON.text(Dictionary(uniqueKeysWithValues: fields.filter(\.isRequired).map { ($0.name, $0.schema.example) }))
    }
}

/// A JSON object on its way to becoming a value: hands out fields and collects what is wrong with them.
struct Input {
    private let container: KeyedDecodingContainer<AnyKey>
    private(set) var problems: [FieldProblem] = []

    /// Reads `body` as one `Shape`. Where no field has to be there, neither has a body.
    ///
    /// - Throws: `Problem` 400 `json.malformed` when it is not a JSON object; 422 `input.invalid` with every field that
    ///   is missing, wrong or unknown.
    static func read<Shape: InputShape>(_ body: [UInt8], as shape: Shape.Type) throws(Problem) -> Shape {
        var input = try Input(body.isEmpty && !shape.needsBody ? Array("{}".utf8) : body)
        input.refuseFields(besides: shape.fields)
        let value = Shape(&input)
        guard input.problems.isEmpty else { throw .invalid(input.problems) }
        return value
    }

    /// The field's value, or its stand-in after noting the problem.
    mutating func take<Value>(_ field: Field<Value>) -> Value {
        switch field.read(container) {
        case .success(let value): return value
        case .failure(let refusal):
            problems.append(FieldProblem(field.name, refusal.detail))
            return field.standIn
        }
    }

    /// Notes a problem that only several fields together show.
    mutating func refuse(_ field: String, _ detail: String) {
        problems.append(FieldProblem(field, detail))
    }

    private init(_ body: [UInt8]) throws(Problem) {
        guard JSONValue.isShallow(body) else {
            throw Problem(
                .badRequest, "json.malformed",
                "At most \(JSONValue.depthMax) lists and objects may stand within each other.")
        }
        do {
            container = try Self.decoder.decode(Envelope.self, from: Data(body)).container
        } catch {
            throw Problem(.badRequest, "json.malformed", "The body must be one JSON object in UTF-8.")
        }
    }

    private mutating func refuseFields(besides known: [FieldDescription]) {
        let names = known.map(\.name).joined(separator: ", ")
        let unknown = container.allKeys.lazy.filter { key in !known.contains { $0.name == key.stringValue } }
        for key in unknown.prefix(Self.unknownMax) {
            problems.append(
                FieldProblem(String(key.stringValue.prefix(64)), "There is no such field; known are: \(names)."))
        }
    }

    /// Unknown names that are told: a body of nothing else would be answered with ten times its size.
    static let unknownMax = 20

    /// One for all: it is never changed, and making one costs as much as decoding a small object.
    private static let decoder = JSONDecoder()

    private struct Envelope: Decodable {
        let container: KeyedDecodingContainer<AnyKey>
        init(from decoder: any Decoder) throws { container = try decoder.container(keyedBy: AnyKey.self) }
    }
}

/// Any name as a coding key: the names are the client's.
struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension Problem {
    /// 422: the body or query is well formed, but these fields are not acceptable.
    static func invalid(_ errors: [FieldProblem]) -> Problem {
        let names = errors.map(\.field).joined(separator: ", ")
        return Problem(.unprocessable, "input.invalid", "Not acceptable: \(names).", errors: errors)
    }
}
