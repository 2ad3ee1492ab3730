import Outbound
import Storage
import Testing
import Web

@testable import Appliance

@Suite(.timeLimit(.minutes(5))) struct AccountMailTests {
    /// Makes the channel for mails, paused: what is sent waits in the outbox.
    private func makeChannel(_ appliance: TestAppliance, kind: String = "email") async throws {
        try await appliance.app.database.write { transaction throws(StorageError) in
            let settings: [String: SettingValue] = [
                "smtp_url": .text("smtp://mail.test"), "from": .text("parley@example.org"),
                "to": .list(["team@example.org"]),
            ]
            try transaction.save(Channel(name: "email", kind: kind, settings: settings, paused: true), at: 0)
        }
    }

    private func payloads(_ appliance: TestAppliance) async throws -> [String] {
        try await appliance.app.database.read { snapshot throws(StorageError) in
            try snapshot.all("SELECT payload FROM outbox WHERE source = 'accounts' ORDER BY id") { $0.text(0) }
        }
    }

    private func ticket(in payload: String) throws -> String {
        let notice = try #require(Letter(payload))
        let line = try #require(notice.text.split(separator: "\n").first { $0.contains("/account#") })
        return String(try #require(line.split(separator: "=", maxSplits: 1).last))
    }

    /// What of a payload is looked at here.
    private struct Letter: Decodable {
        let to: String
        let text: String

        init?(_ payload: String) {
            guard case .object(let object)? = JSONValue(Array(payload.utf8)), case .text(let to)? = object["to"],
                case .text(let text)? = object["text"]
            else { return nil }
            self.to = to
            self.text = text
        }
    }

    private func request(_ appliance: TestAppliance, _ what: String, _ email: String) async -> Answer {
        await appliance.browse(.post, "/api/account/\(what)", #"{"email":"\#(email)"}"#)
    }

    @Test("an invitation is mailed to the person, in the transaction that makes the account")
    func invitation() async throws {
        try await withAppliance { appliance in
            try await makeChannel(appliance)
            let made = await appliance.ask(
                .post, "/api/admin/accounts", #"{"email":"Ann@Example.org","role":"host"}"#)
            #expect(made.text.contains(#""mailed":true"#))
            let payload = try #require(try await payloads(appliance).first)
            #expect(Letter(payload)?.to == "Ann@Example.org")
            #expect(try ticket(in: payload) == made.ticket)
            #expect(Notice(payload: payload) == nil, "no other kind of channel may read it")
        }
    }

    @Test("asking for a link is answered alike whoever asks, and only an account that may have one gets it")
    func resetRequest() async throws {
        try await withAppliance { appliance in
            try await makeChannel(appliance)
            _ = await appliance.join("ann@example.org")
            let (bob, _) = await appliance.join("bob@example.org")
            _ = await appliance.ask(.patch, "/api/admin/accounts/\(bob)", #"{"disabled":true}"#)
            let before = try await payloads(appliance).count
            for email in ["ann@example.org", "bob@example.org", "nobody@example.org"] {
                let answer = await request(appliance, "password/reset-request", email)
                #expect(answer.status == .accepted && answer.text.isEmpty)
            }
            let after = try await payloads(appliance)
            #expect(after.count == before + 1)
            let secret = try ticket(in: try #require(after.last))
            let done = await appliance.browse(
                .post, "/api/account/password/reset", #"{"ticket":"\#(secret)","password":"another horse battery"}"#)
            #expect(done.status == .ok)
            #expect(await appliance.signIn("ann@example.org", "another horse battery").status == .ok)
        }
    }

    @Test("nobody is sent more than three links an hour, and the earlier ones stay good")
    func flood() async throws {
        let clock = TestClock()
        try await withAppliance(now: clock.now) { appliance in
            try await makeChannel(appliance)
            _ = await appliance.join("ann@example.org")
            clock.move(AccountTicket.mailsWithin)
            let before = try await payloads(appliance).count
            for _ in 0..<5 { _ = await request(appliance, "password/reset-request", "ann@example.org") }
            let sent = try await payloads(appliance).dropFirst(before)
            #expect(sent.count == AccountTicket.mailsMax)
            #expect(await appliance.accept(try ticket(in: try #require(sent.first))).status == .ok)
        }
    }

    @Test("what a mail held is blanked when its link has been used, has expired, or the mail has ended")
    func blanked() async throws {
        let clock = TestClock()
        try await withAppliance(now: clock.now) { appliance in
            try await makeChannel(appliance)
            let (_, ticket) = await appliance.invite("ann@example.org")
            _ = await appliance.accept(ticket)
            #expect(try await payloads(appliance) == [""])
            _ = await appliance.invite("bob@example.org")
            clock.move(AccountTicket.Purpose.invitation.lifetime)
            try await appliance.app.accounts.keepHouse()
            #expect(try await payloads(appliance) == ["", ""])
            _ = await appliance.invite("cat@example.org")
            try await appliance.app.database.write { transaction throws(StorageError) in
                for change in try transaction.cancelWaiting(channel: "email", at: 0) {
                    try AccountMail.observer(transaction, change)
                }
            }
            #expect(try await payloads(appliance) == ["", "", ""])
        }
    }

    @Test("a channel of another kind gets no letters")
    func otherKind() async throws {
        try await withAppliance { appliance in
            try await makeChannel(appliance, kind: "log")
            let made = await appliance.ask(.post, "/api/admin/accounts", #"{"email":"a@b.c","role":"host"}"#)
            #expect(made.text.contains(#""mailed":false"#))
            #expect(try await payloads(appliance).isEmpty)
        }
    }

    @Test("signing up makes an account of a player once the address is proved, and tells nobody of one there is")
    func signUp() async throws {
        try await withAppliance { appliance in
            try await makeChannel(appliance)
            #expect(await request(appliance, "sign-up", "new@example.org").status == .accepted)
            #expect(await appliance.ask(.get, "/api/admin/accounts").ids.isEmpty)
            let secret = try ticket(in: try #require(try await payloads(appliance).first))
            let accepted = await appliance.accept(secret)
            #expect(accepted.status == .ok && accepted.text.contains(#""role":"player""#))
            #expect(await request(appliance, "sign-up", "new@example.org").status == .accepted)
            #expect(try await payloads(appliance).last?.contains("#reset=") == true)
            #expect(await request(appliance, "sign-up", "no address").fields == ["email"])
        }
    }

    @Test("once sign-up is turned off, nobody asks for it, and links of before make no account")
    func signUpTurnedOff() async throws {
        let before = try await TestAppliance.start()
        try await makeChannel(before)
        #expect(await request(before, "sign-up", "new@example.org").status == .accepted)
        let secret = try ticket(in: try #require(try await payloads(before).first))
        let invited = await before.invite("guest@example.org")
        let after = try await TestAppliance.start(letsSignUp: false, in: await before.leave())
        #expect(await request(after, "sign-up", "new@example.org").json["code"] == "account.sign_up_off")
        #expect(await after.accept(secret).json["code"] == "account.sign_up_off")
        #expect(await after.ask(.get, "/api/admin/accounts").ids == [invited.id])
        #expect(await after.accept(invited.ticket).status == .ok)
        await after.stop()
    }

    @Test("without a channel nobody can sign up, and is told so")
    func noMail() async throws {
        try await withAppliance { appliance in
            #expect(await request(appliance, "sign-up", "new@example.org").json["code"] == "account.no_mail")
            #expect(await request(appliance, "password/reset-request", "new@example.org").status == .accepted)
            _ = await appliance.join("ann@example.org")
            let known = await request(appliance, "sign-up", "ann@example.org")
            #expect(known.json["code"] == "account.no_mail", "nor does that tell who has an account")
        }
    }

    @Test("one network may ask for so many sign-ups a day, known addresses or not; others may go on")
    func signUpsPerDay() async throws {
        let clock = TestClock()
        try await withAppliance(now: clock.now) { appliance in
            try await makeChannel(appliance)
            func signUp(_ name: String, _ peer: String) async -> Status {
                await appliance.browse(
                    .post, "/api/account/sign-up", #"{"email":"\#(name)@example.org"}"#, peer: peer
                ).status
            }
            for index in 0..<AccountTicket.signUpsPerDay {
                #expect(await signUp("\(index)", "192.0.2.1") == .accepted)
            }
            #expect(await signUp("0", "192.0.2.1") == 429)
            #expect(await signUp("new", "192.0.2.1") == 429)
            #expect(await signUp("new", "192.0.2.2") == .accepted)
            clock.move(Timestamp.hours(24))
            #expect(await signUp("new2", "192.0.2.1") == .accepted)
        }
    }
}
