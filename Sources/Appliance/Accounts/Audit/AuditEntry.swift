import Storage
import Web

/// What was done, about to be appended.
struct AuditEntry: Equatable, Sendable {
    enum ActorKind: String, CaseIterable, Sendable { case token, account, anonymous, program }

    var actorKind: ActorKind
    var actor: String?
    var actorName: String?
    /// Dotted: the kind of thing, then what happened to it, in the past: `channel.created`.
    var action: String
    /// The name or id of the thing.
    var thing: String?
    var address: String?
    var request: String?
    /// Never a secret, nothing of what customers said.
    var details: [String: String] = [:]
}

extension AuditEntry {
    /// What a caller does.
    init(_ call: Call, _ action: StaticString, _ thing: String?, _ details: [String: String] = [:]) {
        self.init(call.request, by: call.caller, action, thing, details)
    }

    /// - Parameter caller: nil for who is not signed in, or holds something else, such as a game's host.
    init(
        _ request: Request, by caller: Caller? = nil, _ action: StaticString, _ thing: String?,
        _ details: [String: String] = [:]
    ) {
        let kind: ActorKind =
            switch caller?.kind {
            case .token: .token
            case .account: .account
            case nil: .anonymous
            }
        self.init(
            actorKind: kind, actor: caller?.id, actorName: caller?.name, action: action.description, thing: thing,
            address: request.peer, request: request.id, details: details)
    }
}

extension AuditEntry {
    /// What the program does by itself.
    static func byProgram(
        _ action: StaticString, _ thing: String?, _ details: [String: String] = [:]
    ) -> AuditEntry {
        AuditEntry(actorKind: .program, action: action.description, thing: thing, details: details)
    }
}
