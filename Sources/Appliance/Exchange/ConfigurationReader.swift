import Outbound
import Web

/// Reads the JSON of a configuration, and notes by path what is wrong with it, as far as that can be said without
/// knowing what is here already.
struct ConfigurationReader: DefinitionReader {
    var problems: [FieldProblem] = []

    /// - Returns: nil exactly if there are problems.
    static func read(_ bytes: [UInt8]) -> (ConfigurationFile?, [FieldProblem]) {
        guard let value = JSONValue(bytes, depthMax: ConfigurationFile.depthMax) else {
            return (nil, [FieldProblem(Self.root, "Must be one JSON object in UTF-8, not too deep.")])
        }
        var reader = ConfigurationReader()
        let file = reader.file(value)
        return (reader.problems.isEmpty ? file : nil, reader.problems)
    }

    private static let root = "configuration"
    private static let lists = ["channels", "topics", "surveys", "quizzes"]

    private mutating func file(_ value: JSONValue) -> ConfigurationFile? {
        guard case .object(let values) = value else {
            refuse(Self.root, "Must be an object.")
            return nil
        }
        guard values["format"] == .text(ConfigurationFile.format) else {
            refuse("format", "Must be '\(ConfigurationFile.format)': this is no configuration of Parley.")
            return nil
        }
        guard case .number(let version)? = values["version"], version >= 1 else {
            refuse("version", "Must be a whole number from 1.")
            return nil
        }
        guard version <= Double(ConfigurationFile.version) else {
            refuse("version", "Was written by a newer program; this one reads up to \(ConfigurationFile.version).")
            return nil
        }
        let keys = ["format", "version", "program", "exported_at"] + Self.lists + ["bridge", "retention"]
        guard let object = object(value, "", keys) else { return nil }
        var file = ConfigurationFile()
        file.channels = items(object, "channels", \.draft.name) { $0.channel($1, $2) }
        file.topics = items(object, "topics", \.name) { $0.shape(TopicDraft.self, $1, $2) }
        file.surveys = items(object, "surveys", \.id) { $0.definition($1, $2, of: SurveyDefinition.self) }
        file.quizzes = items(object, "quizzes", \.id) { $0.definition($1, $2, of: QuizDefinition.self) }
        if object.has("bridge"), let value = object.values["bridge"] {
            file.bridge = shape(BridgeChange.self, value, "bridge")
            if file.bridge?.since != nil { refuse("bridge.since", "Is no setting, and does not travel.") }
        }
        if object.has("retention"), let value = object.values["retention"] {
            file.retention = shape(RetentionChange.self, value, "retention")?.days ?? [:]
        }
        return file
    }

    /// The things of one list, none of whose names may come twice.
    private mutating func items<Item>(
        _ object: Object, _ key: String, _ name: (Item) -> String,
        read: (inout ConfigurationReader, JSONValue, String) -> Item?
    ) -> [Item] {
        guard object.has(key), let value = object.values[key] else { return [] }
        var found: [Item] = [], names: Set<String> = []
        for (index, value) in list(value, key, 0...ConfigurationFile.countMax).enumerated() {
            let path = "\(key)[\(index)]"
            guard let item = read(&self, value, path) else { continue }
            if !names.insert(name(item)).inserted { refuse(path, "Comes twice: '\(name(item).prefix(64))'.") }
            found.append(item)
        }
        return found
    }

    /// What the API takes for the same thing, by the same rules.
    private mutating func shape<Shape: InputShape>(
        _ type: Shape.Type, _ value: JSONValue, _ path: String
    ) -> Shape? {
        do throws(Problem) {
            return try Input.read(JSON.bytes(value), as: type)
        } catch {
            if error.errors.isEmpty { refuse(path, error.detail) }
            for problem in error.errors { refuse("\(path).\(problem.field)", problem.detail) }
            return nil
        }
    }

    private mutating func channel(_ value: JSONValue, _ path: String) -> PortableChannel? {
        guard case .object(var values) = value else {
            refuse(path, "Must be an object.")
            return nil
        }
        var secrets: [String] = []
        for name in values.removeValue(forKey: "secrets").map({ list($0, "\(path).secrets", 0...64) }) ?? [] {
            guard case .text(let name) = name else {
                refuse("\(path).secrets", "Must be a list of names.")
                return nil
            }
            secrets.append(name)
        }
        return shape(ChannelDraft.self, .object(values), path).map { PortableChannel(draft: $0, secrets: secrets) }
    }

    private mutating func definition<Kind: Catalogued>(
        _ value: JSONValue, _ path: String, of kind: Kind.Type
    ) -> PortableDefinition? {
        guard let object = object(value, path, ["id", "status", "draft", "published"]) else { return nil }
        let before = problems.count
        let id = word(object, "id", "1 to 64 lower-case letters, digits, '.', '_' or '-'", Name.isValid)
        let status = word(object, "status", as: CatalogueHead.Status.self)
        if id == nil { _ = required(object, "id") }
        if status == nil { _ = required(object, "status") }
        let draft = text(object, "draft"), published = text(object, "published")
        if draft == nil { _ = required(object, "draft") }
        if status == .published, published == nil {
            refuse(object.path(of: "published"), "Is required where the status is published.")
        }
        guard problems.count == before, let id, let status, let draft else { return nil }
        return PortableDefinition(id: id, status: status, draft: draft, published: published)
    }

    /// A definition as it is kept.
    private mutating func text(_ object: Object, _ key: String) -> String? {
        guard object.has(key), let value = object.values[key] else { return nil }
        let text = JSON.text(value)
        guard case .object = value, text.utf8.count <= DefinitionText.bytesMax else {
            refuse(object.path(of: key), "Must be an object of at most \(DefinitionText.bytesMax) bytes.")
            return nil
        }
        return text
    }
}
