import Storage
import Synchronization
import Web

@testable import Appliance

/// A clock that stands until it is moved.
final class TestClock: Sendable {
    private let time = Mutex<Int64>(1_800_000_000_000)

    var now: WallClock { { [self] in time.withLock { $0 } } }

    func move(_ milliseconds: Int64) { time.withLock { $0 += milliseconds } }
}

/// What people do with accounts, in few words.
extension TestAppliance {
    static let password = "correct horse battery"

    /// Asks from a browser that shows a page of ours, or of the site named.
    func browse(
        _ method: Method, _ target: String, _ json: String? = nil, cookie: String? = nil,
        origin: String? = "https://parley.test", peer: String = "127.0.0.1"
    ) async -> Answer {
        var headers: Headers = ["host": "parley.test"]
        if let cookie { headers.add("cookie", cookie) }
        if let origin { headers.add("origin", origin) }
        let body = Array((json ?? "").utf8)
        return Answer(await app.respond(to: Request(method, target, headers: headers, body: body, peer: peer)))
    }

    /// Invites somebody and returns their account's id and the ticket of the link.
    func invite(_ email: String, _ role: Role = .player) async -> (id: String, ticket: String) {
        let answer = await ask(.post, "/api/admin/accounts", #"{"email":"\#(email)","role":"\#(role.rawValue)"}"#)
        let id = answer.headers["location"]?.split(separator: "/").last.map(String.init) ?? ""
        return (id, answer.ticket)
    }

    /// Chooses a password by a ticket.
    func accept(_ ticket: String, _ password: String = password, as carrier: String = "cookie") async -> Answer {
        await browse(
            .post, "/api/account/invitation",
            #"{"ticket":"\#(ticket)","password":"\#(password)","as":"\#(carrier)"}"#)
    }

    /// An account that is in use, and the cookie it is signed in with.
    func join(_ email: String, _ role: Role = .player) async -> (id: String, cookie: String) {
        let (id, ticket) = await invite(email, role)
        return (id, await accept(ticket).cookie)
    }

    func signIn(
        _ email: String, _ password: String = password, as carrier: String = "cookie", cookie: String? = nil,
        peer: String = "127.0.0.1"
    ) async -> Answer {
        await browse(
            .post, "/api/account/sign-in",
            #"{"email":"\#(email)","password":"\#(password)","as":"\#(carrier)"}"#, cookie: cookie, peer: peer)
    }

    /// What of the audit log one action wrote, the oldest first.
    func audited(_ action: String) async throws -> [String] {
        try await app.database.read { snapshot throws(StorageError) in
            try snapshot.all("SELECT thing FROM audit WHERE action = ? ORDER BY id", .text(action)) { row in
                row.optionalText(0) ?? "-"
            }
        }
    }
}

extension Answer {
    /// The pairs of the cookies that it sets, as a browser sends them back.
    var cookie: String {
        headers[all: "set-cookie"].compactMap { $0.split(separator: ";").first.map(String.init) }
            .joined(separator: "; ")
    }

    /// What stands behind the `=` of a link.
    var ticket: String { json["link"]?.split(separator: "=", maxSplits: 1).last.map(String.init) ?? "" }
}
