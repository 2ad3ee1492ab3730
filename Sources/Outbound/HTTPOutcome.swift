internal import CCurl

/// What `Retry-After` asks for: seconds, or an HTTP date in any of its three forms (RFC 9110 §10.2.3).
///
/// - Returns: milliseconds from now, 0 for a date that is past; nil when it is neither.
func milliseconds(retryAfter field: String, at now: Int64) -> Int64? {
    if field.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
        guard let seconds = Int64(field) else { return field.isEmpty ? nil : ChannelHealth.retryAfterMaxMs }
        return min(seconds, ChannelHealth.retryAfterMaxMs / 1_000) * 1_000
    }
    guard field.contains(":") else { return nil }  // libcurl's date reader takes far more than HTTP does
    let date = parley_curl_getdate(field, nil)
    return date < 0 ? nil : max(0, Int64(date) * 1_000 - now)
}

extension CourierOutcome {
    /// What a call without an answer means, the same for every courier.
    init(_ failure: TransferFailure) {
        let outcomeClass: OutcomeClass =
            switch failure.kind {
            case .invalidRequest, .addressRefused, .certificateRefused, .tlsUnavailable, .loginDenied: .misconfigured
            case .nameUnknown, .connectFailed, .tlsFailed, .timedOut, .connectionLost, .unreadableAnswer, .cancelled,
                .other:
                .transient
            }
        self.init(
            outcomeClass, code: failure.kind.rawValue, excerpt: failure.detail,
            outcomeUnknown: outcomeClass == .transient && failure.mayHaveArrived)
    }

    /// What an HTTP status means where the service at the other end says nothing more: 2xx is success, 3xx and 410
    /// say that the address has changed or is gone, 408, 425, 429 and 5xx may pass, everything else is refused for
    /// good.
    init(_ answer: TransferAnswer, at now: Int64) {
        let asked = answer.header("Retry-After").flatMap { milliseconds(retryAfter: $0, at: now) }
        let outcomeClass: OutcomeClass =
            switch answer.status {
            case 200..<300: .delivered
            case 300..<400, 410: .misconfigured
            case 429: .throttled
            case 503 where asked != nil: .throttled
            case 408, 425, 500...: .transient
            default: .permanent
            }
        self.init(
            outcomeClass, code: "\(answer.status)", excerpt: String(decoding: answer.body.prefix(4_096), as: UTF8.self),
            retryAfterMilliseconds: outcomeClass == .delivered ? nil : asked)
    }

    /// A payload that the courier cannot read: no retry makes it readable.
    static let unreadablePayload = CourierOutcome(
        .permanent, code: "payload_unreadable", excerpt: "The payload is not a notice.")
}
