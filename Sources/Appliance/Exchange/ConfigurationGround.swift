import Outbound
import Storage

/// What is here already of what a file is about: its judgement rests on it. As people set it, without what the program
/// notes by itself, such as a hold of the dispatcher, how far the bridge is, or when something was deleted last.
struct ConfigurationGround: Equatable, Sendable {
    struct Entry: Equatable, Sendable {
        let head: CatalogueHead
        /// Of the draft's text: two edits in one millisecond differ in nothing else.
        let draftHash: Int
    }

    /// By name, also those that the file only names; nil: there is none.
    var channels: [String: Channel?] = [:]
    var topics: [String: Topic] = [:]
    var surveys: [String: Entry] = [:]
    var quizzes: [String: Entry] = [:]
    /// Its settings and its destination.
    var bridge = BridgeSetup()
    /// Days by kind where somebody set them; nil: for ever.
    var retention: [String: Int?] = [:]
}

extension Snapshot {
    /// - Parameter channels: names of the channels it rests on: those in the file and those it names.
    borrowing func ground(
        of file: ConfigurationFile, channels: some Sequence<String>
    ) throws(StorageError) -> ConfigurationGround {
        var ground = ConfigurationGround()
        for name in channels { ground.channels.updateValue(try channelAsSet(name), forKey: name) }
        for topic in file.topics { ground.topics[topic.name] = try self.topic(named: topic.name) }
        for survey in file.surveys { ground.surveys[survey.id] = try entry(survey.id, of: SurveyDefinition.self) }
        for quiz in file.quizzes { ground.quizzes[quiz.id] = try entry(quiz.id, of: QuizDefinition.self) }
        if file.bridge != nil {
            let (settings, destination) = (try bridgeSetup().settings, try channelAsSet(OurAPIChannel.name))
            ground.bridge = BridgeSetup(settings: settings, destination: destination)
        }
        let retention = try retention(of: Retention.kinds.filter { file.retention.keys.contains($0.kind) })
        ground.retention = retention.filter(\.value.isSet).mapValues(\.days)
        return ground
    }

    /// A channel without the dispatcher's own hold, which comes and goes.
    borrowing func channelAsSet(_ name: String) throws(StorageError) -> Channel? {
        var channel = try channel(named: name)
        channel?.hold = nil
        return channel
    }

    private borrowing func entry<Kind: Catalogued>(
        _ id: String, of kind: Kind.Type
    ) throws(StorageError) -> ConfigurationGround.Entry? {
        guard let head = try head(id, of: kind) else { return nil }
        let draft = try definition(id, version: nil, of: kind)
        return ConfigurationGround.Entry(head: head, draftHash: draft.hashValue)
    }
}
