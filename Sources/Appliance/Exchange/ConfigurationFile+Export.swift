import Outbound
import Storage

extension Snapshot {
    /// All that is configured, as the file has it.
    ///
    /// - Parameter couriers: know which settings are secrets.
    borrowing func configuration(_ couriers: [Courier], at now: Int64) throws(StorageError) -> JSONValue {
        var object: [String: JSONValue] = [
            "format": .text(ConfigurationFile.format), "version": .number(Double(ConfigurationFile.version)),
            "program": .text(Program.version), "exported_at": .text(Timestamp(now).iso8601),
        ]
        object["channels"] = .list(try portableChannels(couriers))
        object["topics"] = .list(try portableTopics())
        object["surveys"] = .list(try portables(of: SurveyDefinition.self).map(\.json))
        object["quizzes"] = .list(try portables(of: QuizDefinition.self).map(\.json))
        let bridge = try bridgeSetup()
        if bridge.isSetUp { object["bridge"] = bridge.json }
        let retention = try retention(of: Retention.kinds).filter(\.value.isSet)
        object["retention"] = .object(retention.mapValues { $0.days.map { .number(Double($0)) } ?? .null })
        return .object(object)
    }

    /// Without the bridge's own, which comes and goes with the bridge.
    private borrowing func portableChannels(_ couriers: [Courier]) throws(StorageError) -> [JSONValue] {
        var found: [Channel] = []
        while true {
            let some = try channels(after: found.last?.name, limit: Page.limits.upperBound)
            if some.isEmpty { break }
            found += some
        }
        return found.filter { $0.name != OurAPIChannel.name }.map { channel in
            let courier = couriers.first { $0.kind == channel.kind }
            return channel.json(secrets: courier?.fields.filter(\.secret).map(\.name) ?? Array(channel.settings.keys))
        }
    }

    private borrowing func portableTopics() throws(StorageError) -> [JSONValue] {
        var found: [Topic] = []
        while true {
            let some = try topics(Page(limit: Page.limits.upperBound, after: found.last?.name))
            found += some.prefix(Page.limits.upperBound)
            if some.count <= Page.limits.upperBound { break }
        }
        return found.map { topic in
            .object([
                "name": .text(topic.name), "channels": .list(topic.channels.map(JSONValue.text)),
                "template": .text(topic.template),
            ])
        }
    }
}

extension Channel {
    fileprivate func json(secrets names: [String]) -> JSONValue {
        .object([
            "name": .text(name), "kind": .text(kind), "paused": .truth(paused), "allow_private": .truth(allowPrivate),
            "settings": .object(settings.filter { !names.contains($0.key) }.mapValues(\.json)),
            "secrets": .list(names.filter { settings[$0] != nil }.sorted().map(JSONValue.text)),
        ])
    }
}

extension SettingValue {
    fileprivate var json: JSONValue {
        switch self {
        case .text(let text): .text(text)
        case .number(let number): .number(number)
        case .truth(let truth): .truth(truth)
        case .list(let list): .list(list.map(JSONValue.text))
        }
    }
}

extension PortableDefinition {
    fileprivate var json: JSONValue {
        .object([
            "id": .text(id), "status": .text(status.rawValue), "draft": JSONValue(Array(draft.utf8)) ?? .null,
            "published": published.flatMap { JSONValue(Array($0.utf8)) } ?? .null,
        ])
    }
}

extension BridgeSetup {
    fileprivate var json: JSONValue {
        var object: [String: JSONValue] = [
            "interval_seconds": .number(Double(settings.intervalSeconds)),
            "look_back_seconds": .number(Double(settings.lookBackSeconds)), "enabled": .truth(settings.isEnabled),
        ]
        if let source = settings.source { object["source"] = .text(source) }
        if let destinationURL {
            object["destination"] = .text(destinationURL)
            object["parallelism"] = .number(Double(parallelism))
        }
        return .object(object)
    }
}
