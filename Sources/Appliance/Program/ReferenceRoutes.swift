import Synchronization
import Web

/// The API, described by itself: for programs and for people.
final class ReferenceRoutes: Sendable {
    private let cookie: String
    private let routes = Mutex<[RouteSummary]>([])
    private let document = Mutex<[UInt8]?>(nil)

    /// - Parameter cookie: name of the one that carries a session.
    init(cookie: String) { self.cookie = cookie }

    func register(in routes: inout Routes) {
        routes.open(
            "/openapi.json", "Describes this API for programs (OpenAPI 3.1).",
            answers: [.content(JSON.contentType, "The document.")]
        ) { [self] _ in
            Response(headers: ["content-type": JSON.contentType], body: made())
        }
        routes.open(
            "/docs", "Describes this API for people, who can try it there.", answers: [.content(Self.html, "A page.")]
        ) { _ in .html(ReferencePage.html) }
        routes.open("/docs.js", "The script of that page.", answers: [.content(Self.script, "The script.")]) { _ in
            Self.file(Self.script, ReferencePage.script)
        }
        routes.open("/docs.css", "The style of that page.", answers: [.content(Self.style, "The style.")]) { _ in
            Self.file(Self.style, ReferencePage.style)
        }
    }

    /// Call once, when all routes are there.
    func prepare(_ summaries: [RouteSummary]) { routes.withLock { $0 = summaries } }

    /// Made at the first request, which takes some milliseconds: most starts are never asked for it.
    private func made() -> [UInt8] {
        document.withLock { document in
            if let document { return document }
            let bytes = JSON.bytes(OpenAPI(routes.withLock { $0 }, version: Program.version, cookie: cookie))
            document = bytes
            return bytes
        }
    }

    private static func file(_ type: String, _ text: String) -> Response {
        Response(headers: ["content-type": type], body: Array(text.utf8))
    }

    private static let html = "text/html; charset=utf-8"
    private static let script = "text/javascript; charset=utf-8"
    private static let style = "text/css; charset=utf-8"
}
