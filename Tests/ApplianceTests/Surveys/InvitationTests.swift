import Testing
import Web

@testable import Appliance

@Suite(.timeLimit(.minutes(5))) struct InvitationTests {
    private static let invited = Definition.survey(
        #""access":"invited""#, questions: Definition.text("one"), Definition.text("two"))

    private func invited(_ body: (Parlour) async throws -> Void) async throws {
        try await withParlour { parlour in
            await parlour.publish("s", Self.invited)
            await parlour.publish("other", Self.invited)
            try await body(parlour)
        }
    }

    @Test("an invitation opens the survey for its customer, and goes on with it from wherever it is opened again")
    func opens() async throws {
        try await invited { parlour in
            let invitation = try await parlour.invitation(to: "s", for: "john")
            let client = try await PostClient(parlour, "s", #"{"invitation":"\#(invitation)"}"#)
            await client.say("first")
            let chat = try await parlour.chat("s", "invitation=\(invitation)")
            #expect(chat.token == client.token)
            #expect(await chat.next()["seq"].number == 2)
            #expect(await chat.say("second")["type"].text == "end")
            // Another invitation of the same customer is for the same session.
            parlour.now += Timestamp.hours(1)
            let second = try await parlour.invitation(to: "s", for: "john")
            #expect(second != invitation)
            let ended = await parlour.ask(.post, "/api/surveys/s/sessions", #"{"invitation":"\#(second)"}"#)
            #expect(ended.status == .ok && ended.parsed["status"].text == "completed" && ended.parsed["session"].isNull)
        }
    }

    @Test("without an invitation nobody gets in", arguments: ["{}", #"{"customer":"john"}"#])
    func needed(_ wish: String) async throws {
        try await invited { parlour in
            let answer = await parlour.ask(.post, "/api/surveys/s/sessions", wish)
            #expect(answer.status == .forbidden && answer.json["code"] == "invitation.needed")
            #expect(await parlour.refusal("s", wish == "{}" ? "" : "customer=john") == .forbidden)
            let count = try await parlour.sessionCount()
            #expect(count == 0)
        }
    }

    @Test("an invitation that was changed anywhere, cut, or made for another survey is refused")
    func forged() async throws {
        try await invited { parlour in
            let invitation = try await parlour.invitation(to: "s", for: "john")
            let bytes = Array(invitation.utf8)
            var forgeries = [0, 1, bytes.count / 2, bytes.count - 33].map { String(invitation.prefix($0)) }
            forgeries += [invitation + "0", "." + invitation, invitation.uppercased()]
            forgeries.append(try await parlour.invitation(to: "other", for: "john"))
            forgeries.append(try await PostClient(parlour, "ice-cream").token)
            for index in bytes.indices {
                var other = bytes
                other[index] = other[index] == UInt8(ascii: "a") ? UInt8(ascii: "b") : UInt8(ascii: "a")
                forgeries.append(String(decoding: other, as: UTF8.self))
            }
            for forgery in forgeries where !forgery.isEmpty {
                let answer = await parlour.ask(.post, "/api/surveys/s/sessions", #"{"invitation":"\#(forgery)"}"#)
                #expect(answer.status == .forbidden && answer.json["code"] == "invitation.invalid", "\(forgery)")
            }
            #expect(await parlour.refusal("s", "invitation=\(bytes.count)") == .forbidden)
        }
    }

    @Test("an invitation ends with its time; who holds the session's token goes on")
    func expires() async throws {
        try await invited { parlour in
            let invitation = try await parlour.invitation(to: "s", for: "john", days: 2)
            let client = try await PostClient(parlour, "s", #"{"invitation":"\#(invitation)"}"#)
            parlour.now += Timestamp.hours(48) - 1
            #expect(await parlour.refusal("s", "invitation=\(invitation)") == nil)
            parlour.now += 1
            let answer = await parlour.ask(.post, "/api/surveys/s/sessions", #"{"invitation":"\#(invitation)"}"#)
            #expect(answer.status == .forbidden && answer.json["code"] == "invitation.expired")
            #expect(await client.say("first").status == .ok)
        }
    }

    @Test("invitations stay good when the program is started again")
    func restart() async throws {
        try await invited { parlour in
            let invitation = try await parlour.invitation(to: "s", for: "john")
            let client = try await PostClient(parlour, "s", #"{"invitation":"\#(invitation)"}"#)
            try await parlour.restart()
            #expect(try await PostClient(parlour, "s", #"{"invitation":"\#(invitation)"}"#).token == client.token)
        }
    }

    @Test("where naming a customer is enough to begin, it still does not open what an invitation has opened")
    func notByName() async throws {
        try await withParlour { parlour in
            let invitation = try await parlour.invitation(to: "ice-cream", for: "john")
            let client = try await PostClient(parlour, "ice-cream", #"{"invitation":"\#(invitation)"}"#)
            for ends in [false, true] {
                let named = await parlour.ask(.post, "/api/surveys/ice-cream/sessions", #"{"customer":"john"}"#)
                #expect(named.status == .forbidden && named.json["code"] == "invitation.needed", "\(ends)")
                #expect(await parlour.refusal("ice-cream", "customer=john") == .forbidden)
                await client.say("1")
                await client.say("no")
            }
        }
    }

    @Test("from when its customer comes with an invitation, a session begun by name needs it too")
    func nowInvited() async throws {
        try await withParlour { parlour in
            let named = try await parlour.chat("ice-cream", "customer=john")
            #expect(await named.next()["seq"].number == 1)
            let invitation = try await parlour.invitation(to: "ice-cream", for: "john")
            let invited = try await PostClient(parlour, "ice-cream", #"{"invitation":"\#(invitation)"}"#)
            #expect(invited.begun["seq"].number == 1, "the same session goes on")
            #expect(await named.rest().code == .policyViolation, "whoever only named them is left out")
            await invited.say("2")
            await invited.say("in confidence")
            for token in [named.token, "\(invited.token.prefix(36)).00"] {
                let outsider = PostClient(parlour, token: token)
                #expect(await outsider.read()["code"].text == "session.unknown")
                #expect(await outsider.say("1").status == .notFound)
            }
            #expect(await invited.read()["messages"].items.count == 3)
            #expect(await parlour.refusal("ice-cream", "session=\(named.token)") == .notFound)
            #expect(await parlour.refusal("ice-cream", "customer=john") == .forbidden)
        }
    }

    @Test(
        "whom nobody can invite is named",
        arguments: [
            (#"{"customers":[]}"#, "customers"), (#"{"customers":["a/b"]}"#, "customers"), ("{}", "customers"),
            (#"{"customers":["a"],"days":0}"#, "days"), (#"{"customers":["a"],"days":3651}"#, "days"),
        ])
    func drafts(_ body: String, _ field: String) async throws {
        try await invited { parlour in
            let answer = await parlour.askTeam(.post, "/api/surveys/s/invitations", body)
            #expect(answer.status == .unprocessable && answer.fields == [field])
            let nowhere = await parlour.askTeam(.post, "/api/surveys/x/invitations", #"{"customers":["a"]}"#)
            #expect(nowhere.status == .notFound)
        }
    }

    @Test("whoever bears the longest of names, or one with odd signs, can be invited", arguments: [
        String(repeating: "客", count: 128), "a b+c&d=é", "..x", String(repeating: "x", count: 128),
    ])
    func names(_ customer: String) async throws {
        try await invited { parlour in
            let invitation = try await parlour.invitation(to: "s", for: customer)
            let chat = try await parlour.chat("s", "invitation=\(invitation)")
            _ = await chat.next()
            let list = await parlour.askTeam(.get, "/api/surveys/s/sessions").parsed
            #expect(list["items"][0]["customer"].text == customer && list["items"][0]["opening"].text == "invited")
        }
    }
}
