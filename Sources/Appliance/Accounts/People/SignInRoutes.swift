import Storage
import Web

/// Ways into an account, for people who are not signed in.
struct SignInRoutes: Sendable {
    let accounts: Accounts

    func register(in routes: inout Routes) {
        routes.openPost(
            "/api/account/sign-in", "Signs in by address and password, and sets a cookie or answers a secret.",
            takes: SignInDraft.self, rate: .signIn, answers: [.json(SignInReport.self, .ok, "Signed in.")]
        ) { request in
            let draft = try Input.read(request.body, as: SignInDraft.self)
            try refuseOthers(request, draft.carrier)
            return answer(try await accounts.signIn(draft, request), draft.carrier, request)
        }
        routes.openPost(
            "/api/account/invitation", "Accepts an invitation: chooses the first password, and signs in.",
            takes: TicketDraft.self, rate: .signIn, answers: [.json(SignInReport.self, .ok, "Accepted, and signed in.")]
        ) { request in
            try await accept(request)
        }
        routes.openPost(
            "/api/account/password/reset",
            "Chooses a new password by the link that was mailed, ends all sessions, and signs in.",
            takes: TicketDraft.self, rate: .signIn, answers: [.json(SignInReport.self, .ok, "Changed, and signed in.")]
        ) { request in
            try await accept(request)
        }
        routes.openPost(
            "/api/account/password/reset-request",
            "Mails a link to choose a new password, if the address has an account; the answer does not tell.",
            takes: AddressDraft.self, rate: .signIn, answers: [.nothing(.accepted, "Understood.")]
        ) { request in
            try await accounts.requestReset(try Input.read(request.body, as: AddressDraft.self), request)
            return Response(.accepted)
        }
        routes.openPost(
            "/api/account/sign-up",
            "Mails a link to make an account as a player, where --sign-up allows it; the answer tells no more.",
            takes: AddressDraft.self, rate: .signIn, answers: [.nothing(.accepted, "Understood.")]
        ) { request in
            try await accounts.requestSignUp(try Input.read(request.body, as: AddressDraft.self), request)
            return Response(.accepted)
        }
    }

    private func accept(_ request: Request) async throws -> Response {
        let draft = try Input.read(request.body, as: TicketDraft.self)
        try refuseOthers(request, draft.carrier)
        return answer(try await accounts.accept(draft, request), draft.carrier, request)
    }

    private func refuseOthers(_ request: Request, _ carrier: SessionCarrier) throws(Problem) {
        guard carrier == .bearer || accounts.gate.cookie.mayBeGiven(request) else { throw .crossSite }
    }

    private func answer(_ signedIn: SignedIn, _ carrier: SessionCarrier, _ request: Request) -> Response {
        let (account, session) = (signedIn.account, signedIn.session)
        let secret = carrier == .bearer ? signedIn.secret : nil
        var response = Response.json(SignInReport(account: account, session: session, secret: secret))
        response.headers.add("cache-control", "no-store")
        guard carrier == .cookie else { return response }
        let cookie = accounts.gate.cookie
        response.headers.add("set-cookie", cookie.setting(signedIn.secret, for: request))
        if let mark = signedIn.mark {
            response.headers.add("set-cookie", cookie.setting(device: mark, for: request))
        }
        return response
    }
}
