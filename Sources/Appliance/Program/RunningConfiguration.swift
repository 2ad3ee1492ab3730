import Outbound
import Storage
import Web

/// `/api/admin/configuration`: with what the program runs.
struct RunningConfiguration: Sendable {
    let database: Database
    let folder: String
    let options: [OptionReport]
    let startedAt: Int64
    let now: WallClock

    func register(in routes: inout Routes) {
        routes.get(
            "/api/admin/configuration", needs: .operationsRead,
            "Shows the settings in effect, where each came from, and what the program stands on.",
            answers: [.json(ConfigurationReport.self, .ok, "The configuration, without secrets.")]
        ) { call in
            var query = call.query
            try query.finish()
            let schema = try await database.read { snapshot throws(StorageError) in
                try snapshot.all("SELECT feature, version FROM storage_schema ORDER BY feature") {
                    row throws(StorageError) in (row.text(0), Int(row.integer(1)))
                }
            }
            return .json(
                ConfigurationReport(
                    startedAt: Timestamp(startedAt), uptimeSeconds: max(0, now() - startedAt) / 1_000,
                    dataFolder: folder, options: options,
                    schema: Dictionary(schema, uniquingKeysWith: max), libraries: .current))
        }
    }
}

/// One setting as it is shown.
struct OptionReport: Equatable, Encodable, Sendable {
    enum Source: String, Encodable, Sendable {
        case flag, variable
        case standard = "default"
    }

    let flag: String?
    let variable: String?
    /// Of a secret only whether it is set.
    let value: String
    let source: Source

    init(_ option: Option, _ values: OptionValues) {
        let given = values.given(option)
        flag = option.flag.isEmpty ? nil : option.flag
        variable = option.variable.isEmpty ? nil : option.variable
        value = option.isSecret ? given == nil ? "not set" : "set" : given?.value ?? option.standard
        source = given.map { $0.name == option.flag ? .flag : .variable } ?? .standard
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(flag, forKey: .flag)
        try container.encode(variable, forKey: .variable)
        try container.encode(value, forKey: .value)
        try container.encode(source, forKey: .source)
    }

    private enum Key: CodingKey { case flag, variable, value, source }
}

/// With what the program runs.
struct ConfigurationReport: Exemplified, Sendable {
    struct Libraries: Encodable, Sendable {
        let sqlite: String
        let openssl: String
        let libcurl: String?

        static var current: Libraries {
            Libraries(
                sqlite: Database.libraryVersion, openssl: LibraryVersions.openSSL, libcurl: LibraryVersions.curl)
        }
    }

    var version = Program.version
    let startedAt: Timestamp
    let uptimeSeconds: Int64
    let dataFolder: String
    let options: [OptionReport]
    /// The version of each feature's tables.
    let schema: [String: Int]
    let libraries: Libraries
    var limits = Self.limits

    /// What most often is asked for; all of them are in the documents.
    private static let limits = [
        "message_description_characters": Message.descriptionCharactersMax,
        "message_contact_characters": Message.contactCharactersMax,
        "topic_channels": Topic.channelsMax,
        "page_items": Page.limits.upperBound,
        "games_open": Rooms.gamesMax,
        "survey_questions": SurveyDefinition.questionsMax,
        "quiz_questions": QuizDefinition.questionsMax,
        "log_lines_waiting": LogWriter.linesMax,
    ]

    private enum CodingKeys: String, CodingKey {
        case version, options, schema, libraries, limits
        case startedAt = "started_at"
        case uptimeSeconds = "uptime_seconds"
        case dataFolder = "data_folder"
    }

    static let examples = [
        ConfigurationReport(
            startedAt: Timestamp(1_767_225_600_000), uptimeSeconds: 60, dataFolder: "/data",
            options: [], schema: ["outbound": 2],
            libraries: .init(sqlite: "3.40.1", openssl: "OpenSSL 3.0.17 1 Jul 2025", libcurl: "libcurl/7.88.1"))
    ]
}
