extension DeliveryState: Encodable {}
extension OutcomeClass: Encodable {}

/// What readers of the API are shown.
extension DeliveryRecord {
    public static let example = DeliveryRecord(
        id: "019c137f-6d0b-7c44-8a10-2b9d6e1f7a30", channel: "team", source: "messages",
        reference: "019c137f-6d0a-7b1e-9c44-5d2e8f3a1b60", lane: nil, state: .waiting, dueAt: 1_769_851_802_250,
        attemptsUsed: 1, tries: 1, enqueuedAt: 1_769_851_800_250, changedAt: 1_769_851_800_430, attempts: [.example])
}

extension Attempt {
    public static let example = Attempt(
        number: 1, startedAt: 1_769_851_800_250, durationMilliseconds: 180, outcomeClass: .transient, code: "503",
        excerpt: "upstream is down", outcomeUnknown: false)
}

extension TestReport {
    public static let example = TestReport(
        outcomeClass: .delivered, code: "200", excerpt: "ok", outcomeUnknown: false, durationMilliseconds: 180)
}
