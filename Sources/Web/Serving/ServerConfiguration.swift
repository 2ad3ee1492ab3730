internal import CEpoll
internal import Glibc

extension Server {
    /// Every size and time a server depends on, with its default and the reason for it.
    public struct Configuration: Sendable {
        /// An IPv4 or IPv6 address, or a name, which listens on every address it has.
        public var host: String
        /// 0 takes any free port; see `Server.port`.
        public var port: Int
        /// Event loops, each a thread: one for each core this process may use.
        public var loops = Configuration.coresAvailable
        /// Connections the kernel holds for us while we are busy. It cuts this to `net.core.somaxconn`, 4096.
        public var backlog = 4_096
        /// Connections at once; the next are answered 503. By default what the limit of descriptors, raised as far
        /// as permitted, leaves beside `descriptorsReserved`.
        public var connectionsMax: Int?
        /// Descriptors left for the database, outgoing transfers, and connections being refused.
        public var descriptorsReserved = 256

        /// Certificate and key of an HTTPS listener; nil for plain HTTP.
        public var tls: TLSFiles?
        /// From the connection to the end of its TLS handshake; then closed. A handshake costs us memory before we know
        /// anything of the client.
        public var tlsHandshakeDeadline = Duration.seconds(10)

        /// A request line without its line end; longer ones are answered 414.
        public var requestLineBytesMax = 8 << 10
        /// A whole head; larger ones are answered 431.
        public var headBytesMax = 16 << 10
        /// Fields of a head; more are answered 431.
        public var fieldsMax = 100

        /// From the first byte of a head to its last; then 408. Drip-feeding heads is the cheapest way to hold
        /// connections.
        public var headDeadline = Duration.seconds(10)
        /// Between requests, and before the first. Longer than most clients and proxies keep a connection.
        public var idleDeadline = Duration.seconds(60)
        /// While a body is awaited each window must bring `bodyProgressBytesMin`, or its end; then 408.
        public var bodyProgressWindow = Duration.seconds(10)
        public var bodyProgressBytesMin = 1 << 10
        /// While an answer waits for the client each window must take `writeProgressBytesMin`, or all; then the
        /// connection is broken off.
        public var writeProgressWindow = Duration.seconds(30)
        public var writeProgressBytesMin = 1 << 10
        /// How long we read on after an answer that closes, for the client to take it before its own bytes, arriving
        /// at a closed socket, make the kernel throw it away.
        public var lingerDeadline = Duration.seconds(2)

        /// How often an open WebSocket is asked whether its client is still there. Shorter than the 30 to 60 s after
        /// which address translators and proxies forget a silent connection. Two without an answer end it.
        public var pingInterval = Duration.seconds(25)
        /// From our close frame to the client's, and from there to the end of the connection.
        public var closeDeadline = Duration.seconds(5)
        /// Origins whose pages may open WebSockets besides our own, as browsers write them: `https://example.org`.
        /// A browser sends a user's cookies to any host a page names; only this check keeps other sites' pages out.
        public var originsAllowed: [String] = []

        /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed. What others send there is ignored.
        public var trustedProxies: [Network] = []

        /// Fields of every answer; a response that has one of that name keeps its own. Nothing that is served is to be
        /// guessed at, shown in another's frame, kept by caches, or taken for a page, unless it says so itself.
        public var standardHeaders: Headers = [
            "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
            "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
            "cross-origin-resource-policy": "same-origin", "cache-control": "no-store",
        ]
        /// Likewise, where nobody on the way can read it (`Request.isSecure`): for `strict-transport-security`, which
        /// must not be sent otherwise (RFC 6797 §7.2).
        public var secureHeaders: Headers = [:]
        /// Answers while there are no routes yet; see `Server.open`. Runs on the event loop and must take microseconds.
        public var unopened: @Sendable (Request) -> Response = { _ in
            Problem(.unavailable, "starting", "The program is starting. Try again in a moment.", retryAfterSeconds: 1)
                .response
        }

        /// Told from the loops' threads: must return at once.
        public var onEvent: @Sendable (ServerEvent) -> Void = { _ in }
        /// Told once per finished request, from the loops' threads: must return at once. Nil costs nothing.
        public var onExchange: (@Sendable (Exchange) -> Void)?

        public init(host: String = "127.0.0.1", port: Int = 0) {
            self.host = host
            self.port = port
        }

        /// Takes host and port from a listen address, `127.0.0.1:8080` or `[::1]:8080`.
        public init(listen address: ListenAddress) { self.init(host: address.host, port: address.port) }

        /// The cores this process may run on, which under `taskset` or a cpuset are fewer than the machine has.
        public static var coresAvailable: Int {
            var mask = [UInt64](repeating: 0, count: 16)
            guard sched_getaffinity(0, UInt(mask.count * 8), &mask) == 0 else { return 1 }
            return max(1, mask.reduce(0) { $0 + $1.nonzeroBitCount })
        }

        var parserLimits: RequestParser.Limits {
            RequestParser.Limits(
                requestLineBytesMax: requestLineBytesMax, headBytesMax: headBytesMax, fieldsMax: fieldsMax)
        }
    }
}

/// `host:port` as people write it: `127.0.0.1:8080`, `[::1]:8080`, `localhost:0`.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    public var host: String
    public var port: Int

    /// Nil when `text` is not host, colon and a port of 0–65535. An IPv6 address needs its brackets.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port), text[text.index(after: colon)...].utf8.allSatisfy({ 0x30...0x39 ~= $0 })
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.host = String(host)
        self.port = port
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
