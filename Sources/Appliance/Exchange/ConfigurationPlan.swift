import Outbound
import Storage
import Web

/// What importing a file would do here: judged on a reader's thread, applied in one write.
struct ConfigurationPlan: Sendable {
    let file: ConfigurationFile
    /// As they will be saved; those that stay as they are not among them.
    var channels: [Channel] = []
    var topics: [Topic] = []
    var surveys: [PortableDefinition] = []
    var quizzes: [PortableDefinition] = []
    var bridge: BridgeSettings?
    /// What the judgement rests on.
    var ground: ConfigurationGround
    var problems: [FieldProblem] = []
    var report: ImportReport
}

extension Snapshot {
    /// Judges a file by what is here.
    borrowing func plan(
        _ file: ConfigurationFile, _ couriers: [Courier], _ vault: Vault, _ shelf: SurveyShelf, at now: Int64
    ) throws(StorageError) -> ConfigurationPlan {
        let named = file.channels.map(\.draft.name) + file.topics.flatMap(\.channels)
        var plan = ConfigurationPlan(file: file, ground: try ground(of: file, channels: named), report: ImportReport())
        for (index, channel) in file.channels.enumerated() {
            plan.add(channel, "channels[\(index)]", couriers, vault, at: now)
        }
        for (index, draft) in file.topics.enumerated() {
            for name in draft.channels where try kind(ofChannel: name, for: &plan) == nil {
                plan.problems.append(FieldProblem("topics[\(index)].channels", "There is no channel '\(name)'."))
            }
            plan.add(draft, at: now)
        }
        for (index, definition) in file.surveys.enumerated() {
            let head = plan.ground.surveys[definition.id]?.head
            let outcome = try outcome(of: definition, onto: head, of: SurveyDefinition.self)
            plan.report.add("surveys", definition.id, outcome)
            guard outcome != .unchanged else { continue }
            plan.surveys.append(definition)
            guard let published = definition.published else { continue }
            let path = "surveys[\(index)].published"
            var (survey, problems) = SurveyDefinition.content(of: Array(published.utf8))
            if let survey {
                problems += survey.objection(toChannelOfKind: try kind(ofChannel: survey.responseChannel, for: &plan))
                if let head { problems += try shelf.conflicts(of: survey, with: head, in: self) }
            }
            plan.problems += problems.map { FieldProblem("\(path).\($0.field)", $0.detail) }
        }
        for (index, definition) in file.quizzes.enumerated() {
            let head = plan.ground.quizzes[definition.id]?.head
            let outcome = try outcome(of: definition, onto: head, of: QuizDefinition.self)
            plan.report.add("quizzes", definition.id, outcome)
            guard outcome != .unchanged else { continue }
            plan.quizzes.append(definition)
            guard let published = definition.published else { continue }
            let problems = QuizDefinition.content(of: Array(published.utf8)).1
            plan.problems += problems.map { FieldProblem("quizzes[\(index)].published.\($0.field)", $0.detail) }
        }
        plan.addBridge()
        for (kind, days) in file.retention.sorted(by: { $0.key < $1.key }) {
            plan.report.add("retention", kind, plan.ground.retention[kind] == .some(days) ? .unchanged : .updated)
        }
        return plan
    }
}

extension Snapshot {
    /// Of a channel as it is once the file is brought in.
    fileprivate borrowing func kind(
        ofChannel name: String?, for plan: inout ConfigurationPlan
    ) throws(StorageError) -> String? {
        guard let name else { return nil }
        if let channel = plan.file.channels.first(where: { $0.draft.name == name }) { return channel.draft.kind }
        if let here = plan.ground.channels[name] { return here?.kind }
        let here = try channelAsSet(name)
        plan.ground.channels.updateValue(here, forKey: name)
        return here?.kind
    }
}

extension ConfigurationPlan {
    /// A channel keeps the secrets that the one of its name has here; one that lacks some comes paused.
    fileprivate mutating func add(
        _ portable: PortableChannel, _ path: String, _ couriers: [Courier], _ vault: Vault, at now: Int64
    ) {
        let draft = portable.draft, here = ground.channels[draft.name] ?? nil
        guard let courier = couriers.first(where: { $0.kind == draft.kind }) else {
            let kinds = couriers.map(\.kind).joined(separator: ", ")
            return problems.append(FieldProblem("\(path).kind", "Must be one of: \(kinds)."))
        }
        if let here, here.kind != draft.kind {
            let detail = "There is a channel of this name here, of kind \(here.kind)."
            return problems.append(FieldProblem("\(path).kind", detail))
        }
        let secrets = courier.fields.filter(\.secret)
        let found = here.map { vault.open($0.settings, of: draft.name) }
        let opened = found?.settings ?? [:]
        for fault in found?.faults ?? [] where fault.fault != .forgotten && draft.settings[fault.field] == nil {
            problems.append(FieldProblem("\(path).settings.\(fault.field)", "It \(fault.fault.explanation)."))
        }
        // What is stored, and what that says: a secret that stays is stored as it was.
        var stored = vault.seal(draft.settings, of: draft.name, courier), settings = draft.settings
        for field in secrets where settings[field.name] == nil {
            stored[field.name] = here?.settings[field.name]
            settings[field.name] = opened[field.name]
        }
        let missing = secrets.filter { field in
            settings[field.name] == nil && (field.required || portable.secrets.contains(field.name))
        }.map(\.name)
        for problem in courier.validate(settings) where !missing.contains(problem.field) {
            problems.append(FieldProblem("\(path).settings.\(problem.field)", problem.detail))
        }
        if !missing.isEmpty {
            let names = missing.joined(separator: ", ")
            report.attention.append(
                .init(what: "channels", name: draft.name, detail: "Is paused until its secrets are set: \(names)."))
        }
        let channel = Channel(
            name: draft.name, kind: draft.kind, settings: stored, paused: draft.paused || !missing.isEmpty,
            allowPrivate: draft.allowPrivate, createdAt: here?.createdAt ?? now, changedAt: now)
        let isSame =
            here.map {
                settings == opened && $0.paused == channel.paused && $0.allowPrivate == channel.allowPrivate
            } ?? false
        if !isSame { channels.append(channel) }
        report.add("channels", draft.name, here == nil ? .created : isSame ? .unchanged : .updated)
    }

    fileprivate mutating func add(_ draft: TopicDraft, at now: Int64) {
        let here = ground.topics[draft.name]
        let template = draft.template ?? here?.template ?? Topic.templateStandard
        let isSame = here.map { $0.channels == draft.channels && $0.template == template } ?? false
        if !isSame {
            topics.append(
                Topic(
                    name: draft.name, channels: draft.channels, template: template,
                    createdAt: here?.createdAt ?? Timestamp(now), changedAt: Timestamp(now)))
        }
        report.add("topics", draft.name, here == nil ? .created : isSame ? .unchanged : .updated)
    }

    /// A bridge is never switched on: two that bring the same chats into the same place make each twice.
    fileprivate mutating func addBridge() {
        guard let change = file.bridge else { return }
        let here = ground.bridge
        var settings = change.applied(to: here.settings)
        if change.parallelism != nil, change.destination == nil, here.destination == nil {
            problems.append(FieldProblem("bridge.parallelism", "Is the destination's, and needs one."))
        }
        if settings.isEnabled, !here.isSetUp || !here.settings.isEnabled {
            settings.isEnabled = false
            report.attention.append(
                .init(
                    what: "bridge", name: "bridge",
                    detail: "Is disabled. Enable it once no other program brings the same chats there."))
        }
        let isSame =
            settings == here.settings && here.isSetUp && (change.destination ?? here.destinationURL) == here.destinationURL
            && (change.parallelism ?? here.parallelism) == here.parallelism
        if !isSame { bridge = settings }
        report.add("bridge", "bridge", !here.isSetUp ? .created : isSame ? .unchanged : .updated)
    }
}

extension Transaction {
    /// Brings everything in; false, and nothing is changed, when what the plan rests on is not so any more.
    borrowing func apply(_ plan: ConfigurationPlan, at now: Int64) throws(StorageError) -> Bool {
        guard try snapshot.ground(of: plan.file, channels: plan.ground.channels.keys) == plan.ground
        else { return false }
        for channel in plan.channels { try save(channel, at: now) }
        for topic in plan.topics { try save(topic) }
        for survey in plan.surveys { try bringIn(survey, of: SurveyDefinition.self, at: now) }
        for quiz in plan.quizzes { try bringIn(quiz, of: QuizDefinition.self, at: now) }
        if let bridge = plan.bridge, let change = plan.file.bridge {
            try saveBridge(
                bridge, destination: change.destination, parallelism: change.parallelism, since: nil, at: now)
        }
        for (kind, days) in plan.file.retention { try keep(kind, days: days) }
        return true
    }
}
