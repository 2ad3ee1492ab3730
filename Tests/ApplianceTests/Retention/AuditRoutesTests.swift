import Foundation
import Storage
import Testing
import Web

@testable import Appliance

@Suite(.timeLimit(.minutes(1))) struct AuditRoutesTests {
    private static let entries = [
        AuditEntry(
            actorKind: .token, actor: "t1", actorName: "deploy", action: "channel.created", thing: "slack",
            address: "192.0.2.1", request: "r1", details: ["kind": "slack"]),
        AuditEntry(
            actorKind: .account, actor: "a1", actorName: "kim@example.org", action: "channel.deleted", thing: "slack",
            address: "192.0.2.2"),
        AuditEntry(
            actorKind: .token, actor: "t1", actorName: "deploy", action: "channels.counted", thing: "all",
            address: "192.0.2.1"),
        AuditEntry(actorKind: .program, action: "backup.made", thing: "=1+1, \"x\"\n"),
    ]

    /// Appended a second apart, from 1,000,000 on; without what the start itself noted.
    private func withLog(_ body: (TestAppliance) async throws -> Void) async throws {
        try await withAppliance { parley in
            try await parley.app.database.write { transaction throws(StorageError) in
                for (index, entry) in Self.entries.enumerated() {
                    try transaction.audit(entry, at: 1_000_000 + Int64(index) * 1_000)
                }
            }
            try await body(parley)
        }
    }

    private func actions(_ answer: Answer) -> [String] { answer.parsed["items"].items.compactMap { $0["action"].text } }

    @Test(
        "the newest first, as far as all that is named fits",
        arguments: [
            ("", [3, 2, 1, 0]), ("actor=t1", [2, 0]), ("actor=deploy", [2, 0]), ("actor=kim@example.org", [1]),
            ("action=channel.", [1, 0]), ("action=channel.created", [0]), ("action=channel", []),
            ("thing=slack", [1, 0]), ("thing=slack&actor=t1", [0]), ("address=192.0.2.1", [2, 0]),
            ("thing=slack&address=192.0.2.2&action=channel.", [1]), ("since=1970-01-01T00:16:41Z", [3, 2, 1]),
            ("since=1970-01-01T00:16:41Z&until=1970-01-01T00:16:42Z", [1]), ("limit=1&action=channel.", [1]),
        ])
    func filters(_ query: String, _ wanted: [Int]) async throws {
        try await withLog { parley in
            // What the start and the test's own calls note is of another time.
            let until = query.contains("until") ? "" : "&until=1970-01-02T00:00:00Z"
            let answer = await parley.ask(.get, "/api/admin/audit?\(query)\(until)")
            #expect(actions(answer) == wanted.map { Self.entries[$0].action })
        }
    }

    @Test("page by page everything comes once, whatever was appended meanwhile")
    func pages() async throws {
        try await withLog { parley in
            var found: [String] = [], after = ""
            repeat {
                let answer = await parley.ask(
                    .get, "/api/admin/audit?limit=1&until=1970-01-02T00:00:00Z" + (after.isEmpty ? "" : "&after=\(after)"))
                found += actions(answer)
                after = answer.parsed["next"].text ?? ""
                _ = await parley.ask(.post, "/api/admin/tokens", #"{"name":"t","scopes":["messages:send"]}"#)
            } while !after.isEmpty
            #expect(found == Self.entries.map(\.action).reversed())
            #expect(await parley.ask(.get, "/api/admin/audit?after=nonsense").fields == ["after"])
        }
    }

    @Test("a line has all that was noted, and nulls where nothing was")
    func line() async throws {
        try await withLog { parley in
            let items = await parley.ask(.get, "/api/admin/audit?until=1970-01-02T00:00:00Z").parsed["items"]
            #expect(items[3]["details"]["kind"].text == "slack" && items[3]["request"].text == "r1")
            #expect(items[3]["at"].text == "1970-01-01T00:16:40.000Z" && items[3]["actor_kind"].text == "token")
            #expect(items[0]["actor"].isNull && items[0]["address"].isNull && items[0]["actor_kind"].text == "program")
        }
    }

    @Test("the export is all of it with a seal, and no cell is a formula", arguments: ["ndjson", "csv"])
    func export(_ format: String) async throws {
        try await withLog { parley in
            let response = await parley.app.respond(
                to: Request(
                    .get, "/api/admin/audit/export?format=\(format)&until=1970-01-02T00:00:00Z",
                    headers: ["authorization": "Bearer \(TestAppliance.adminToken)"]))
            let text = String(decoding: try await response.collect(upTo: 1 << 20), as: UTF8.self)
            #expect(response.status == .ok && text.contains("backup.made") && text.contains("channel.created"))
            let mark = try #require(text.range(of: format == "csv" ? "# rows: 4 sha256: " : #"{"trailer":{"rows":4,"sha256":""#))
            let digest = text[mark.upperBound...].prefix(64)
            #expect(digest == SHA256.hex(of: Array(text[..<mark.lowerBound].utf8)))
            if format == "csv" { #expect(text.contains(#""'=1+1, ""x"""#)) }
        }
    }

    @Test("reading needs operations:read", arguments: ["/api/admin/audit", "/api/admin/audit/export"])
    func scopes(_ path: String) async throws {
        try await withAppliance { parley in
            let (other, right) = (try await parley.token("messages:read"), try await parley.token("operations:read"))
            #expect(await parley.ask(.get, path, token: other).status == .forbidden)
            #expect(await parley.ask(.get, path, token: right).status == .ok)
        }
    }

    @Test("no statement changes a line, and one deletes them")
    func appendOnly() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources")
        let files = try #require(FileManager.default.subpaths(atPath: sources.path)).filter { $0.hasSuffix(".swift") }
        var found: [String] = []
        for file in files {
            let text = try String(contentsOf: sources.appending(path: file), encoding: .utf8)
            for statement in ["UPDATE audit", "DELETE FROM audit", "REPLACE INTO audit"] where text.contains(statement) {
                found.append("\(statement) in \(file)")
            }
        }
        #expect(found == ["DELETE FROM audit in Appliance/Accounts/Audit/RetainedAudit.swift"])
    }
}
