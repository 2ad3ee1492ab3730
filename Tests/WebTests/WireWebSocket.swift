import Synchronization
import Testing

@testable import Web

/// A WebSocket spoken by hand: the handshake as text, frames as bytes, and nothing done by itself.
extension WireClient {
    /// What a close frame said, or did not say.
    struct Closing: Equatable {
        var code: UInt16?
        var reason = ""
    }

    /// The request of the standard's example (RFC 6455 §1.3), with `fields` behind it, each with its line end.
    static func upgradeRequest(_ path: String, _ fields: String = "") -> String {
        """
        GET \(path) HTTP/1.1\r
        Host: a\r
        Upgrade: websocket\r
        Connection: Upgrade\r
        Sec-WebSocket-Version: 13\r
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
        \(fields)\r

        """
    }

    /// Connects to a WebSocket route.
    static func webSocket(
        _ server: Server, _ path: String, receiveBufferBytes: Int32? = nil
    ) throws -> WireClient {
        let client = try WireClient(port: server.port, receiveBufferBytes: receiveBufferBytes)
        let answer = try client.ask(upgradeRequest(path))
        guard answer.status == 101 else { throw Fault.ended(got: "\(answer.status) \(answer.text)") }
        return client
    }

    func send(_ frames: WireFrame...) { send(frames.flatMap(\.bytes)) }

    /// The next frame; nil when the server has ended.
    func frame() throws -> WireFrame? {
        while true {
            let found = unread.withLock { unread -> WireFrame? in
                guard let (frame, used) = WireFrame.parse(unread) else { return nil }
                unread.removeFirst(used)
                return frame
            }
            if let found { return found }
            guard let bytes = try read() else { return nil }
            unread.withLock { $0 += bytes }
        }
    }

    /// The text of the next frame, which must be one.
    func text() throws -> String {
        guard let frame = try frame(), frame.first == WireFrame.text.first else {
            throw Fault.ended(got: "no text")
        }
        return String(decoding: frame.payload, as: UTF8.self)
    }

    /// What the server's close frame says, after frames that are dropped; nil when it ends without one.
    func closing() throws -> Closing? {
        while let frame = try frame() {
            if frame.first == WireFrame.close.first { return frame.closing }
        }
        return nil
    }

    /// As a server: takes a request to upgrade and answers 101. Knows no other requests.
    func answerUpgrade() throws {
        var head = ""
        while !head.hasSuffix("\r\n\r\n") {
            guard let bytes = try read() else { throw Fault.ended(got: head) }
            head += String(decoding: bytes, as: UTF8.self)
        }
        let name = "sec-websocket-key: "
        guard let line = head.split(separator: "\r\n").first(where: { $0.lowercased().hasPrefix(name) })
        else { throw Fault.ended(got: head) }
        let accept = HandshakeKey.accept(String(line.dropFirst(name.count)))
        send(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: \(accept)\r\n\r\n")
    }

    /// Asks for something on the loop and waits for the answer, twice: what other threads had given the loop to do
    /// before has then been done.
    func passRounds() throws {
        for _ in 0..<2 { #expect(try ask("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").status == 200) }
    }

    /// Passes rounds of the loop until something is so; the suite's time limit bounds it.
    func passRounds(until isSo: () -> Bool) throws {
        repeat { try passRounds() } while !isSo()
    }
}

extension WireFrame {
    static let text = WireFrame(first: 0x81)
    static let binary = WireFrame(first: 0x82)
    static let close = WireFrame(first: 0x88)
    static let ping = WireFrame(first: 0x89)
    static let pong = WireFrame(first: 0x8A)

    func with(_ payload: [UInt8]) -> WireFrame {
        var frame = self
        frame.payload = payload
        return frame
    }

    func with(_ text: String) -> WireFrame { with(Array(text.utf8)) }

    static func close(_ code: UInt16, _ reason: String = "") -> WireFrame {
        close.with([UInt8(code >> 8), UInt8(code & 0xFF)] + Array(reason.utf8))
    }

    /// Not the last of its message.
    var unfinished: WireFrame {
        var frame = self
        frame.first &= 0x7F
        return frame
    }

    var closing: WireClient.Closing {
        guard payload.count >= 2 else { return WireClient.Closing() }
        return WireClient.Closing(
            code: UInt16(payload[0]) << 8 | UInt16(payload[1]), reason: String(decoding: payload[2...], as: UTF8.self))
    }

    /// The frame that bytes of a server begin with; nil while it is incomplete.
    static func parse(_ bytes: [UInt8]) -> (WireFrame, used: Int)? {
        guard bytes.count >= 2 else { return nil }
        let isMasked = bytes[1] & 0x80 != 0
        let short = Int(bytes[1] & 0x7F)
        let lengthBytes = short == 127 ? 8 : short == 126 ? 2 : 0
        let start = 2 + lengthBytes + (isMasked ? 4 : 0)
        guard bytes.count >= start else { return nil }
        let length = lengthBytes == 0 ? short : bytes[2..<2 + lengthBytes].reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count - start >= length else { return nil }
        let key = isMasked ? Array(bytes[start - 4..<start]) : nil
        let payload = Array(bytes[start..<start + length])
        let frame = WireFrame(
            first: bytes[0], payload: key.map { key in payload.enumerated().map { $1 ^ key[$0 % 4] } } ?? payload,
            key: key)
        return (frame, start + length)
    }
}

/// What handlers noted, in order, for tests to wait for.
final class Notes<Element: Sendable>: Sendable {
    private struct State {
        var all: [Element] = []
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var all: [Element] { state.withLock { $0.all } }

    func add(_ element: Element) {
        let met = state.withLock { state in
            state.all.append(element)
            let count = state.all.count
            let met = state.waiters.filter { $0.count <= count }
            state.waiters.removeAll { $0.count <= count }
            return met
        }
        for waiter in met { waiter.continuation.resume() }
    }

    /// Returns the first `count` when there are so many. The suite's time limit bounds it.
    func first(_ count: Int) async -> [Element] {
        await withCheckedContinuation { continuation in
            let isMet = state.withLock { state in
                if state.all.count < count { state.waiters.append((count, continuation)) }
                return state.all.count >= count
            }
            if isMet { continuation.resume() }
        }
        return Array(all.prefix(count))
    }
}
