import Storage
import Testing
import Web

@testable import Appliance

@Suite(.timeLimit(.minutes(5))) struct AccountTests {
    @Test("an invitation opens an account once, and its cookie shows whose it is")
    func invitation() async throws {
        try await withAppliance { appliance in
            let made = await appliance.ask(
                .post, "/api/admin/accounts", #"{"email":"Ann@Example.org","role":"editor","name":"Ann"}"#)
            #expect(made.status == .created && made.text.contains(#""state":"invited""#))
            #expect(made.json["link"]?.hasPrefix("https://parley.test/account#invitation=parley_") == true)
            #expect(made.text.contains(#""mailed":false"#), "there is no channel for mail")

            let accepted = await appliance.accept(made.ticket)
            #expect(accepted.status == .ok && accepted.headers["cache-control"] == "no-store")
            #expect(accepted.cookie.hasPrefix("__Host-parley=parley_"))
            #expect(!accepted.text.contains("parley_"), "the secret is in the cookie alone")
            let me = await appliance.browse(.get, "/api/account", cookie: accepted.cookie)
            #expect(me.json["email"] == "Ann@Example.org" && me.json["role"] == "editor" && me.json["name"] == "Ann")
            #expect(me.text.contains(#""current":true"#) && me.text.contains("surveys:write"))

            #expect(await appliance.accept(made.ticket).fields == ["ticket"])
            let created = try await appliance.audited("account.created")
            #expect(created.count == 1)
            let acceptances = try await appliance.audited("account.accepted")
            #expect(acceptances.count == 1)
        }
    }

    @Test("signing in takes the address as people type it, and answers a secret where one is asked for")
    func signIn() async throws {
        try await withAppliance { appliance in
            _ = await appliance.join("ann@example.org")
            let bearer = await appliance.signIn("ANN@example.ORG", as: "bearer")
            #expect(bearer.status == .ok && bearer.cookie.isEmpty)
            let secret = try #require(bearer.json["secret"])
            #expect(await appliance.ask(.get, "/api/account", token: secret).json["email"] == "ann@example.org")
            #expect(await appliance.ask(.post, "/api/account/sign-out", token: secret).status == .noContent)
            #expect(await appliance.ask(.get, "/api/account", token: secret).status == 401)
        }
    }

    @Test("unknown, wrong, disabled and without a password are answered the same after the same work")
    func alike() async throws {
        try await withAppliance { appliance in
            _ = await appliance.join("ann@example.org")
            let (disabled, _) = await appliance.join("bob@example.org")
            _ = await appliance.ask(.patch, "/api/admin/accounts/\(disabled)", #"{"disabled":true}"#)
            _ = await appliance.invite("new@example.org")
            var answers: Set<String> = []
            let queue = appliance.app.accounts.passwords.queue
            for (email, password) in [
                ("ann@example.org", "wrong horse battery"), ("bob@example.org", TestAppliance.password),
                ("new@example.org", ""), ("new@example.org", "x"), ("nobody@example.org", "x"),
                ("no address", "x"),
            ] {
                let before = queue.derived
                let answer = await appliance.signIn(email, password.isEmpty ? " x" : password)
                #expect(answer.status == 401 && answer.cookie.isEmpty)
                #expect(queue.derived == before + 1, "\(email)")
                answers.insert(answer.text)
            }
            #expect(answers.count == 1)
            let failures = try await appliance.audited("sign_in.failed")
            #expect(failures.count == 1, "one a minute from one address")
        }
    }

    @Test("too many failures make everybody wait but the owner on a device of theirs, who may also have a link")
    func delayed() async throws {
        let clock = TestClock()
        try await withAppliance(now: clock.now) { appliance in
            let (id, cookie) = await appliance.join("ann@example.org")
            for index in 0..<4 {
                #expect(await appliance.signIn("ann@example.org", "wrong", peer: "192.0.2.\(index)").status == 401)
            }
            let refused = await appliance.signIn("ann@example.org", peer: "192.0.2.99")
            #expect(refused.status == 429 && refused.headers["retry-after"] == "60")
            #expect(refused.json["code"] == "account.sign_in_delayed")
            // The mark stays after the session is gone.
            #expect(await appliance.browse(.post, "/api/account/sign-out", cookie: cookie).status == .noContent)
            #expect(await appliance.signIn("ann@example.org", cookie: cookie, peer: "192.0.2.98").status == .ok)
            #expect(await appliance.signIn("bob@example.org", "x", cookie: cookie, peer: "192.0.2.98").status == 401)
            #expect(await appliance.signIn("ann@example.org", peer: "192.0.2.99").status == 429)

            let link = await appliance.ask(.post, "/api/admin/accounts/\(id)/reset").ticket
            #expect(await appliance.accept(link, "another horse battery").status == .ok)
            #expect(await appliance.signIn("ann@example.org", "another horse battery").status == .ok)
            for _ in 0..<5 { _ = await appliance.signIn("nobody@example.org", "x") }
            #expect(await appliance.signIn("nobody@example.org", "x").status == 429, "unknown ones alike")
            clock.move(60_000)
            #expect(await appliance.signIn("nobody@example.org", "x").status == 401)
        }
    }

    @Test("a device is known no more once the password was changed elsewhere; where it was changed, it is known anew")
    func marksEnd() async throws {
        try await withAppliance { appliance in
            let (_, here) = await appliance.join("ann@example.org")
            let there = await appliance.signIn("ann@example.org").cookie
            let changed = await appliance.browse(
                .post, "/api/account/password",
                #"{"old":"\#(TestAppliance.password)","new":"another horse battery"}"#, cookie: here)
            #expect(changed.cookie.hasPrefix("__Host-parley-device="))
            for index in 0..<4 { _ = await appliance.signIn("ann@example.org", "wrong", peer: "192.0.2.\(index)") }
            func signIn(_ cookie: String) async -> Answer {
                await appliance.signIn("ann@example.org", "another horse battery", cookie: cookie, peer: "192.0.2.99")
            }
            #expect(await signIn(there).status == 429)
            #expect(await signIn(here).status == 429)
            #expect(await signIn(changed.cookie).status == .ok)
        }
    }

    @Test("what a role may not do is refused, and a change of role holds from the next call on")
    func roles() async throws {
        try await withAppliance { appliance in
            let (id, cookie) = await appliance.join("ann@example.org", .viewer)
            #expect(await appliance.browse(.get, "/api/surveys", cookie: cookie).status == .ok)
            #expect(await appliance.browse(.get, "/api/admin/accounts", cookie: cookie).status == 403)
            _ = await appliance.ask(.patch, "/api/admin/accounts/\(id)", #"{"role":"player"}"#)
            #expect(await appliance.browse(.get, "/api/surveys", cookie: cookie).status == 403)
            _ = await appliance.ask(.patch, "/api/admin/accounts/\(id)", #"{"role":"admin"}"#)
            #expect(await appliance.browse(.get, "/api/admin/accounts", cookie: cookie).status == .ok)
            let changes = try await appliance.audited("account.role_changed")
            #expect(changes == [id, id])
        }
    }

    @Test("a call with the cookie that another site sent is refused; nothing happens")
    func crossSite() async throws {
        try await withAppliance { appliance in
            let (_, cookie) = await appliance.join("ann@example.org", .admin)
            for origin in ["https://evil.test", "null", nil] {
                let refused = await appliance.browse(
                    .post, "/api/admin/accounts", #"{"email":"x@y.z","role":"admin"}"#, cookie: cookie, origin: origin)
                #expect(refused.status == 403 && refused.json["code"] == "auth.cross_site")
            }
            let signIn = await appliance.browse(
                .post, "/api/account/sign-in", #"{"email":"ann@example.org","password":"\#(TestAppliance.password)"}"#,
                origin: "https://evil.test")
            #expect(signIn.status == 403 && signIn.cookie.isEmpty)
            #expect(await appliance.ask(.get, "/api/admin/accounts").ids.count == 1)
        }
    }

    @Test(
        "sessions end at once: signed out, signed out by an admin, disabled, deleted, password changed",
        arguments: ["own", "everywhere", "others", "admin", "disabled", "deleted", "reset"])
    func ended(_ way: String) async throws {
        try await withAppliance { appliance in
            let (id, first) = await appliance.join("ann@example.org")
            let second = await appliance.signIn("ann@example.org").cookie
            let account = "/api/admin/accounts/\(id)"
            switch way {
            case "own": _ = await appliance.browse(.post, "/api/account/sign-out", cookie: first)
            case "everywhere": _ = await appliance.browse(.post, "/api/account/sign-out-everywhere", cookie: second)
            case "others": _ = await appliance.browse(.delete, "/api/account/sessions", cookie: second)
            case "admin": _ = await appliance.ask(.post, "\(account)/sign-out")
            case "disabled": _ = await appliance.ask(.patch, account, #"{"disabled":true}"#)
            case "deleted": #expect(await appliance.ask(.delete, account).text.contains(#""account":1"#))
            default: _ = await appliance.accept(await appliance.ask(.post, "\(account)/reset").ticket)
            }
            #expect(await appliance.browse(.get, "/api/account", cookie: first).status == 401)
            let stays = ["own", "others"].contains(way)
            #expect(await appliance.browse(.get, "/api/account", cookie: second).status == (stays ? .ok : 401))
            #expect(appliance.app.gate.attendance.count == (stays || way == "reset" ? 1 : 0))
        }
    }

    @Test("an account has so many sessions at most: the one used longest ago ends")
    func sessionsMax() async throws {
        let clock = TestClock()
        try await withAppliance(now: clock.now) { appliance in
            let (_, first) = await appliance.join("ann@example.org")
            var last = ""
            for _ in 0..<AccountSession.countMax {
                clock.move(1)
                last = await appliance.signIn("ann@example.org").cookie
            }
            #expect(await appliance.browse(.get, "/api/account", cookie: first).status == 401)
            let sessions = await appliance.browse(.get, "/api/account/sessions", cookie: last)
            #expect(sessions.ids.count == AccountSession.countMax)
            let end = "/api/account/sessions/\(sessions.ids[3])"
            #expect(await appliance.browse(.delete, end, cookie: last).status == .noContent)
            #expect(await appliance.browse(.delete, end, cookie: last).status == 404)
        }
    }

    @Test("a session ends after 30 days without use and 90 in all, in memory and on disk")
    func lifetime() async throws {
        let clock = TestClock()
        try await withAppliance(now: clock.now) { appliance in
            let (_, cookie) = await appliance.join("ann@example.org")
            let other = await appliance.signIn("ann@example.org").cookie
            let days = Timestamp.hours(24)
            for _ in 0..<3 {
                clock.move(29 * days)
                #expect(await appliance.browse(.get, "/api/account", cookie: cookie).status == .ok)
                try await appliance.app.accounts.keepHouse()
            }
            #expect(await appliance.browse(.get, "/api/account", cookie: other).status == 401)
            // What a restart would read.
            let standings = try await appliance.app.database.read { snapshot throws(StorageError) in
                try snapshot.accountStandings()
            }
            #expect(standings.first?.sessions.map(\.usedAt.milliseconds) == [clock.now()])
            clock.move(3 * days)
            #expect(await appliance.browse(.get, "/api/account", cookie: cookie).status == 401)
            try await appliance.app.accounts.keepHouse()
            #expect(appliance.app.gate.attendance.count == 0)
        }
    }

    @Test("a password is changed by the old one, ends the other sessions, and must be good")
    func passwordChange() async throws {
        try await withAppliance { appliance in
            let (_, cookie) = await appliance.join("ann@example.org")
            let other = await appliance.signIn("ann@example.org").cookie
            func change(_ old: String, _ new: String) async -> Answer {
                await appliance.browse(
                    .post, "/api/account/password", #"{"old":"\#(old)","new":"\#(new)"}"#, cookie: cookie)
            }
            #expect(await change("wrong", "another horse battery").json["code"] == "account.password_wrong")
            #expect(await change(TestAppliance.password, "short").fields == ["new"])
            #expect(await change(TestAppliance.password, "another horse battery").status == .noContent)
            #expect(await appliance.browse(.get, "/api/account", cookie: cookie).status == .ok)
            #expect(await appliance.browse(.get, "/api/account", cookie: other).status == 401)
            #expect(await appliance.signIn("ann@example.org").status == 401)
            #expect(await appliance.signIn("ann@example.org", "another horse battery").status == .ok)
        }
    }

    @Test("a link for a new password is good once, for a while, and not after the password was changed")
    func reset() async throws {
        let clock = TestClock()
        try await withAppliance(now: clock.now) { appliance in
            let (id, _) = await appliance.join("ann@example.org")
            func link() async -> String { await appliance.ask(.post, "/api/admin/accounts/\(id)/reset").ticket }
            let late = await link()
            clock.move(AccountTicket.Purpose.reset.lifetime)
            #expect(await appliance.accept(late).fields == ["ticket"])
            let first = await link(), second = await link()
            #expect(await appliance.accept(first).status == .ok)
            #expect(await appliance.accept(second).fields == ["ticket"], "one was used: the others end")
            try await appliance.app.accounts.keepHouse()
            #expect(await appliance.accept("parley_guessed").fields == ["ticket"])
        }
    }

    @Test("tickets that are not good cost no work")
    func cheapRefusal() async throws {
        try await withAppliance { appliance in
            let before = appliance.app.accounts.passwords.queue.derived
            _ = await appliance.accept("parley_guessed")
            #expect(appliance.app.accounts.passwords.queue.derived == before)
        }
    }

    @Test("the last admin cannot go while no token could administer either")
    func lastAdmin() async throws {
        try await withAppliance { appliance in
            let (id, cookie) = await appliance.join("ann@example.org", .admin)
            let token = try #require(await appliance.ask(.get, "/api/admin/tokens").ids.first)
            #expect(await appliance.ask(.delete, "/api/admin/tokens/\(token)").status == .noContent)
            let account = "/api/admin/accounts/\(id)"
            for change in [#"{"role":"host"}"#, #"{"disabled":true}"#] {
                let refused = await appliance.browse(.patch, account, change, cookie: cookie)
                #expect(refused.status == 409 && refused.json["code"] == "account.last_admin")
            }
            #expect(await appliance.browse(.delete, account, cookie: cookie).status == 409)
            let second = await appliance.browse(
                .post, "/api/admin/accounts", #"{"email":"bob@example.org","role":"admin"}"#, cookie: cookie)
            #expect(await appliance.browse(.delete, account, cookie: cookie).status == 409, "Bob was only invited")
            _ = await appliance.accept(second.ticket)
            #expect(await appliance.browse(.delete, account, cookie: cookie).status == .ok)
        }
    }

    @Test("accounts are listed by role, state and address")
    func list() async throws {
        try await withAppliance { appliance in
            let (ann, _) = await appliance.join("ann@example.org", .host)
            let (bob, _) = await appliance.invite("bob@example.org", .editor)
            let (cat, _) = await appliance.join("cat@example.org")
            _ = await appliance.ask(.patch, "/api/admin/accounts/\(cat)", #"{"disabled":true}"#)
            for (query, expected) in [
                ("", [ann, bob, cat]), ("?role=host", [ann]), ("?state=invited", [bob]), ("?state=disabled", [cat]),
                ("?state=active", [ann]), ("?email=CAT@example.org", [cat]), ("?limit=2&after=\(ann)", [bob, cat]),
                ("?role=host&state=invited", []),
            ] {
                #expect(await appliance.ask(.get, "/api/admin/accounts\(query)").ids == expected, "\(query)")
            }
            #expect(await appliance.ask(.get, "/api/admin/accounts?role=chief").status == 422)
            #expect(
                await appliance.ask(.post, "/api/admin/accounts", #"{"email":"ANN@example.org","role":"host"}"#)
                    .json["code"] == "account.exists")
        }
    }

    @Test("a token has no account of its own")
    func tokens() async throws {
        try await withAppliance { appliance in
            #expect(await appliance.ask(.get, "/api/account").json["code"] == "auth.account_needed")
            let late = #"{"name":"t","scopes":["admin"],"expires_at":"2001-01-01T00:00:00Z"}"#
            #expect(await appliance.ask(.post, "/api/admin/tokens", late).fields == ["expires_at"])
            #expect(await appliance.ask(.get, "/api/admin/tokens").text.contains(#""last_used_at":null"#))
            try await appliance.app.accounts.keepHouse()
            #expect(await appliance.ask(.get, "/api/admin/tokens").text.contains(#""last_used_at":"20"#))
            let secret = try await appliance.token("messages:read")
            let created = try await appliance.audited("token.created")
            #expect(created.count == 1)
            #expect(await appliance.ask(.get, "/api/messages", token: secret).status == .ok)
        }
    }
}
