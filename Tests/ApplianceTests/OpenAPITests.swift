import Testing
import Web

@testable import Appliance

@Suite struct OpenAPITests {
    @Test("every route says what it answers")
    func answers() async throws {
        try await withAppliance { parley in
            for route in parley.app.summaries { #expect(!route.answers.isEmpty, "\(route.method) \(route.pattern)") }
        }
    }

    @Test("every route of the API says what its calls count as, for who comes too often")
    func rates() async throws {
        try await withAppliance { parley in
            for route in parley.app.summaries {
                #expect((route.rate != nil) == route.pattern.hasPrefix("/api/"), "\(route.method) \(route.pattern)")
            }
        }
    }

    @Test("whatever operations refer to is there")
    func references() async throws {
        try await withAppliance { parley in
            let bytes = OpenAPI(parley.app.summaries, version: "1", cookie: "c").bytes
            let parts = String(decoding: bytes, as: UTF8.self).split(separator: ##""$ref":"#/components/responses/"##).dropFirst()
            for name in Set(parts.map { $0.prefix { $0 != "\"" } }) {
                #expect(OpenAPI.refusals[String(name)] != nil, "\(name)")
            }
            #expect(parts.count > parley.app.summaries.count)
        }
    }

    @Test("names of operations are one for each route")
    func names() async throws {
        try await withAppliance { parley in
            let names = parley.app.summaries.map(\.operationID)
            #expect(Set(names).count == names.count)
            #expect(names.contains("getTopicsName") && names.contains("getProgramHealthz"))
        }
    }

    @Test("the document of one route, to the letter")
    func snapshot() {
        let route = RouteSummary(
            method: .post, pattern: "/api/things/{id}/paint", about: "Paints a thing.", scope: .admin, rate: .general,
            query: [.whole("coats", from: 1, to: 3, "How often.")], body: Paint.self,
            answers: [.json(Thing.self, .created, "Painted.")], content: nil, isOnce: true)
        let document = String(decoding: OpenAPI([route], version: "1", cookie: "c").bytes, as: UTF8.self)
        for part in Self.parts { #expect(document.contains(part), "\(document)") }
    }

    private static let parts = [
        ##""/api/things/{id}/paint":{"post":{"operationId":"postThingsIdPaint","parameters":["##,
        ##"{"in":"path","name":"id","required":true,"schema":{"minLength":1,"type":"string"}}"##,
        ##"{"description":"How often.","in":"query","name":"coats","required":false,"schema":{"maximum":3,"minimum":1,"type":"integer"}}"##,
        ##""name":"Idempotency-Key","required":false,"schema":{"pattern":"^[!-~]{1,255}$","type":"string"}}]"##,
        ##""requestBody":{"content":{"application/json":{"example":{"colour":"red"},"schema":{"##,
        ##""201":{"content":{"application/json":{"example":{"colour":"red"},"schema":{"$ref":"##
            + ##""#/components/schemas/OpenAPITests.Thing"}}},"description":"Painted."}"##,
        ##""404":{"$ref":"#/components/responses/404"}"##, ##""429":{"$ref":"#/components/responses/429-general"}"##,
        ##""404":{"content":{"application/problem+json":{"schema":{"$ref":"#/components/schemas/Problem"}}}"##,
        ##""RateLimit-Reset":{"description":"Seconds until all of them may come again.","required":false,"##,
        ##""security":[{"bearer":["admin"]},{"cookie":["admin"]}],"summary":"Paints a thing.","tags":["things"],"##
            + ##""x-rate":"general"}}}"##,
        ##""OpenAPITests.Thing":{"additionalProperties":false,"properties":{"colour":{"type":"string"}},"##
            + ##""required":["colour"],"type":"object"}"##,
    ]

    struct Thing: Exemplified {
        static let examples = [Thing(colour: "red")]
        let colour: String
    }

    struct Paint: InputShape {
        private static let colour = Field.text("colour", 1...20, "Which one.")
        static let fields = [colour.description]
        static let example = #"{"colour": "red"}"#
        let colour: String
        init(_ input: inout Input) { colour = input.take(Self.colour) }
    }
}
