import Testing
import Web

@testable import Appliance

/// Routes that take an `Idempotency-Key`, while the table is laid.
@Suite struct OnceTests {
    private static func routes() -> Routes {
        var routes = Routes(gate: Gate(rateLimit: 0, now: { 0 }))
        routes.post("/things", needs: .admin, "Makes one.", once: true) { _ in Response(.created) }
        return routes
    }

    @Test("a query, or another method of the same path, would be taken for a repeat, and ends the program at its start")
    func ambiguous() async {
        #expect(Self.routes().summaries.count == 1)
        await #expect(processExitsWith: .failure) {
            var routes = Self.routes()
            routes.post("/others", needs: .admin, "Makes some.", query: .page, once: true) { _ in Response(.created) }
        }
        await #expect(processExitsWith: .failure) {
            var routes = Self.routes()
            routes.put("/things", needs: .admin, "Makes all.", takes: SubjectDraft.self, once: true) { _ in
                Response(.ok)
            }
        }
    }
}
