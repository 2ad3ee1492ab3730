/// One line of the audit log.
struct AuditRecord: Equatable, Sendable {
    /// UUIDv7.
    let id: String
    let at: Timestamp
    let entry: AuditEntry

    /// Where it stands in the list: clocks are set back, so its time alone does not say.
    struct Place: Equatable, Sendable {
        /// Unix milliseconds.
        var at: Int64
        var id: String
    }

    var place: Place { Place(at: at.milliseconds, id: id) }
}

extension AuditRecord.Place {
    var cursor: String { "\(at).\(id)" }

    /// Nil for what is no cursor of this list.
    init?(_ cursor: String) {
        let parts = cursor.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let at = Int64(parts[0]) else { return nil }
        self.init(at: at, id: String(parts[1]))
    }
}

/// Which lines of the audit log are asked for; all that is named must fit.
struct AuditFilter: Equatable, Sendable {
    /// The id or the name of the token or account.
    var actor: String?
    /// `channel.created`, or `channel.` for all that happened to channels.
    var action: String?
    var thing: String?
    var address: String?
    var since: Timestamp?
    /// Not included.
    var until: Timestamp?

    /// The actions asked for, as a range of texts.
    var actions: ClosedRange<String> {
        guard let action else { return ""..."~" }
        return action...(action.hasSuffix(".") ? action + "~" : action)
    }
}

extension AuditRecord: Exemplified {
    static let examples = [
        AuditRecord(
            id: "019a0000-0000-7000-8000-000000000000", at: Timestamp(1_767_225_600_000),
            entry: AuditEntry(
                actorKind: .token, actor: "0199ffff-0000-7000-8000-000000000000", actorName: "deployment",
                action: "channel.created", thing: "slack", address: "192.0.2.7", request: "c0ffee",
                details: ["kind": "slack"])),
        AuditRecord(
            id: "019a0000-0001-7000-8000-000000000000", at: Timestamp(1_767_225_601_000),
            entry: .byProgram("retention.deleted", nil, [:])),
    ]

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(id, forKey: .id)
        try container.encode(at, forKey: .at)
        try container.encode(entry.actorKind.rawValue, forKey: .actorKind)
        try container.encode(entry.actor, forKey: .actor)
        try container.encode(entry.actorName, forKey: .actorName)
        try container.encode(entry.action, forKey: .action)
        try container.encode(entry.thing, forKey: .thing)
        try container.encode(entry.address, forKey: .address)
        try container.encode(entry.request, forKey: .request)
        try container.encode(entry.details, forKey: .details)
    }

    private enum Key: String, CodingKey {
        case id, at, actor, action, thing, address, request, details
        case actorKind = "actor_kind"
        case actorName = "actor_name"
    }
}
