import Testing
import Web

@testable import Appliance

@Suite struct SessionCookieTests {
    private func request(_ method: Web.Method = .post, _ headers: Headers) -> Request {
        Request(method, "/api/account/sign-out", headers: headers)
    }

    @Test("over TLS the cookie is bound to this host; nobody's script reads it")
    func attributes() {
        let plain = Request(.get, "/"), secure = Request(.get, "/", isSecure: true), cookie = SessionCookie()
        let secured = "__Host-parley=s; Path=/; Max-Age=7776000; HttpOnly; SameSite=Lax; Secure"
        #expect(cookie.setting("s", for: plain) == "parley=s; Path=/; Max-Age=7776000; HttpOnly; SameSite=Lax")
        #expect(cookie.setting("s", for: secure) == secured)
        #expect(SessionCookie(isSecure: true).setting("s", for: plain) == secured)
        #expect(cookie.clearing(for: secure).contains("Max-Age=0"))
        #expect(cookie.setting(device: "d", for: secure).hasPrefix("__Host-parley-device=d;"))
    }

    @Test(
        "the cookie of the very name is found among others",
        arguments: [
            ("parley=a", "a"), ("x=1; parley=a; y=2", "a"), ("x=1;parley=a", "a"), ("parley-device=b; parley=a", "a"),
            ("parley=", ""), ("xparley=a", nil), ("parley", nil), ("x=parley=a", nil), ("parley=a=b", "a=b"),
        ] as [(String, String?)])
    func found(_ field: String, _ expected: String?) {
        #expect(SessionCookie().secret(in: request(.get, ["cookie": field])) == expected)
    }

    private static let cells: [(Web.Method, String?, String?, Bool)] = [
        // method, Origin, Sec-Fetch-Site, whether it is done
        (.get, nil, nil, true), (.get, "https://evil.test", "cross-site", true), (.head, nil, nil, true),
        (.post, nil, nil, false), (.post, "https://parley.test", nil, true), (.post, "HTTPS://Parley.Test", nil, true),
        (.post, "https://parley.test", "cross-site", true), (.post, "https://evil.test", nil, false),
        (.post, "https://parley.test.evil.test", nil, false), (.post, "https://parley.test:8443", nil, false),
        (.post, "null", nil, false), (.post, "", nil, false), (.post, "https://evil.test", "cross-site", false),
        (.post, nil, "same-origin", true), (.post, nil, "same-site", false), (.post, nil, "cross-site", false),
        (.post, nil, "none", false), (.post, "https://our.test", nil, true),
        (.post, "http://parley.test", nil, false), (.put, nil, nil, false), (.patch, nil, nil, false),
        (.delete, nil, nil, false), (.delete, nil, "same-origin", true), (.delete, "https://evil.test", nil, false),
    ]

    @Test("a call with the cookie that changes something must come from a page of ours", arguments: cells)
    func csrf(_ cell: (Web.Method, origin: String?, site: String?, isDone: Bool)) {
        let cookie = SessionCookie(isSecure: true, origin: "https://our.test")
        var headers: Headers = ["host": "parley.test", "cookie": "__Host-parley=s"]
        if let origin = cell.origin { headers.add("origin", origin) }
        if let site = cell.site { headers.add("sec-fetch-site", site) }
        #expect(cookie.isOurs(request(cell.0, headers)) == cell.isDone)
    }

    @Test(
        "a WebSocket takes the cookie from a page of ours, or a program; from another page it is nobody's",
        arguments: [
            ("https://parley.test", "s"), ("https://our.test", "s"), (nil, "s"), ("https://shop.parley.test", nil),
            ("null", nil),
        ] as [(String?, String?)])
    func socket(_ origin: String?, _ expected: String?) {
        let cookie = SessionCookie(isSecure: true, origin: "https://our.test")
        var headers: Headers = ["host": "parley.test", "cookie": "__Host-parley=s", "sec-websocket-key": "k"]
        if let origin { headers.add("origin", origin) }
        #expect(cookie.secret(in: request(.get, headers)) == expected)
    }

    @Test(
        "without TLS of our own a proxy may have ended one",
        arguments: [("http://a.test:8080", true), ("https://a.test:8080", true), ("http://a.test", false)])
    func plain(_ origin: String, _ isDone: Bool) {
        #expect(SessionCookie().isOurs(request(.post, ["host": "a.test:8080", "origin": origin])) == isDone)
    }

    @Test("a cookie is given to programs and to our own pages, not to a browser that speaks for another site")
    func given() {
        let cookie = SessionCookie(isSecure: true)
        #expect(cookie.mayBeGiven(request(.post, ["host": "a.test"])))
        #expect(cookie.mayBeGiven(request(.post, ["host": "a.test", "origin": "https://a.test"])))
        #expect(!cookie.mayBeGiven(request(.post, ["host": "a.test", "origin": "https://evil.test"])))
        #expect(!cookie.mayBeGiven(request(.post, ["host": "a.test", "sec-fetch-site": "cross-site"])))
    }
}
