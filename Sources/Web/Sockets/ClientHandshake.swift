/// The client's side of opening a WebSocket (RFC 6455 §4.1): what to send, and what the answer means.
struct ClientHandshake: Sendable {
    /// Of the answer's head; what browsers and proxies stay below.
    static let headBytesMax = 16 << 10
    /// Of a refusal's body: what people are told is shorter.
    static let refusalBytesMax = 8 << 10

    let key: String
    let subprotocols: [String]
    private var head: [UInt8] = []
    private var lineStart = 0
    private var status: Status?
    private var fields: [Headers.Field] = []
    /// Length of the refusal's body that is being read.
    private var bodyBytes: Int?
    private var body: [UInt8] = []

    /// The refusal whose body has not come to its end.
    var refusal: WebSocket.HandshakeFault? {
        guard bodyBytes != nil, let status else { return nil }
        return .refused(status, body: body)
    }

    /// - Parameters:
    ///   - subprotocols: what to offer, the preferred first; tokens.
    ///   - key: new for each connection.
    init(subprotocols: [String] = [], key: String = HandshakeKey.fresh()) {
        self.subprotocols = subprotocols
        self.key = key
    }

    /// The bytes to send.
    ///
    /// - Parameters:
    ///   - host: what stands between `ws://` and the path.
    ///   - target: path and query, encoded, beginning with a slash.
    ///   - headers: further fields, such as `authorization` and `origin`; the handshake's own are left out.
    /// - Precondition: `host` and `target` are sound, and subprotocols are tokens: none of them can end its line.
    func request(host: String, target: String, headers: Headers = [:]) -> [UInt8] {
        precondition(HostField.isValid(Array(host.utf8).span), "a host is a name or an address, and optionally a port")
        precondition(
            target.utf8.first == .slash && target.utf8.allSatisfy(ByteSet.target.contains), "a target is encoded")
        precondition(
            subprotocols.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(ByteSet.token.contains) },
            "a subprotocol is a token")
        var fields: Headers = [
            "host": host, "upgrade": "websocket", "connection": "Upgrade", "sec-websocket-key": key,
            "sec-websocket-version": Handshake.version,
        ]
        if !subprotocols.isEmpty { fields.add("sec-websocket-protocol", subprotocols.joined(separator: ", ")) }
        for (name, value) in headers where !Self.isOwn(name) { fields.add(name, value) }
        return Array("GET \(target) HTTP/1.1\r\n".utf8) + fields.bytes + [.carriageReturn, .lineFeed]
    }

    /// Goes on with the answer from `used` on; what is behind its head belongs to the WebSocket.
    ///
    /// - Parameter used: moved behind what has been taken.
    /// - Returns: the fields of the answer once it is complete and opens the WebSocket; nil when more must come. The
    ///   subprotocol is in `sec-websocket-protocol`, if the server chose one.
    /// - Throws: `HandshakeFault`; the connection must be closed.
    /// - Source: RFC 6455 §4.1, the list at its end.
    mutating func read(_ bytes: Span<UInt8>, _ used: inout Int) throws(WebSocket.HandshakeFault) -> Headers? {
        while used < bytes.count {
            if let bodyBytes {
                let piece = bytes.extracting(used..<min(bytes.count, used + bodyBytes - body.count))
                body.append(copying: piece)
                used += piece.count
                if body.count == bodyBytes, let refusal { throw refusal }
                continue
            }
            let room = min(bytes.count - used, Self.headBytesMax - head.count)
            guard room > 0 else { throw .headTooLarge(limit: Self.headBytesMax) }
            let rest = bytes.extracting(used..<used + room)
            let end = rest.firstIndex(of: .lineFeed, from: 0)
            let piece = rest.extracting(0..<(end.map { $0 + 1 } ?? room))
            head.append(copying: piece)
            used += piece.count
            if end != nil, try readLine(), let fields = try judge() { return fields }
        }
        return nil
    }

    /// Reads the line that ends `head`; true when it was the empty one behind the fields.
    private mutating func readLine() throws(WebSocket.HandshakeFault) -> Bool {
        let end = head.count - 2
        guard end >= lineStart, head[end] == .carriageReturn else { throw .headInvalid }
        let line = lineStart..<end
        lineStart = head.count
        // A control byte would let a line end for one reader and go on for another.
        guard head[line].allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == .tab }) else { throw .headInvalid }
        if status == nil {
            status = try Self.status(head[line])
            return false
        }
        guard !line.isEmpty else { return true }
        guard let colon = head[line].firstIndex(of: 0x3A), colon > line.lowerBound,
            head[line.lowerBound..<colon].allSatisfy(ByteSet.token.contains)
        else { throw .headInvalid }
        let value = head.span.extracting(colon + 1..<end).trimmedRange()
        fields.append(
            Headers.Field(
                nameStart: UInt32(line.lowerBound), nameCount: UInt32(colon - line.lowerBound),
                valueStart: UInt32(colon + 1 + value.lowerBound), valueCount: UInt32(value.count)))
        return false
    }

    /// `HTTP/1.1 101 Switching Protocols`; the words may be missing (RFC 9112 §4).
    private static func status(_ line: ArraySlice<UInt8>) throws(WebSocket.HandshakeFault) -> Status {
        let bytes = Array(line)
        guard bytes.count >= 12, bytes.starts(with: "HTTP/1.".utf8), bytes[8] == .space,
            bytes.count == 12 || bytes[12] == .space,
            [7, 9, 10, 11].allSatisfy({ 0x30...0x39 ~= bytes[$0] }), 0x31...0x35 ~= bytes[9]
        else { throw .headInvalid }
        let code = bytes[9..<12].reduce(0) { $0 * 10 + Int($1 - 0x30) }
        guard code != 101 || bytes[7] == 0x31 else { throw .headInvalid }
        return Status(code)
    }

    /// The fields of an answer that opens the WebSocket; nil when the body of a refusal is to be read first.
    private mutating func judge() throws(WebSocket.HandshakeFault) -> Headers? {
        guard let status else { preconditionFailure("a head ends behind its status") }
        let headers = Headers(parsed: head, fields: fields)
        guard status.code == 101 else {
            let length = headers["content-length"].flatMap { Int($0) } ?? 0
            guard (1...Self.refusalBytesMax).contains(length) else { throw .refused(status) }
            bodyBytes = length
            return nil
        }
        let upgrades = headers.list("upgrade")
        guard upgrades.count == 1, upgrades[0].equalsIgnoringCase("websocket"),
            headers.holds("upgrade", inList: "connection")
        else { throw .upgradeMissing }
        guard headers[all: "sec-websocket-accept"] == [HandshakeKey.accept(key)] else { throw .acceptInvalid }
        guard !headers.contains("sec-websocket-extensions") else { throw .extensionUnasked }
        let chosen = headers[all: "sec-websocket-protocol"]
        guard chosen.count <= 1, chosen.allSatisfy(subprotocols.contains) else { throw .subprotocolUnasked }
        return headers
    }

    /// Whether a field steers the handshake or says where the request ends.
    private static func isOwn(_ name: String) -> Bool {
        let name = name.lowercased()
        return name.hasPrefix("sec-websocket-")
            || ["host", "upgrade", "connection", "content-length", "transfer-encoding"].contains(name)
    }
}
