/// A moment in the Gregorian calendar, UTC: what dates in mails and JSON are written from.
public struct CalendarTime: Equatable, Sendable {
    var year: Int
    var month: Int
    var day: Int
    var hour: Int
    var minute: Int
    var second: Int
    var millisecond: Int
    /// 0 for Sunday.
    var weekday: Int

    /// The moment of `unixMilliseconds`, counted in eras of 400 years that begin on 1 March, so that the leap day is
    /// last.
    public init(unixMilliseconds: Int64) {
        let days = Int(floorDivide(unixMilliseconds, 86_400_000))
        let inDay = Int(unixMilliseconds - Int64(days) * 86_400_000)
        hour = inDay / 3_600_000
        minute = inDay / 60_000 % 60
        second = inDay / 1_000 % 60
        millisecond = inDay % 1_000
        weekday = ((days + 4) % 7 + 7) % 7
        let shifted = days + 719_468
        let era = Int(floorDivide(Int64(shifted), 146_097))
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// ISO 8601 with milliseconds: `2026-11-21T01:07:25.000Z`.
    public var iso8601: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        appendISO8601(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the same as bytes: for those who write many.
    public func appendISO8601(to bytes: inout [UInt8]) {
        append(year, 4, UInt8(ascii: "-"), to: &bytes)
        append(month, 2, UInt8(ascii: "-"), to: &bytes)
        append(day, 2, UInt8(ascii: "T"), to: &bytes)
        append(hour, 2, UInt8(ascii: ":"), to: &bytes)
        append(minute, 2, UInt8(ascii: ":"), to: &bytes)
        append(second, 2, UInt8(ascii: "."), to: &bytes)
        append(millisecond, 3, UInt8(ascii: "Z"), to: &bytes)
    }

    /// Appends a number of at least so many digits, and what stands behind it.
    private func append(_ number: Int, _ width: Int, _ end: UInt8, to bytes: inout [UInt8]) {
        var unit = 1
        for _ in 1..<width { unit *= 10 }
        while number / unit >= 10 { unit *= 10 }
        while unit > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / unit % 10))
            unit /= 10
        }
        bytes.append(end)
    }

    /// A mail's date, RFC 5322 §3.3: `Sat, 21 Nov 2026 01:07:25 +0000`.
    var mailDate: String {
        let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        return "\(weekdays[weekday]), \(day) \(months[month - 1]) \(pad(year, 4)) \(clock) +0000"
    }

    private var clock: String { "\(pad(hour, 2)):\(pad(minute, 2)):\(pad(second, 2))" }

    private func pad(_ number: Int, _ width: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

private func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
    number >= 0 ? number / divisor : -((divisor - 1 - number) / divisor)
}
