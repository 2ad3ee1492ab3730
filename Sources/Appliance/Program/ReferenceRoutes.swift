import Synchronization
import Web

/// The API, described by itself: for programs and for people.
final class ReferenceRoutes: Sendable {
    private let cookie: String
    private let state = Mutex(State())

    private struct State {
        var routes: [RouteSummary] = []
        var document: Task<[UInt8], Never>?
    }

    /// - Parameter cookie: name of the one that carries a session.
    init(cookie: String) { self.cookie = cookie }

    func register(in routes: inout Routes) {
        routes.openWaiting(
            "/openapi.json", "Describes this API for programs (OpenAPI 3.1).",
            answers: [.content(JSON.contentType, "The document.")]
        ) { [self] _ in
            Response(headers: ["content-type": JSON.contentType], body: await document)
        }
        routes.page(ReferencePage.page, at: "/docs", script: "/docs.js", style: "/docs.css")
    }

    /// Call once, when all routes are there.
    func prepare(_ routes: [RouteSummary]) { state.withLock { $0.routes = routes } }

    /// Made at the first request, which most starts never see, and on no event loop: it takes tens of milliseconds.
    private var document: [UInt8] {
        get async {
            let task = state.withLock { state in
                if let task = state.document { return task }
                let task = Task { [routes = state.routes, cookie] in
                    OpenAPI(routes, version: Program.version, cookie: cookie).bytes
                }
                state.document = task
                return task
            }
            return await task.value
        }
    }
}
