extension Router {
    /// Sends every request to the same path over HTTPS with 308, which keeps method and body; no body is read.
    ///
    /// - Parameters:
    ///   - place: `https://host` or `https://host:port`; nil goes to the host that was asked for.
    ///   - port: of that host.
    public static func redirectingToHTTPS(at place: String? = nil, port: Int) -> Router {
        var router = Router()
        router.otherwise = { request in
            guard let place = place ?? request.placeOverHTTPS(port: port)
            else { return MalformedRequest.hostMissing.problem.response }
            return .redirect(to: place + request.pathAndQuery, .permanentRedirect)
        }
        return router
    }
}

extension Request {
    /// Nil without a Host field, which only HTTP/1.0 may leave out. The parser has judged the one there is.
    fileprivate func placeOverHTTPS(port: Int) -> String? {
        guard let authority = headers["host"], let origin = Origin(scheme: "https", authority: authority)
        else { return nil }
        return "https://\(origin.host)" + (port == 443 ? "" : ":\(port)")
    }

    /// As it was sent, without the authority that an absolute target begins with.
    fileprivate var pathAndQuery: String {
        guard !target.hasPrefix("/") else { return target }
        let path = target.utf8.split(separator: .slash, maxSplits: 2, omittingEmptySubsequences: false)[2]
            .drop { $0 != .slash && $0 != 0x3F }
        return (path.first == .slash ? "" : "/") + String(Substring(path))
    }
}
