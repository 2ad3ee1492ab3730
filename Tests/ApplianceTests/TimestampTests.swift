import Testing

@testable import Appliance

@Suite struct TimestampTests {
    @Test(
        "ISO 8601 is read with any zone and fraction, and written in UTC with milliseconds",
        arguments: [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000Z"),
            ("2026-01-31T09:30:00.25Z", 1_769_851_800_250, "2026-01-31T09:30:00.250Z"),
            ("2026-01-31T10:30:00+01:00", 1_769_851_800_000, "2026-01-31T09:30:00.000Z"),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ])
    func reads(_ text: String, _ milliseconds: Int64, _ written: String) {
        let time = Timestamp(iso8601: text)
        #expect(time?.milliseconds == milliseconds)
        #expect(time?.iso8601 == written)
    }

    @Test(
        "what is no time is refused",
        arguments: [
            "", "yesterday", "2026-01-31", "2026-13-01T00:00:00Z", "1969-12-31T23:59:59Z", "12", "2026-02-30T00:00:00Z",
            "2026-01-01T24:00:00Z", "2026-01-01T12:99:00Z", "2026-01-01T12:00:60Z",
        ])
    func refuses(_ text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }
}
