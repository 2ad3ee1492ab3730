import Testing

@testable import Web

@Suite struct RouterTests {
    private struct Colour: PathParameter {
        let name: String
        init?(_ segment: Substring) {
            guard ["red", "green"].contains(segment) else { return nil }
            name = String(segment)
        }
    }

    private static var router: Router {
        var router = Router()
        router.get("/") { _ in .text("root") }
        router.get("/api/messages") { _ in .text("list") }
        router.post("/api/messages", RouteLimits(bodyBytesMax: 4)) { request in .text("posted \(request.body.count)") }
        router.get("/api/messages/{id}") { (_, id: Int) async in .text("message \(id)") }
        router.get("/api/messages/latest") { _ in .text("latest") }
        router.delete("/api/messages/{id}") { (_, id: Int) in .text("deleted \(id)") }
        router.post("/api/messages/{id}/{colour}") { (_, id: Int, colour: Colour) async in .text("\(id) \(colour.name)")
        }
        router.get("/names/{name}") { (_, name: String) in .text(name) }
        router.on(.options, "/names/{name}") { (_, name: String) in .text("options of \(name)") }
        return router
    }

    @Test(
        arguments: [
            (.get, "/", 200, "root"), (.get, "/api/messages", 200, "list"), (.post, "/api/messages", 200, "posted 0"),
            (.get, "/api/messages/7", 200, "message 7"), (.get, "/api/messages/latest", 200, "latest"),
            (.delete, "/api/messages/7", 200, "deleted 7"), (.post, "/api/messages/7/red", 200, "7 red"),
            (.get, "/names/a%20b?x=y", 200, "a b"), (.options, "/names/x", 200, "options of x"),
            (.get, "/api/messages/07", 404, "http.not_found"), (.get, "/api/messages/x", 404, "http.not_found"),
            (.post, "/api/messages/7/blue", 404, "http.not_found"), (.get, "/api/messages/", 404, "http.not_found"),
            (.get, "/names/", 404, "http.not_found"), (.get, "//", 404, "http.not_found"),
            (.get, "/api", 404, "http.not_found"),
            (.get, "/API/messages", 404, "http.not_found"), (.put, "/api/messages", 405, "http.method_not_allowed"),
            (.delete, "/api/messages/latest", 404, "http.not_found"),
            (.patch, "/api/messages/latest", 405, "GET, HEAD, DELETE"),
            (.options, "/api/messages", 204, ""), (.options, "*", 204, ""),
        ] as [(Web.Method, String, Int, String)])
    func `who answers`(method: Web.Method, target: String, status: Int, text: String) async throws {
        let response = await Self.router.respond(to: Request(method, target))
        #expect(response.status.code == status)
        #expect(
            String(decoding: response.bytes, as: UTF8.self).contains(text) || text.isEmpty && response.bytes.isEmpty)
        #expect(response.headers["x-request-id"]?.count == 16)
    }

    @Test(
        arguments: [
            (.put, "/api/messages", "GET, HEAD, POST, OPTIONS"), (.get, "/api/messages/7/red", "POST, OPTIONS"),
            (.options, "/api/messages", "GET, HEAD, POST, OPTIONS"),
        ] as [(Web.Method, String, String)])
    func `Allow lists what the path answers`(method: Web.Method, target: String, allow: String) async {
        #expect(await Self.router.respond(to: Request(method, target)).headers["allow"] == allow)
    }

    @Test func `HEAD is GET without its body`() async {
        let response = await Self.router.respond(to: Request(.head, "/api/messages"))
        #expect(response.status == 200)
        #expect(response.bytes.isEmpty)
        #expect(response.headers["content-length"] == "4")
    }

    @Test(arguments: [(4, 200), (5, 413)])
    func `a body over the limit of its route is refused`(count: Int, status: Int) async {
        let request = Request(.post, "/api/messages", body: [UInt8](repeating: 0, count: count))
        #expect(await Self.router.respond(to: request).status.code == status)
    }

    @Test func `admit can refuse what has a route, and sees which`() async {
        var router = Self.router
        router.admit = { request, route in
            route.pattern == "/api/messages" && request.headers["authorization"] == nil
                ? Problem(401, "auth.missing", "Say who you are.").response : nil
        }
        #expect(await router.respond(to: Request(.get, "/api/messages")).status == 401)
        #expect(await router.respond(to: Request(.get, "/api/messages", headers: ["authorization": "x"])).status == 200)
        #expect(await router.respond(to: Request(.get, "/nowhere")).status == 404)
        #expect(await router.respond(to: Request(.get, "/")).status == 200)
    }

    @Test func `the table tells every route`() {
        let routes = Self.router.routes
        #expect(routes.map(\.index) == Array(0..<9))
        #expect(routes[6].pattern == "/api/messages/{id}/{colour}")
        #expect(routes[6].parameters == ["id", "colour"])
        #expect(routes[2].limits.bodyBytesMax == 4)
        #expect(routes[2].method == .post)
    }

    @Test func `a streamed body arrives whole without a socket`() async {
        var router = Router()
        router.post("/up", RouteLimits(streamsBody: true)) { request async in
            do throws(BodyFault) {
                return .text("\(try await request.stream.collect(upTo: 3).count)")
            } catch {
                return Response(error.problem)
            }
        }
        #expect(await router.respond(to: Request(.post, "/up", body: [1, 2, 3])).bytes == Array("3".utf8))
        #expect(await router.respond(to: Request(.post, "/up", body: [1, 2, 3, 4])).status == 413)
    }

    @Test func `a streamed answer can be collected`() async throws {
        var router = Router()
        router.get("/count/{n}") { (_, n: Int) in
            .stream { writer in for number in 0..<n { try await writer.write("\(number),") } }
        }
        let response = await router.respond(to: Request(.get, "/count/4"))
        #expect(try await response.collect(upTo: 8) == Array("0,1,2,3,".utf8))
        await #expect(throws: BodyFault.tooLarge(limit: 7)) { try await response.collect(upTo: 7) }
    }

    @Test func `too few parameters are a bug`() async {
        await #expect(processExitsWith: .failure) {
            var router = Router()
            router.get("/a/{x}/{y}") { (_, _: Int) in .noContent }
        }
    }

    @Test func `a doubled route is a bug`() async {
        await #expect(processExitsWith: .failure) {
            var router = Router()
            router.get("/a/{x}") { (_, _: Int) in .noContent }
            router.get("/a/{y}") { (_, _: String) in .noContent }
        }
    }

    @Test func `an ambiguous route is a bug`() async {
        await #expect(processExitsWith: .failure) {
            var router = Router()
            router.get("/a/{x}/c") { (_, _: Int) in .noContent }
            router.get("/a/b/{y}") { (_, _: Int) in .noContent }
        }
    }

    @Test func `a handler that cannot suspend cannot stream`() async {
        await #expect(processExitsWith: .failure) {
            var router = Router()
            router.post("/a", RouteLimits(streamsBody: true)) { _ in .noContent }
        }
    }

    @Test func `the literal wins, and the parameter takes what the literal leads nowhere with`() async {
        var router = Router()
        router.get("/a/b/c") { _ in .text("literal") }
        router.get("/a/{x}/c") { (_, x: String) in .text("parameter \(x)") }
        router.get("/a/{x}/d") { (_, x: String) in .text("d of \(x)") }
        #expect(await router.respond(to: Request(.get, "/a/b/c")).bytes == Array("literal".utf8))
        #expect(await router.respond(to: Request(.get, "/a/x/c")).bytes == Array("parameter x".utf8))
        #expect(await router.respond(to: Request(.get, "/a/b/d")).bytes == Array("d of b".utf8))
    }
}
