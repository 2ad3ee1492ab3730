import Synchronization
import Testing

@testable import Outbound

@Suite struct TransfersTests {
    let transfers = Transfers()

    private func post(_ url: String, allowPrivate: Bool = true, totalTimeoutMs: Int = 5_000) -> TransferRequest {
        TransferRequest(
            url: url, content: .http(.post, headers: [("X-Test", "1")], body: Array("hello".utf8)),
            allowPrivate: allowPrivate, totalTimeoutMs: totalTimeoutMs)
    }

    private func failure(_ result: TransferResult) -> TransferFailure? {
        if case .failed(let failure) = result.ending { failure } else { nil }
    }

    private func answer(_ result: TransferResult) -> TransferAnswer? {
        if case .answered(let answer) = result.ending { answer } else { nil }
    }

    @Test("an answer comes back with its status, headers and body")
    func answers() async throws {
        let server = FakeHTTP { request, _ in ("201 Made", ["Retry-After:  7 ", "X-A: b"], "got \(request.body)") }
        let answer = try #require(answer(await transfers.perform(post(server.url))))
        #expect(answer.status == 201)
        #expect(answer.header("retry-after") == "7")
        #expect(answer.header("x-b") == nil)
        #expect(String(decoding: answer.body, as: UTF8.self) == "got hello")
        let request = try #require(server.requests.first)
        #expect(request.header("User-Agent") == "parley")
        #expect(request.header("X-Test") == "1")
        #expect(request.header("Expect") == nil)
    }

    @Test("a connection is used again")
    func reuse() async throws {
        let server = FakeHTTP { _, _ in ("200 OK", [], "") }
        for _ in 0..<5 { #expect(answer(await transfers.perform(post(server.url)))?.status == 200) }
        #expect(server.connections == 1)
    }

    @Test("a private address is refused unless allowed, also on a connection that another transfer left open")
    func privateAddress() async throws {
        let server = FakeHTTP { _, _ in ("200 OK", [], "") }
        let fresh = try #require(failure(await transfers.perform(post(server.url, allowPrivate: false))))
        #expect(fresh.kind == .addressRefused)
        #expect(!fresh.mayHaveArrived)
        #expect(server.connections == 0)
        #expect(answer(await transfers.perform(post(server.url)))?.status == 200)
        let reused = try #require(failure(await transfers.perform(post(server.url, allowPrivate: false))))
        #expect(reused.kind == .addressRefused)
        #expect(!reused.mayHaveArrived)
        #expect(server.requests.count == 1)
    }

    @Test(
        "a name is judged by the address it leads to",
        arguments: ["localhost", "127.1", "0x7f000001", "[::ffff:127.0.0.1]"])
    func privateName(_ host: String) async throws {
        let server = FakeHTTP { _, _ in ("200 OK", [], "") }
        let port = try #require(server.url.split(separator: ":").last)
        let failure = try #require(
            failure(await transfers.perform(post("http://\(host):\(port)/", allowPrivate: false))))
        #expect(failure.kind == .addressRefused)
        #expect(server.connections == 0)
    }

    @Test("a redirect is an answer like others")
    func redirect() async throws {
        let server = FakeHTTP { _, _ in ("302 Found", ["Location: /elsewhere"], "") }
        #expect(answer(await transfers.perform(post(server.url)))?.status == 302)
        #expect(server.requests.count == 1)
    }

    @Test("an endless answer is read up to the limit")
    func endlessAnswer() async throws {
        let server = FakeServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\n\r\n")
            while connection.write(String(repeating: "x", count: 8_192)) {}
        }
        let answer = try #require(answer(await transfers.perform(post(server.url))))
        #expect(answer.status == 200)
        #expect(answer.isTruncated)
        #expect(answer.body.count == TransferRequest.answerBytesMax)
    }

    @Test("an endless head is not read")
    func endlessHead() async throws {
        let server = FakeServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\n")
            while connection.write("X-Pad: \(String(repeating: "x", count: 500))\r\n") {}
        }
        #expect(failure(await transfers.perform(post(server.url)))?.kind == .unreadableAnswer)
    }

    @Test("a server that hangs after the request: timed out, and it may have arrived")
    func hangs() async throws {
        let server = FakeServer { connection in
            _ = connection.readRequest()
            connection.readToEnd()
        }
        let failure = try #require(failure(await transfers.perform(post(server.url, totalTimeoutMs: 100))))
        #expect(failure.kind == .timedOut)
        #expect(failure.mayHaveArrived)
    }

    @Test("an answer cut half-way: the connection was lost, and it may have arrived")
    func cutAnswer() async throws {
        let server = FakeServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        }
        let failure = try #require(failure(await transfers.perform(post(server.url))))
        #expect(failure.kind == .connectionLost)
        #expect(failure.mayHaveArrived)
    }

    @Test("nobody listens: not connected, and it cannot have arrived")
    func nobody() async throws {
        var url = ""
        do { url = FakeServer { _ in }.url }
        let failure = try #require(failure(await transfers.perform(post(url))))
        #expect(failure.kind == .connectFailed)
        #expect(!failure.mayHaveArrived)
    }

    @Test(
        "what cannot be sent is refused before it is tried",
        arguments: ["ftp://example.org/", "file:///etc/passwd", "gopher://example.org", "http://a b/"])
    func invalid(_ url: String) async throws {
        #expect(failure(await transfers.perform(post(url)))?.kind == .invalidRequest)
    }

    @Test("a user name in the address is refused")
    func userInAddress() async throws {
        #expect(failure(await transfers.perform(post("http://u:p@127.0.0.1/")))?.kind == .loginDenied)
    }

    @Test("a header with a line end is refused")
    func headerInjection() async throws {
        var request = post("http://127.0.0.1:1/")
        request.content = .http(.post, headers: [("X-Test", "1\r\nHost: evil")], body: [])
        #expect(failure(await transfers.perform(request))?.kind == .invalidRequest)
    }

    @Test("cancelling the task ends its transfer")
    func cancel() async throws {
        let arrived = Gate()
        let server = FakeServer { connection in
            _ = connection.readRequest()
            arrived.open()
            connection.readToEnd()
        }
        let request = post(server.url, totalTimeoutMs: 60_000)
        let task = Task { [transfers] in await transfers.perform(request) }
        await arrived.wait()
        task.cancel()
        let failure = try #require(failure(await task.value))
        #expect(failure.kind == .cancelled)
        #expect(failure.mayHaveArrived)
    }

    @Test("a task that was cancelled before it began sends nothing")
    func cancelledBefore() async throws {
        let server = FakeHTTP { _, _ in ("200 OK", [], "") }
        let gate = Gate(), request = post(server.url)
        let task = Task { [transfers] in
            await gate.wait()
            return await transfers.perform(request)
        }
        task.cancel()
        gate.open()
        #expect(failure(await task.value)?.kind == .cancelled)
        #expect(server.connections == 0)
    }

    @Test("closing ends every transfer, and later ones are cancelled at once")
    func close() async throws {
        let arrived = Gate()
        let server = FakeServer { connection in
            _ = connection.readRequest()
            arrived.open()
            connection.readToEnd()
        }
        let transfers = Transfers()
        let request = post(server.url, totalTimeoutMs: 60_000)
        let task = Task { await transfers.perform(request) }
        await arrived.wait()
        transfers.close()
        #expect(failure(await task.value)?.kind == .cancelled)
        #expect(failure(await transfers.perform(request))?.kind == .cancelled)
    }

    /// Answers the first request of the first connection and keeps it open. A later request there is read in full and
    /// the connection then closed without a word; other connections are answered.
    private func forgetful(_ log: RequestLog) -> FakeServer {
        let isFirst = Mutex(true)
        return FakeServer { connection in
            let forgets = isFirst.withLock { isFirst in
                defer { isFirst = false }
                return isFirst
            }
            while let request = connection.readRequest() {
                let count = log.add(request)
                if forgets, count > 0 { return }
                guard connection.answer("200 OK", [], "") else { return }
            }
        }
    }

    @Test("a request that a kept connection swallows is repeated by libcurl")
    func repeated() async throws {
        let log = RequestLog()
        let server = forgetful(log)
        #expect(answer(await transfers.perform(post(server.url, totalTimeoutMs: 30_000)))?.status == 200)
        #expect(answer(await transfers.perform(post(server.url, totalTimeoutMs: 30_000)))?.status == 200)
        #expect(log.requests.count == 3, "without this the next test proves nothing")
        #expect(server.accepted >= 2)
    }

    @Test("a request that must not happen twice is sent once, and the failure says that it may have arrived")
    func notRepeated() async throws {
        let log = RequestLog()
        let server = forgetful(log)
        var request = post(server.url, totalTimeoutMs: 30_000)
        request.isRepeatable = false
        #expect(answer(await transfers.perform(request))?.status == 200)
        let failure = try #require(failure(await transfers.perform(request)))
        #expect(failure.kind == .connectionLost)
        #expect(failure.mayHaveArrived)
        #expect(log.requests.count == 2)
        #expect(answer(await transfers.perform(request))?.status == 200, "the next one is a request of its own")
        #expect(log.requests.count == 3)
        #expect(server.accepted >= 2)
    }

    @Test("a kept connection that the server closed meanwhile leaves a request sent once or not at all")
    func closedMeanwhile() async throws {
        let log = RequestLog(), isClosed = Gate(), isFirst = Mutex(true)
        let server = FakeServer { connection in
            while let request = connection.readRequest() {
                _ = log.add(request)
                guard connection.answer("200 OK", [], "") else { return }
                let closes = isFirst.withLock { isFirst in
                    defer { isFirst = false }
                    return isFirst
                }
                if closes {
                    connection.end()
                    return isClosed.open()
                }
            }
        }
        var request = post(server.url, totalTimeoutMs: 30_000)
        request.isRepeatable = false
        #expect(answer(await transfers.perform(request))?.status == 200)
        await isClosed.wait()
        switch await transfers.perform(request).ending {
        case .answered(let answer):  // libcurl saw the end before it chose the connection
            #expect(answer.status == 200)
            #expect(log.requests.count == 2)
        case .failed(let failure):
            #expect(failure.kind == .connectionLost)
            #expect(failure.mayHaveArrived)
            #expect(log.requests.count == 1)
        }
    }

    @Test("an empty body is sent as one, and methods are kept")
    func methods() async throws {
        let server = FakeHTTP { _, _ in ("200 OK", [], "") }
        for method in [TransferRequest.Method.get, .post, .put, .patch, .delete] {
            let request = TransferRequest(
                url: server.url, content: .http(method, headers: [], body: []), allowPrivate: true)
            #expect(answer(await transfers.perform(request))?.status == 200)
        }
        #expect(server.requests.map { $0.head.prefix { $0 != " " } } == ["GET", "POST", "PUT", "PATCH", "DELETE"])
    }
}
