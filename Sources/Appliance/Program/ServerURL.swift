import Web

/// Where a running Parley is, as commands are told: `http://127.0.0.1:8080`, `https://chat.example.com/parley`.
struct ServerURL: Equatable, Sendable {
    let host: String
    let port: Int
    let isSecure: Bool
    /// What stands before the paths of the API, as behind a proxy; without a slash at its end.
    let prefix: String

    static let option = Option(
        flag: "--url", variable: "", placeholder: "URL", standard: "http://127.0.0.1:8080",
        about: "Where the running program is.")

    /// Reads `http`, `https`, `ws` or `wss` URLs of ASCII; nil for any other, and for those with a user or a query.
    init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else { return nil }
        switch text[..<colon].lowercased() {
        case "http", "ws": isSecure = false
        case "https", "wss": isSecure = true
        default: return nil
        }
        let rest = text[colon...].dropFirst(3)
        let authority = rest.prefix { $0 != "/" }
        let path = rest[authority.endIndex...]
        guard path.utf8.allSatisfy({ Self.isUnreserved($0) || $0 == UInt8(ascii: "/") }) else { return nil }
        prefix = String(path.reversed().drop { $0 == "/" }.reversed())
        let withPort = authority.last == "]" || !authority.contains(":")
        guard let address = ListenAddress(withPort ? "\(authority):\(isSecure ? 443 : 80)" : String(authority)),
            (1...65_535).contains(address.port), !address.host.isEmpty,
            address.host.utf8.allSatisfy({ Self.isUnreserved($0) || $0 == UInt8(ascii: ":") })
        else { return nil }
        host = address.host
        port = address.port
    }

    /// The WebSocket at `path` with those of the parameters that have a value.
    func socket(_ path: String, _ parameters: [(name: String, value: String?)] = []) -> WebSocketClient.Destination {
        let query = parameters.compactMap { name, value in value.map { "\(name)=\(Self.encoded($0))" } }
        let target = prefix + path + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
        return WebSocketClient.Destination(host: host, port: port, target: target, isSecure: isSecure)
    }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            if isUnreserved(byte) { return String(UnicodeScalar(byte)) }
            let digits = String(byte, radix: 16, uppercase: true)
            return (byte < 0x10 ? "%0" : "%") + digits
        }.joined()
    }

    /// RFC 3986 §2.3.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}

extension ConnectFault {
    /// What happened, in the server's own words where it refused with a problem.
    var told: String {
        guard case .handshake(.refused(_, let body)) = self, case .object(let problem)? = JSONValue(body),
            case .text(let detail)? = problem["detail"]
        else { return explanation }
        return detail
    }
}
