import FoundationEssentials
import Outbound

/// A moment as Parley keeps it, Unix milliseconds in UTC, and as the wire shows it: `2026-01-31T09:30:00.250Z`.
struct Timestamp: Hashable, Comparable, Sendable {
    let milliseconds: Int64

    init(_ milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Reads ISO 8601 with a zone (`Z` or an offset), with or without fractions of a second.
    init?(iso8601 text: String) {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains("."))
        guard Self.isReal(Array(text.utf8)), let date = try? style.parse(text) else { return nil }
        let milliseconds = date.timeIntervalSince1970 * 1_000
        guard Self.range.contains(milliseconds) else { return nil }
        self.milliseconds = Int64(milliseconds.rounded())
    }

    /// Whether there is such a day, hour, minute and second: the style reads the 99th minute as one of the next hour.
    private static func isReal(_ text: [UInt8]) -> Bool {
        func number(_ place: Range<Int>) -> Int {
            text.count < place.upperBound ? -1 : Int(String(decoding: text[place], as: UTF8.self)) ?? -1
        }
        return CalendarDay.isReal(number(0..<4), number(5..<7), number(8..<10)) && 0...23 ~= number(11..<13)
            && 0...59 ~= number(14..<16) && 0...59 ~= number(17..<19)
    }

    var iso8601: String { CalendarTime(unixMilliseconds: milliseconds).iso8601 }

    /// Without fractions: `2026-01-31T09:30:00Z`.
    var iso8601Seconds: String { "\(iso8601.prefix(19))Z" }

    /// The day in UTC: `2026-01-31`.
    var iso8601Day: String { String(iso8601.prefix(10)) }

    static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// The years 1970 to 9999: what ISO 8601 writes with four digits.
    private static let range = 0.0...253_402_300_799_999.0
}

extension Timestamp: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(iso8601)
    }
}

extension Timestamp {
    static func seconds(_ count: Int64) -> Int64 { count * 1_000 }
    static func hours(_ count: Int64) -> Int64 { count * 3_600_000 }
}

/// Reads the wall clock, in Unix milliseconds. Passed to whoever needs the time, so that tests can set it.
typealias WallClock = @Sendable () -> Int64

/// The machine's own wall clock.
let systemClock: WallClock = { Int64((Date.now.timeIntervalSince1970 * 1_000).rounded(.down)) }
