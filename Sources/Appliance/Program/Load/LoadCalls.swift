import Outbound
import Web

/// The few requests that a load makes besides its sockets.
struct LoadCalls: Sendable {
    struct Answer: Sendable {
        var status: Int
        var body: [UInt8]
        /// Seconds, where the server asks to come back later.
        var retryAfter: Int?

        init(status: Int, body: [UInt8], retryAfter: Int? = nil) {
            self.status = status
            self.body = body
            self.retryAfter = retryAfter
        }
    }

    /// How often one is made while the server says that it has no time now.
    static let attemptsMax = 10
    /// No answer is larger: the results of a game of 20,000.
    static let answerBytesMax = 64 << 20

    /// Makes one call to a path with its query. Throws why there was no answer.
    let perform:
        @Sendable (TransferRequest.Method, _ path: String, _ body: [UInt8]?) async throws(LoadCallFault) -> Answer

    /// Returns what is answered with the status expected.
    func ask(
        _ method: TransferRequest.Method, _ path: String, _ body: [UInt8]? = nil, expecting status: Int = 200
    ) async throws(LoadCallFault) -> JSONGlance {
        var attempts = 1
        while true {
            let answer = try await perform(method, path, body)
            if answer.status == status { return JSONGlance(answer.body) }
            guard [429, 503].contains(answer.status), attempts < Self.attemptsMax else {
                let detail = JSONGlance(answer.body)["detail"]?.text ?? "no reason was given"
                throw LoadCallFault(explanation: "\(method.rawValue) \(path): \(answer.status), \(detail)")
            }
            attempts += 1
            try? await Task.sleep(for: .seconds(answer.retryAfter ?? 1))
        }
    }
}

/// Why a load could not be prepared, or its results not be read; for people.
struct LoadCallFault: Error, Equatable, Sendable {
    let explanation: String
}

extension LoadCalls {
    /// Over HTTP to a running program.
    init(to url: ServerURL, token: String, over transfers: Transfers) {
        let host = url.host.contains(":") ? "[\(url.host)]" : url.host
        let prefix = "\(url.isSecure ? "https" : "http")://\(host):\(url.port)\(url.prefix)"
        let headers = [(name: "Authorization", value: "Bearer \(token)"), ("Content-Type", "application/json")]
        perform = { (method, path, body) async throws(LoadCallFault) -> Answer in
            let request = TransferRequest(
                url: prefix + path, content: .http(method, headers: headers, body: body ?? []), allowPrivate: true,
                answerBytesMax: Self.answerBytesMax)
            switch await transfers.perform(request).ending {
            case .answered(let answer):
                return Answer(
                    status: answer.status, body: answer.body,
                    retryAfter: answer.header("retry-after").flatMap { Int($0) })
            case .failed(let failure):
                throw LoadCallFault(explanation: "\(method.rawValue) \(path): \(failure.detail)")
            }
        }
    }
}
