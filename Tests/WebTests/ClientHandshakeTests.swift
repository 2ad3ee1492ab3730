import Testing

@testable import Web

private let key = "dGhlIHNhbXBsZSBub25jZQ=="
private let accept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
private let upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n"
private let sound = "HTTP/1.1 101 Switching Protocols\r\n\(upgrade)\(accept)\r\n"

private struct Outcome: Equatable {
    var fields: Headers?
    var fault: WebSocket.HandshakeFault?
    /// What is behind the head.
    var rest: [UInt8] = []
}

private func read(_ pieces: [[UInt8]], offering subprotocols: [String] = []) -> Outcome {
    var handshake = ClientHandshake(subprotocols: subprotocols, key: key)
    var outcome = Outcome()
    for piece in pieces {
        var used = 0
        do throws(WebSocket.HandshakeFault) {
            if outcome.fields == nil { outcome.fields = try handshake.read(piece.span, &used) }
        } catch {
            return Outcome(fault: error)
        }
        outcome.rest += piece[used...]
    }
    return outcome
}

@Suite struct ClientHandshakeTests {
    @Test func `a request is what a server accepts`() throws {
        let handshake = ClientHandshake(subprotocols: ["b", "a"], key: key)
        let bytes = handshake.request(
            host: "example.com:8080", target: "/room?since=3",
            headers: ["Authorization": "Bearer t", "Host": "evil", "sec-websocket-key": "x", "content-length": "5"])
        #expect(
            String(decoding: bytes, as: UTF8.self) == """
                GET /room?since=3 HTTP/1.1\r\nhost: example.com:8080\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\
                sec-websocket-key: \(key)\r\nsec-websocket-version: 13\r\nsec-websocket-protocol: b, a\r\n\
                Authorization: Bearer t\r\n\r\n
                """)
        var parser = RequestParser(limits: .init())
        let head = try #require(try parser.parse(bytes.span))
        let request = Request(head, identity: .made(1), from: Provenance(peer: Peer()))
        let answer = Handshake.answer(request, limits: WebSocket.Limits(subprotocols: ["a"]), originsAllowed: [])
        guard case .accept(let fields) = answer else {
            Issue.record("refused")
            return
        }
        let reply = Array("HTTP/1.1 101 Switching Protocols\r\n".utf8) + fields.bytes + [13, 10]
        #expect(read([reply], offering: ["b", "a"]).fields?["sec-websocket-protocol"] == "a")
    }

    @Test(arguments: ["", "/a b", "a", "/\r\nx: y"])
    func `a target that could end its line is a bug`(target: String) async {
        await #expect(processExitsWith: .failure) { [target] in
            _ = ClientHandshake().request(host: "a", target: target)
        }
    }

    static let opened: [String] = [
        sound, "HTTP/1.1 101 \r\n\(upgrade)\(accept)\r\n", "HTTP/1.1 101\r\n\(upgrade)\(accept)\r\n",
        "HTTP/1.1 101 x\r\nupgrade: WebSocket\r\nConnection: keep-alive, UPGRADE\r\n\(accept)Date:\r\nX: \t y \r\n\r\n",
    ]

    @Test(arguments: opened)
    func `an answer opens the socket wherever it is cut, and what is behind belongs to the socket`(text: String) {
        let bytes = Array(text.utf8) + [0x81, 0x00]
        let whole = read([bytes])
        #expect(whole.fields != nil)
        #expect(whole.rest == [0x81, 0x00])
        for index in 0...bytes.count { #expect(read(bytes.cut(at: index)) == whole, "cut at \(index)") }
        #expect(read(bytes.single) == whole)
    }

    @Test(
        arguments: [
            ("HTTP/1.1 403 Forbidden\r\n\r\n", .refused(403)), ("HTTP/1.0 502 Bad\r\nX: y\r\n\r\n", .refused(502)),
            ("HTTP/1.1 200 OK\r\n\(upgrade)\(accept)\r\n", .refused(200)),
            ("HTTP/1.1 403 x\r\nContent-Length: 3\r\n\r\nno!", .refused(403, body: Array("no!".utf8))),
            ("HTTP/1.1 403 x\r\nContent-Length: 8193\r\n\r\n", .refused(403)),
            ("HTTP/1.1 403 x\r\nContent-Length: many\r\n\r\n", .refused(403)),
            ("HTTP/1.0 101 x\r\n\(upgrade)\(accept)\r\n", .headInvalid),
            ("HTTP/2 101 x\r\n", .headInvalid), ("HTTP/1.1 1010\r\n", .headInvalid), ("HTTP/1.1 10\r\n", .headInvalid),
            ("HTTP/1.1  101\r\n", .headInvalid), ("HTTP/1.1 600 x\r\n", .headInvalid), ("\r\n", .headInvalid),
            ("SSH-2.0-x\r\n", .headInvalid), ("HTTP/1.1 101 x\n", .headInvalid), ("\n", .headInvalid),
            ("HTTP/1.1 101 x\r\n\n", .headInvalid), ("HTTP/1.1 101 \u{1}\r\n", .headInvalid),
            ("HTTP/1.1 101 x\r\nUpgrade : websocket\r\n", .headInvalid), ("HTTP/1.1 101 x\r\n a: b\r\n", .headInvalid),
            ("HTTP/1.1 101 x\r\na\r\n", .headInvalid), ("HTTP/1.1 101 x\r\n: a\r\n", .headInvalid),
            ("HTTP/1.1 101 x\r\na: b\0\r\n", .headInvalid), ("HTTP/1.1 101 x\r\na: b\rc\r\n", .headInvalid),
            ("HTTP/1.1 101 x\r\nConnection: upgrade\r\n\(accept)\r\n", .upgradeMissing),
            ("HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\(accept)\r\n", .upgradeMissing),
            ("HTTP/1.1 101 x\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\(accept)\r\n", .upgradeMissing),
            ("HTTP/1.1 101 x\r\n\(upgrade)\r\n", .acceptInvalid),
            ("HTTP/1.1 101 x\r\n\(upgrade)\(accept)\(accept)\r\n", .acceptInvalid),
            ("HTTP/1.1 101 x\r\n\(upgrade)Sec-WebSocket-Accept: S3PPLMBITXAQ9KYGZZHZRBK+XOO=\r\n\r\n", .acceptInvalid),
            (
                "HTTP/1.1 101 x\r\n\(upgrade)\(accept)Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
                .extensionUnasked
            ),
            ("HTTP/1.1 101 x\r\n\(upgrade)\(accept)Sec-WebSocket-Protocol: chat\r\n\r\n", .subprotocolUnasked),
            ("HTTP/1.1 101 x\r\n\(upgrade)\(accept)Sec-WebSocket-Protocol:\r\n\r\n", .subprotocolUnasked),
        ] as [(String, WebSocket.HandshakeFault)])
    func `any other answer does not, wherever it is cut`(text: String, fault: WebSocket.HandshakeFault) {
        let bytes = Array(text.utf8)
        #expect(read([bytes]) == Outcome(fault: fault))
        #expect(read(bytes.single) == Outcome(fault: fault))
        for index in 0...bytes.count { #expect(read(bytes.cut(at: index)) == Outcome(fault: fault), "cut at \(index)") }
        #expect(fault.code.hasPrefix("websocket.") && !fault.explanation.isEmpty)
    }

    @Test(
        arguments: [
            (["chat"], "chat", true), (["a", "chat"], "chat", true), (["chat"], "Chat", false),
            (["chat"], "chat, chat", false), (["chat"], "chat\r\nSec-WebSocket-Protocol: chat", false),
        ])
    func `a subprotocol is one that was offered`(offered: [String], chosen: String, isOpened: Bool) {
        let text = "HTTP/1.1 101 x\r\n\(upgrade)\(accept)Sec-WebSocket-Protocol: \(chosen)\r\n\r\n"
        let outcome = read([Array(text.utf8)], offering: offered)
        #expect(outcome.fault == (isOpened ? nil : .subprotocolUnasked))
    }

    @Test(arguments: [(0, false), (1, true)])
    func `an answer has a limit, reached and passed by one`(excess: Int, isRefused: Bool) {
        let empty = "HTTP/1.1 101 x\r\n\(upgrade)\(accept)X: \r\n\r\n"
        let filler = String(repeating: "x", count: ClientHandshake.headBytesMax - empty.utf8.count + excess)
        let text = "HTTP/1.1 101 x\r\n\(upgrade)\(accept)X: \(filler)\r\n\r\n"
        for pieces in [[Array(text.utf8)], Array(text.utf8).single] {
            #expect(read(pieces).fault == (isRefused ? .headTooLarge(limit: 16_384) : nil))
        }
        let endless = [UInt8](repeating: 0x61, count: 20_000)
        #expect(read([endless]).fault == .headTooLarge(limit: 16_384))
    }
}
