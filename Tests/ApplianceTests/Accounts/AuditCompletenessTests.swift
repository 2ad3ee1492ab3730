import Storage
import Testing
import Web

@testable import Appliance

/// Nothing that changes something is missing in the audit log.
@Suite(.timeLimit(.minutes(5))) struct AuditCompletenessTests {
    /// Routes with which nothing is changed that others would ask about, and why.
    private static let unaudited = [
        "POST /api/messages": "what programs send all day; each message is kept with the id of its request",
        "POST /api/surveys/{id}/check": "changes nothing", "POST /api/quizzes/{id}/check": "changes nothing",
        "POST /api/bridge/dry-run": "changes nothing", "POST /api/admin/outbox/dry-run": "changes nothing",
        "POST /api/admin/retention/dry-run": "changes nothing",
    ]

    @Test("every route that changes something leaves a row when it succeeds, or is named here with the reason")
    func complete() async throws {
        try await withAppliance { appliance in
            var calls = AuditedCalls(appliance)
            try await Self.callChannels(&calls)
            try await Self.callRooms(&calls)
            try await Self.callBridge(&calls, appliance)
            try await Self.callOperations(&calls)
            try await Self.callBackups(&calls)
            try await Self.callAccounts(&calls, appliance)
            let changing = appliance.app.summaries.filter { $0.method != .get && $0.scope != nil }.map(\.name)
            let missing = changing.filter { Self.unaudited[$0] == nil && !calls.noted.contains($0) }
            #expect(missing == [], "call them here, so that it shows whether they are noted")
            #expect(Self.unaudited.keys.filter { !changing.contains($0) } == [])
        }
    }

    private static func callChannels(_ calls: inout AuditedCalls) async throws {
        try await calls.make(.post, "/api/channels", #"{"name":"team","kind":"log","paused":true}"#)
        try await calls.make(.patch, "/api/channels/team", #"{"paused":true}"#)
        try await calls.make(.post, "/api/channels/team/test")
        try await calls.make(
            .post, "/api/topics", #"{"name":"heating","channels":["team"],"template":"{description}"}"#)
        try await calls.make(.patch, "/api/topics/heating", #"{"template":"Help: {description}"}"#)
        let sent = await calls.appliance.ask(
            .post, "/api/messages", #"{"topic":"heating","description":"It is cold."}"#)
        let message = try #require(sent.json["id"])
        let outbox = try JSONTree(await calls.appliance.ask(.get, "/api/admin/outbox?channel=team"))
        let delivery = try #require(outbox["items"].list.first?["id"].text)
        try await calls.make(.post, "/api/admin/outbox/\(delivery)/cancel")
        try await calls.make(.post, "/api/messages/\(message)/resend")
        try await calls.make(.post, "/api/admin/outbox/cancel", #"{"channel":"team"}"#)
        try await calls.make(.post, "/api/admin/outbox/\(delivery)/retry")
        try await calls.fail(delivery)
        try await calls.make(.post, "/api/admin/outbox/retry", #"{"channel":"team"}"#)
        try await calls.fail(delivery)
        try await calls.make(.post, "/api/channels/team/resend", #"{"since":"2026-01-01T00:00:00Z"}"#)
        try await calls.make(.post, "/api/messages/\(message)/cancel")
        try await calls.make(.delete, "/api/topics/heating")
        try await calls.make(.post, "/api/channels", #"{"name":"unused","kind":"log"}"#)
        try await calls.make(.delete, "/api/channels/unused")
    }

    private static func callRooms(_ calls: inout AuditedCalls) async throws {
        for (plural, definition) in [
            ("surveys", SurveyDefinition.example.definition), ("quizzes", QuizDefinition.example.definition),
        ] {
            try await calls.make(.post, "/api/\(plural)", #"{"id":"lunch","definition":\#(definition)}"#)
            try await calls.make(.put, "/api/\(plural)/lunch", #"{"definition":\#(definition)}"#)
            try await calls.make(.post, "/api/\(plural)/lunch/publish")
            try await calls.make(.post, "/api/\(plural)/lunch/archive")
        }
        try await calls.make(.post, "/api/surveys/ice-cream/invitations", #"{"customers":["john"]}"#)
        let game = try await calls.make(.post, "/api/quizzes/vocabulary/games")
        try await calls.make(.post, "/api/games/\(game["code"].text ?? "")/hosts", #"{"name":"Ben"}"#)
        try await calls.make(.put, "/api/customers/ann", #"{"attributes":{"name":"Ann"}}"#)
        try await calls.make(.delete, "/api/customers/ann")
        try await calls.make(.post, "/api/customers/import", "id,name\nbob,Bob\n")
        try await calls.make(.post, "/api/admin/erasures", #"{"customer":"bob"}"#)
    }

    private static func callBridge(_ calls: inout AuditedCalls, _ appliance: TestAppliance) async throws {
        try await appliance.fillBridge()
        try await calls.make(.post, "/api/bridge/conversations/5/retry")
        try await calls.make(.post, "/api/bridge/conversations/1/skip")
        try await calls.make(.post, "/api/bridge/replay", #"{"from":"2026-01-31T09:30:00Z"}"#)
        try await calls.make(
            .put, "/api/bridge", #"{"source":"http://127.0.0.1:1","destination":"http://127.0.0.1:1","enabled":true}"#)
        try await calls.make(.post, "/api/bridge/poll")
    }

    private static func callOperations(_ calls: inout AuditedCalls) async throws {
        let made = try await calls.make(.post, "/api/admin/tokens", #"{"name":"t","scopes":["messages:send"]}"#)
        try await calls.make(.delete, "/api/admin/tokens/\(made["token"]["id"].text ?? "")")
        try await calls.make(.put, "/api/admin/log", #"{"level":"info"}"#)
        try await calls.make(.patch, "/api/admin/retention", #"{"audit":800}"#)
    }

    private static func callBackups(_ calls: inout AuditedCalls) async throws {
        let first = try await calls.make(.post, "/api/admin/backups")
        let backup = "/api/admin/backups/\(first["name"].text ?? "")"
        try await calls.make(.post, "\(backup)/verify")
        try await calls.make(.post, "/api/admin/backups")
        try await calls.make(.delete, backup)
        let file = await calls.appliance.ask(.get, "/api/admin/export")
        try await calls.make(.post, "/api/admin/import", file.text)
    }

    private static func callAccounts(_ calls: inout AuditedCalls, _ appliance: TestAppliance) async throws {
        let made = try await calls.make(.post, "/api/admin/accounts", #"{"email":"bob@example.org","role":"host"}"#)
        let account = "/api/admin/accounts/\(made["account"]["id"].text ?? "")"
        try await calls.make(.patch, account, #"{"role":"editor"}"#)
        try await calls.make(.post, "\(account)/reset")
        try await calls.make(.post, "\(account)/sign-out")
        try await calls.make(.delete, account)

        let (_, cookie) = await appliance.join("ann@example.org", .viewer), new = "another horse battery"
        try await calls.make(.patch, "/api/account", #"{"name":"Ann"}"#, cookie: cookie)
        try await calls.make(
            .post, "/api/account/password", #"{"old":"\#(TestAppliance.password)","new":"\#(new)"}"#, cookie: cookie)
        let other = await appliance.signIn("ann@example.org", new)
        let sessions = try JSONTree(await appliance.browse(.get, "/api/account/sessions", cookie: other.cookie))
        let session = try #require(sessions["items"].list.first { $0["current"].truth == false }?["id"].text)
        try await calls.make(.delete, "/api/account/sessions/\(session)", cookie: other.cookie)
        try await calls.make(.delete, "/api/account/sessions", cookie: other.cookie)
        try await calls.make(.post, "/api/account/sign-out", cookie: other.cookie)
        let last = await appliance.signIn("ann@example.org", new)
        try await calls.make(.post, "/api/account/sign-out-everywhere", cookie: last.cookie)
    }
}

/// Makes calls that succeed, and sees whether they are noted.
private struct AuditedCalls {
    let appliance: TestAppliance
    /// Names of routes that left a row.
    private(set) var noted: Set<String> = []

    init(_ appliance: TestAppliance) { self.appliance = appliance }

    /// - Parameter cookie: of whoever asks as themselves; nil for the admin.
    @discardableResult
    mutating func make(
        _ method: Web.Method, _ target: String, _ body: String? = nil, cookie: String? = nil
    ) async throws -> JSONTree {
        let before = try await rowsCount()
        let answer =
            if let cookie {
                await appliance.browse(method, target, body, cookie: cookie)
            } else {
                await appliance.ask(method, target, body)
            }
        #expect((200..<300).contains(answer.status.code), "\(method.name) \(target): \(answer.text)")
        // What is only begun is noted when it is done.
        while answer.status == .accepted, appliance.app.backups.workshop.job != nil {
            try await Task.sleep(for: .milliseconds(1))
        }
        let after = try await rowsCount()
        if after == before {
            Issue.record("\(method.name) \(target) was not noted")
        } else if let route = route(method, target) {
            noted.insert(route)
        }
        return answer.text.isEmpty ? JSONTree(value: .null) : try JSONTree(answer)
    }

    /// As if its channel had refused it.
    func fail(_ delivery: String) async throws {
        _ = try await appliance.app.database.write { transaction throws(StorageError) in
            try transaction.run("UPDATE outbox SET state = 'failed' WHERE id = ?", .text(delivery))
        }
    }

    private func rowsCount() async throws -> Int64 {
        try await appliance.app.database.read { snapshot throws(StorageError) in
            try snapshot.first("SELECT COUNT(*) FROM audit", as: { $0.integer(0) }) ?? 0
        }
    }

    /// Of those that fit, the one that says most itself.
    private func route(_ method: Web.Method, _ target: String) -> String? {
        let parts = target.split(separator: "/")
        let fitting = appliance.app.summaries.filter { summary in
            let pattern = summary.pattern.split(separator: "/")
            return summary.method == method && pattern.count == parts.count
                && zip(pattern, parts).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
        }
        return fitting.min { $0.pattern.count { $0 == "{" } < $1.pattern.count { $0 == "{" } }?.name
    }
}
