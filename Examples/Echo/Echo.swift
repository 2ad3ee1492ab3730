import Glibc
import Web

/// The module `Web` in one file: `swift run parley-echo 127.0.0.1:8080`, then
///
///     curl http://127.0.0.1:8080/hello
///     curl http://127.0.0.1:8080/echo -H 'Content-Type: text/plain' -d 'is anybody there?'
///
/// A WebSocket to `/echo` gets back what it sends; those in `/room` hear what each of them says.
@main enum Echo {
    static let router = {
        var router = Router()
        // A closure that does not suspend answers on the event loop, with no task at all.
        router.get("/hello") { _ in .json(Array(#"{"message":"hello"}"#.utf8)) }
        router.post("/echo") { request in
            let type = request.headers["content-type"] ?? "application/octet-stream"
            return Response(headers: ["content-type": type], body: request.body)
        }
        router.get("/echo") { _ in
            .webSocket(WebSocket.Limits(messageBytesMax: 16 << 20)) { socket in
                for await message in socket.messages { await socket.send(message) }  // waits while the client is slow
            }
        }
        let room = Topic(keeping: .none)
        router.get("/room") { _ in
            .webSocket { socket in
                await room.subscribe(socket)
                for await message in socket.messages { room.publish(message) }       // never waits, encodes once
            }
        }
        return router
    }()

    static func main() {
        guard CommandLine.arguments.count == 2, let address = ListenAddress(CommandLine.arguments[1]) else {
            fail("usage: parley-echo HOST:PORT", EX_USAGE)
        }
        // While there is one thread: those to come inherit it, and leave the signals to `sigwait`.
        var stops = sigset_t()
        for number in [SIGTERM, SIGINT] { sigaddset(&stops, number) }
        pthread_sigmask(SIG_BLOCK, &stops, nil)
        let server = Server(Server.Configuration(listen: address), router: router)
        do {
            try server.start()
        } catch {
            fail(error.explanation, EX_UNAVAILABLE)
        }
        print("listening on \(address.host):\(server.port)")
        fflush(nil)
        var number: Int32 = 0
        sigwait(&stops, &number)
        Task.detached {
            await server.stop(within: .seconds(5))
            exit(EX_OK)
        }
        sigwait(&stops, &number)                      // who asks again does not want to wait
    }

    static func fail(_ text: String, _ code: Int32) -> Never {
        write(STDERR_FILENO, text + "\n", text.utf8.count + 1)
        exit(code)
    }
}
