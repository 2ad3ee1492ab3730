import Web

/// How browsers carry a session, and how a call is told from one that another site made them send.
struct SessionCookie: Sendable {
    /// People come over TLS, whatever a request says.
    var isSecure = false
    /// Of our own pages, where it is configured, in lower case. Those of `--origins` are not among them: they may open
    /// WebSockets, and must not act as whoever is signed in here.
    var origin: String?

    static let deviceMaxAge = Int(DeviceMark.lifetime / 1_000)

    /// For requests that do not say by themselves that they came over TLS.
    var name: String { Self.name(isSecure: isSecure) }

    /// Over TLS the prefix has browsers refuse it from anywhere but this very host over TLS.
    private static func name(isSecure: Bool) -> String { isSecure ? "__Host-parley" : "parley" }

    private func name(_ request: Request) -> String { Self.name(isSecure: isSecure(request)) }

    private func deviceName(_ request: Request) -> String { "\(name(request))-device" }

    private func isSecure(_ request: Request) -> Bool { isSecure || request.isSecure }

    /// The secret that a request brings. One that opens a WebSocket from another site's page brings none: that page
    /// could not keep the browser from sending it, and would read along.
    func secret(in request: Request) -> String? {
        let opensSocket = request.headers.contains("sec-websocket-key")
        return opensSocket && isFromOurPage(request) == false ? nil : value(name(request), in: request)
    }

    /// The mark of a device that was signed in on before.
    func device(in request: Request) -> String? { value(deviceName(request), in: request) }

    /// `set-cookie` of the answer to a request.
    func setting(_ secret: String, for request: Request) -> String {
        field(name(request), secret, maxAge: Int(AccountSession.lifetimeMs / 1_000), request)
    }

    func setting(device mark: String, for request: Request) -> String {
        field(deviceName(request), mark, maxAge: Self.deviceMaxAge, request)
    }

    /// Has the browser forget the session.
    func clearing(for request: Request) -> String { field(name(request), "", maxAge: 0, request) }

    /// Lax rather than Strict: a link in a mail is to find people signed in.
    private func field(_ name: String, _ value: String, maxAge: Int, _ request: Request) -> String {
        let secure = isSecure(request) ? "; Secure" : ""
        return "\(name)=\(value); Path=/; Max-Age=\(maxAge); HttpOnly; SameSite=Lax\(secure)"
    }

    private func value(_ name: String, in request: Request) -> String? {
        for field in request.headers[all: "cookie"] {
            for pair in field.split(separator: ";") {
                let pair = pair.drop { $0 == " " }
                guard pair.hasPrefix(name), pair.dropFirst(name.count).first == "=" else { continue }
                return String(pair.dropFirst(name.count + 1))
            }
        }
        return nil
    }
}

/// Against calls that another site has a browser make (CSRF). `SameSite=Lax` keeps the cookie from most of them; this
/// does not rely on it.
extension SessionCookie {
    /// Whether a call that is made with the cookie may be done: it only reads, or the browser says that one of our own
    /// pages sent it.
    func isOurs(_ request: Request) -> Bool {
        switch request.method {
        case .get, .head, .options: true
        default: isFromOurPage(request) == true
        }
    }

    /// Whether a call may hand out a cookie: not to a browser that speaks for another site, which would be signed in as
    /// somebody else unawares. Programs say nothing of where they come from.
    func mayBeGiven(_ request: Request) -> Bool { isFromOurPage(request) ?? true }

    /// Nil when nothing is said. Pages cannot set either field themselves.
    private func isFromOurPage(_ request: Request) -> Bool? {
        if request.headers["sec-fetch-site"] == "same-origin" { return true }
        guard let origin = request.headers["origin"]?.lowercased() else {
            return request.headers.contains("sec-fetch-site") ? false : nil
        }
        if origin == self.origin { return true }
        // A browser sends the port in both fields or, where it is the scheme's own, in none. Without TLS that we know
        // of a proxy may have ended one, so either scheme will do: what counts is that another host has another name.
        guard let host = request.headers["host"]?.lowercased() else { return false }
        return origin == "https://\(host)" || !isSecure(request) && origin == "http://\(host)"
    }
}

extension Problem {
    static let crossSite = Problem(
        .forbidden, "auth.cross_site",
        "A call made with a cookie must come from a page of this site: send Origin, or a bearer token instead.")
}
