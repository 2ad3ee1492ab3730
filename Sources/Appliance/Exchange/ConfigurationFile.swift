import Outbound

/// The whole configuration as one JSON file: docs/configuration-file.md.
struct ConfigurationFile: Sendable {
    static let format = "parley-configuration"
    /// Rises when an older program could not read the file any more.
    static let version = 1
    static let bytesMax = 16 << 20
    /// Definitions stand three deep in it.
    static let depthMax = JSONValue.depthMax + 3
    /// Of channels, topics, surveys and quizzes each.
    static let countMax = 2_000

    var channels: [PortableChannel] = []
    var topics: [TopicDraft] = []
    var surveys: [PortableDefinition] = []
    var quizzes: [PortableDefinition] = []
    var bridge: BridgeChange?
    /// Days by kind; nil: for ever.
    var retention: [String: Int?] = [:]
}

/// A channel without its secrets.
struct PortableChannel: Sendable {
    let draft: ChannelDraft
    /// Names of the secrets that were set where it comes from.
    let secrets: [String]
}
