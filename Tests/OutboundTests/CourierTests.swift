import Testing

@testable import Outbound

@Suite struct CourierTests {
    let couriers = Courier.all(transfers: Transfers(), log: { _, _ in })

    private func courier(_ kind: String) throws -> Courier { try #require(couriers.first { $0.kind == kind }) }

    @Test(
        "settings and the fields that are wrong in them",
        arguments: [
            ("slack", [:], ["webhook_url"]),
            ("slack", ["webhook_url": .text("https://hooks.slack.com/services/T/B/x")], []),
            ("slack", ["webhook_url": .text("ftp://hooks.slack.com/")], ["webhook_url"]),
            ("slack", ["webhook_url": .text("hooks.slack.com/services")], ["webhook_url"]),
            ("slack", ["webhook_url": .text("https://u:p@hooks.slack.com/")], ["webhook_url"]),
            ("slack", ["webhook_url": .number(1)], ["webhook_url"]),
            ("slack", ["webhook_url": .text("https://a.b/c"), "pace_per_second": .number(0)], ["pace_per_second"]),
            ("slack", ["webhook_url": .text("https://a.b/c"), "speed": .number(1)], ["speed"]),
            ("log", [:], []), ("log", ["x": .truth(true)], ["x"]),
            ("email", ["smtp_url": .text("smtp://m:587"), "from": .text("a@b.c"), "to": .list(["d@e.f"])], []),
            ("email", ["smtp_url": .text("http://m"), "from": .text("a@b.c"), "to": .list(["d@e.f"])], ["smtp_url"]),
            (
                "email", ["smtp_url": .text("smtp://m"), "from": .text("abc"), "to": .list(["d", "e@f.g"])],
                ["from", "to[0]"]
            ),
            ("email", ["smtp_url": .text("smtp://m"), "from": .text("a@b.c"), "to": .list([])], ["to"]),
            (
                "email",
                [
                    "smtp_url": .text("smtp://m"), "from": .text("a@b.c"), "to": .list(["d@e.f"]),
                    "username": .text("u"),
                ],
                ["password"]
            ),
        ] as [(String, [String: SettingValue], [String])])
    func validate(_ kind: String, _ settings: [String: SettingValue], names fields: [String]) throws {
        #expect(try courier(kind).validate(settings).map(\.field) == fields)
    }

    @Test("secrets are masked, and known by what must not be kept")
    func secrets() throws {
        let slack = try courier("slack")
        let settings: [String: SettingValue] = [
            "webhook_url": .text("https://h.example/T0/x9y8"), "pace_per_second": .number(2),
        ]
        #expect(slack.masked(settings) == ["webhook_url": .text(Courier.mask), "pace_per_second": .number(2)])
        #expect(slack.secrets(in: settings) == ["https://h.example/T0/x9y8", "/T0/x9y8"])
        #expect(slack.limits(of: settings) == ChannelLimits(parallelism: 1, pacePerSecond: 2))
        #expect(slack.limits(of: [:]) == ChannelLimits(parallelism: 1, pacePerSecond: 1))
    }

    @Test("settings survive their text")
    func settingsText() {
        let settings: [String: SettingValue] = [
            "a": .text("x\""), "b": .number(1.5), "c": .truth(false), "d": .list(["y", ""]),
        ]
        let channel = Channel(name: "n", kind: "k", settings: settings)
        #expect(Channel.settings(in: Channel.text(of: channel.settings)) == settings)
    }

    @Test(
        "an address is taken apart as libcurl does",
        arguments: [
            ("https://hooks.slack.com/a?b#c", "https", "hooks.slack.com", "/a?b#c"),
            ("smtp://mail.example:587", "smtp", "mail.example", ""), ("HTTP://[::1]:80/x", "http", "[::1]", "/x"),
        ])
    func address(_ text: String, _ scheme: String, _ host: String, _ afterHost: String) throws {
        let address = try #require(WebAddress(text))
        #expect(address.scheme == scheme)
        #expect(address.host == host)
        #expect(address.afterHost == afterHost)
    }

    @Test(
        "two addresses of one server",
        arguments: [
            ("http://a.example/x?page=0", "http://a.example/y", true),
            ("http://a.example", "HTTP://A.Example:80/", true), ("https://a.example/", "https://a.example:443/", true),
            ("http://127.0.0.1:8267/", "http://127.1:8267", true), ("http://[::1]:8267/", "http://[::1]:8267/a", true),
            ("http://a.example/", "https://a.example/", false), ("http://a.example/", "http://a.example:8080/", false),
            ("http://a.example:443/", "https://a.example/", false),
            ("http://a.example/", "http://a.example.org/", false), ("http://a.example/", "http://b.example/", false),
            ("http://a.example/", "http://a.example@b.example/", false), ("http://a.example/", "//a.example/", false),
            ("http://a.example/", "http://u@a.example/", false), ("ftp://a.example/", "ftp://a.example/", false),
            ("", "", false),
        ])
    func sameOrigin(_ one: String, _ other: String, isSame: Bool) {
        #expect(haveSameOrigin(one, other) == isSame)
        #expect(haveSameOrigin(other, one) == isSame)
    }

    @Test(
        "what is no address",
        arguments: ["", "x", "//a/b", "http://", "http://a b/", "http://ä.de/", "http://u@h/", "http://h:99999/"])
    func noAddress(_ text: String) { #expect(WebAddress(text) == nil) }

    @Test("the log courier hands the notice to its closure")
    func log() async throws {
        let written = Recorder<Notice>()
        let courier = Courier.log { _, notice in written.add(notice) }
        let notice = Notice(subject: "s", text: "t")
        let parcel = Parcel(id: "1", channel: "log", settings: [:], payload: notice.payload, enqueuedAt: 0, now: 0)
        #expect(await courier.send(parcel).outcomeClass == .delivered)
        #expect(written.items == [notice])
    }
}
