import FoundationEssentials
import Storage
import Testing
import Web

@testable import Appliance

@Suite(.timeLimit(.minutes(1))) struct AnalyticsOfChatTests {
    private func say(_ parley: TestAppliance, _ session: String, _ text: String) async {
        let answer = await parley.ask(.post, "/api/sessions/\(session)/answers", #"{"text":"\#(text)"}"#, token: nil)
        #expect(answer.status == .ok, "\(answer.text)")
    }

    private func figures(_ parley: TestAppliance) async -> String {
        await parley.ask(.get, "/api/surveys/ice-cream/analytics").text
    }

    private func export(_ parley: TestAppliance, _ query: String = "") async throws -> [String] {
        let response = await parley.app.respond(
            to: Request(
                .get, "/api/surveys/ice-cream/export?format=csv\(query)",
                headers: ["authorization": "Bearer \(TestAppliance.adminToken)"]))
        let bytes = try await response.collect(upTo: 1 << 20)
        return String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").map(String.init)
    }

    @Test("a conversation is counted and exported, and erasing its customer leaves nothing of it")
    func conversation() async throws {
        try await withAppliance { parley in
            let begun = await parley.ask(
                .post, "/api/surveys/ice-cream/sessions", #"{"customer":"john"}"#, token: nil)
            let session = try #require(begun.json["session"])
            #expect(await figures(parley).contains(#""completed":0,"completion_rate":0,"in_progress":1"#))
            await say(parley, session, "2")
            #expect(await figures(parley).contains(#"{"count":1,"label":"Chocolate","share":1,"value":"chocolate"}"#))
            await say(parley, session, "back")
            await say(parley, session, "Vanilla")
            let changed = await figures(parley)
            #expect(changed.contains(#"{"count":1,"label":"Vanilla","share":1,"value":"vanilla"}"#))
            #expect(changed.contains(#"{"count":0,"label":"Chocolate","share":0,"value":"chocolate"}"#))
            #expect(try await export(parley).count == 2)
            #expect(try await export(parley, "&status=all").count == 3)
            await say(parley, session, "No, thank you.")
            let done = await figures(parley)
            #expect(done.contains(#""completed":1,"completion_rate":1,"in_progress":0,"median_seconds":"#))
            #expect(done.contains(#""reached":1,"skipped":1"#))
            let lines = try await export(parley)
            #expect(lines.count == 3 && lines[1].contains(",1,john,en,completed,") && lines[1].hasSuffix(",vanilla,"))
            let erased = await parley.ask(.delete, "/api/customers/john")
            #expect(erased.status == .ok || erased.status == .noContent)
            #expect(await figures(parley).contains(#""started":0,"survey""#))
            #expect(try await export(parley, "&status=all").count == 2)
        }
    }
}
