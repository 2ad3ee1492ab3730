import FoundationEssentials
import Storage
import Testing
import Web

@testable import Appliance

@Suite(.timeLimit(.minutes(2))) struct BackupRoutesTests {
    @Test("a backup is asked for, watched, verified, and is the last that cannot be deleted")
    func onDemand() async throws {
        try await withAppliance { appliance in
            #expect(await appliance.ask(.get, "/api/admin/backups").text == #"{"items":[]}"#)
            let made = await appliance.ask(.post, "/api/admin/backups")
            #expect(made.status == .accepted && made.json["state"] == "making")
            let path = try #require(made.headers["location"])
            let good = await appliance.eventually(.get, path) { $0.json["state"] == "good" && !$0.text.contains("progress") }
            #expect(good.text.contains(#""sha256":"#) && good.text.contains(#""audit":"#))
            let verifying = await appliance.ask(.post, "\(path)/verify")
            #expect(verifying.status == .accepted)
            let verified = await appliance.eventually(.get, path) { !$0.text.contains("progress") }
            #expect(verified.json["state"] == "good")
            let refused = await appliance.ask(.delete, path)
            #expect(refused.status == .conflict && refused.text.contains("backup.last_good"))
            let second = await appliance.ask(.post, "/api/admin/backups")
            _ = await appliance.eventually(.get, second.headers["location"] ?? "") {
                $0.json["state"] == "good" && !$0.text.contains("progress")
            }
            #expect(await appliance.ask(.delete, path).status == .noContent)
            #expect(await appliance.ask(.get, path).status == .notFound)
            #expect(await appliance.ask(.delete, path).status == .notFound)
        }
    }

    @Test("only one runs at a time")
    func oneAtATime() async throws {
        try await withAppliance { appliance in
            let job = try #require(appliance.app.backups.workshop.begin(.making, BackupFolder.name(at: 1)))
            for (method, path) in [(Method.post, ""), (.post, "/x/verify")] {
                let answer = await appliance.ask(method, "/api/admin/backups\(path)")
                #expect(answer.status == (path.isEmpty ? .conflict : .notFound))
            }
            let listed = await appliance.ask(.get, "/api/admin/backups")
            #expect(listed.text.contains(#""state":"making""#) && listed.text.contains(job.backup))
        }
    }

    @Test("of two good backups that are deleted at once, one stays")
    func deletedAtOnce() async throws {
        try await withAppliance { appliance in
            for _ in 0..<5 {
                var paths: [String] = []
                while paths.count < 2 {
                    let made = await appliance.ask(.post, "/api/admin/backups")
                    let path = try #require(made.headers["location"], "\(made.text)")
                    _ = await appliance.eventually(.get, path) { !$0.text.contains("progress") }
                    paths = (await appliance.ask(.get, "/api/admin/backups")).names.map { "/api/admin/backups/\($0)" }
                }
                let (one, other) = (paths[0], paths[1])
                async let first = appliance.ask(.delete, one)
                async let second = appliance.ask(.delete, other)
                let answers = await [first, second]
                #expect(answers.count { $0.status == .noContent } == 1, "\(answers.map(\.text))")
                #expect(answers.allSatisfy { [.noContent, .conflict].contains($0.status) })
                #expect(await appliance.ask(.get, "/api/admin/backups").names.count == 1)
            }
        }
    }

    @Test("the same backup is deleted once, however many ask at once")
    func deletedTwice() async throws {
        try await withAppliance { appliance in
            for _ in 0..<2 {
                let path = try #require(await appliance.ask(.post, "/api/admin/backups").headers["location"])
                _ = await appliance.eventually(.get, path) { !$0.text.contains("progress") }
            }
            let name = try #require(await appliance.ask(.get, "/api/admin/backups").names.last)
            async let first = appliance.ask(.delete, "/api/admin/backups/\(name)")
            async let second = appliance.ask(.delete, "/api/admin/backups/\(name)")
            let statuses = await [first.status, second.status]
            #expect(statuses.count { $0 == .noContent } == 1, "\(statuses)")
            let audit = await appliance.ask(.get, "/api/admin/audit?action=backup.deleted").text
            #expect(audit.split(separator: #""action":"backup.deleted""#, omittingEmptySubsequences: false).count == 2)
        }
    }

    @Test("nothing is deleted while a backup is tried out, and the API says what is done")
    func deletedMeanwhile() async throws {
        try await withAppliance { appliance in
            let made = await appliance.ask(.post, "/api/admin/backups")
            let path = try #require(made.headers["location"])
            _ = await appliance.eventually(.get, path) { !$0.text.contains("progress") }
            let workshop = appliance.app.backups.workshop
            let name = try #require(path.split(separator: "/").last)
            _ = try #require(workshop.begin(.removing, String(name)))
            let answer = await appliance.ask(.delete, path)
            #expect(answer.status == .conflict && answer.text.contains("backup.running"))
            #expect(await appliance.ask(.get, path).text.contains(#""work":"removing""#))
            let schema = await appliance.ask(.get, "/openapi.json").text
            #expect(schema.contains(#"["making","verifying","drilling","removing"]"#))
        }
    }

    @Test("who may only read makes, verifies and deletes nothing")
    func scopes() async throws {
        try await withAppliance { appliance in
            let reader = try await appliance.token("operations:read")
            #expect(await appliance.ask(.get, "/api/admin/backups", token: reader).status == .ok)
            #expect(await appliance.ask(.post, "/api/admin/backups", token: reader).status == .forbidden)
            #expect(await appliance.ask(.delete, "/api/admin/backups/x", token: reader).status == .forbidden)
            #expect(await appliance.ask(.post, "/api/admin/backups/x/verify", token: reader).status == .forbidden)
        }
    }
}

extension Answer {
    /// Of what a list holds.
    fileprivate var names: [String] {
        struct List: Decodable { struct Item: Decodable { let name: String }; let items: [Item] }
        return (try? JSONDecoder().decode(List.self, from: Data(text.utf8)))?.items.map(\.name) ?? []
    }
}
