import Testing

@testable import Outbound

@Suite struct HTTPOutcomeTests {
    /// Sun, 06 Nov 1994 08:49:37 GMT
    static let then: Int64 = 784_111_777_000

    @Test(
        "Retry-After in every form there is",
        arguments: [
            ("120", 120_000), ("0", 0), ("99999999999999999999999", ChannelHealth.retryAfterMaxMs),
            ("Sun, 06 Nov 1994 08:50:37 GMT", 60_000), ("Sunday, 06-Nov-94 08:50:37 GMT", 60_000),
            ("Sun Nov  6 08:50:37 1994", 60_000), ("Sun, 06 Nov 1994 08:49:00 GMT", 0),
            ("", nil), ("soon", nil), ("-5", nil), ("1.5", nil), ("20240101", ChannelHealth.retryAfterMaxMs),
        ] as [(String, Int64?)])
    func retryAfter(_ field: String, means expected: Int64?) {
        #expect(milliseconds(retryAfter: field, at: Self.then) == expected)
    }

    @Test(
        "a status and its class",
        arguments: [
            (200, nil, .delivered), (204, nil, .delivered), (301, nil, .misconfigured), (400, nil, .permanent),
            (404, nil, .permanent), (408, nil, .transient), (410, nil, .misconfigured), (425, nil, .transient),
            (429, nil, .throttled), (429, "9", .throttled), (500, nil, .transient), (502, nil, .transient),
            (503, nil, .transient), (503, "9", .throttled),
        ] as [(Int, String?, OutcomeClass)])
    func status(_ status: Int, _ retryAfter: String?, means expected: OutcomeClass) {
        let head = retryAfter.map { "HTTP/1.1 \(status) X\r\nretry-after: \($0)\r\n" } ?? ""
        let answer = TransferAnswer(status: status, head: Array(head.utf8), body: [], isTruncated: false)
        let outcome = CourierOutcome(answer, at: 0)
        #expect(outcome.outcomeClass == expected)
        #expect(outcome.code == "\(status)")
        #expect(outcome.retryAfterMilliseconds == retryAfter.map { _ in 9_000 })
    }

    @Test(
        "a call without an answer: what may have arrived is unknown, what is set up wrongly is not",
        arguments: [
            (.timedOut, true, .transient, true), (.timedOut, false, .transient, false),
            (.connectFailed, false, .transient, false), (.connectionLost, true, .transient, true),
            (.addressRefused, false, .misconfigured, false), (.certificateRefused, false, .misconfigured, false),
            (.tlsUnavailable, false, .misconfigured, false), (.nameUnknown, false, .transient, false),
        ] as [(TransferFailure.Kind, Bool, OutcomeClass, Bool)])
    func failure(_ kind: TransferFailure.Kind, _ mayHaveArrived: Bool, means expected: OutcomeClass, unknown: Bool) {
        let outcome = CourierOutcome(TransferFailure(kind: kind, mayHaveArrived: mayHaveArrived, detail: "why"))
        #expect(outcome.outcomeClass == expected)
        #expect(outcome.outcomeUnknown == unknown)
        #expect(outcome.excerpt == "why")
    }
}
