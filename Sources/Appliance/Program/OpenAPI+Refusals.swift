import Web

/// How calls are refused. Operations refer to components: nearly all share the same ones.
extension OpenAPI {
    /// Refusals of one operation, by status.
    static func refusals(_ route: RouteSummary) -> [String: Tree] {
        var names = ["default": "default"]
        for status in route.refusals { names["\(status.code)"] = "\(status.code)" }
        if let rate = route.rate { names["\(Status.tooManyRequests.code)"] = rate.refusal }
        return names.mapValues { ["$ref": "#/components/responses/\($0)"] }
    }

    /// All that there are, by the names that operations use.
    static var refusals: [String: Tree] {
        var refusals = ["default": problem("Anything else that goes wrong.")]
        for status in [
            .badRequest, .unauthorized, .forbidden, .notFound, .conflict, .contentTooLarge, .unprocessable,
            .upgradeRequired,
        ] as [Status] {
            refusals["\(status.code)"] = problem(status.reason)
        }
        refusals["\(Status.unavailable.code)"] = problem(Status.unavailable.reason, ["Retry-After": retryAfter])
        for rate in RateClass.allCases {
            refusals[rate.refusal] = problem(
                rate.about,
                [
                    "Retry-After": retryAfter,
                    "RateLimit-Limit": header("How many calls may come at once."),
                    "RateLimit-Remaining": header("How many of them are left: none."),
                    "RateLimit-Reset": header("Seconds until all of them may come again."),
                ])
        }
        return refusals
    }

    private static func problem(_ about: String, _ headers: Tree? = nil) -> Tree {
        [
            "description": about, "headers": headers,
            "content": ["application/problem+json": ["schema": Schema.reference("Problem")]],
        ]
    }

    private static var retryAfter: Tree { header("Seconds after which to try again.", isRequired: true) }

    /// - Parameter isRequired: false for what only comes where it is the rate that was exceeded.
    private static func header(_ about: String, isRequired: Bool = false) -> Tree {
        ["description": about, "required": isRequired, "schema": Schema(.integer)]
    }
}

extension RateClass {
    /// Name of the component that tells of a call that comes too often.
    fileprivate var refusal: String { "\(Status.tooManyRequests.code)-\(rawValue)" }

    fileprivate var about: String {
        switch self {
        case .general: "Too many calls. A token, or without one an address, has --rate-limit a second."
        case .posting: "Too many calls. An address has a fifth of --rate-limit a second to send something in."
        case .signIn: "Too many calls. An address has --sign-in-limit a minute to sign in and the like."
        }
    }
}

extension RouteSummary {
    /// How it can end besides its answers, by what it takes.
    fileprivate var refusals: [Status] {
        guard pattern.hasPrefix("/api/") else { return [] }
        // Routes without a scope ask for a token of their own: a host's, an invitation's.
        var refusals: [Status] = [.unauthorized, .forbidden, .unprocessable, .unavailable]
        if !placeholders.isEmpty { refusals.append(.notFound) }
        let isSocket = answers.contains { $0.status == .switchingProtocols }
        if method != .get || isSocket { refusals += [.badRequest, .conflict] }
        if isSocket { refusals.append(.upgradeRequired) }
        if body != nil || content != nil { refusals.append(.contentTooLarge) }
        return refusals
    }
}

extension Schema {
    static let problem: Schema = {
        var code = Schema(.string, "Stable name of the problem, for programs.")
        code.pattern = "^[a-z0-9_.]+$"
        var errors = Schema(.array, "What is wrong with which field.")
        errors.items = [
            Schema(of: [.text("field", "Its name or path."), .text("detail", "What is wrong, for people.")])
        ]
        errors.items?[0].required = ["field", "detail"]
        var schema = Schema(.object, "What went wrong (RFC 9457).")
        schema.properties = [
            "code": code, "detail": Schema(.string, "What happened and what to do, for people."),
            "status": Schema(.integer), "title": Schema(.string), "type": Schema(.string), "errors": errors,
        ]
        schema.required = ["code", "detail", "status", "title", "type"]
        schema.others = .refused
        return schema
    }()
}
