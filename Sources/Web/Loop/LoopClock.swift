internal import Glibc

/// The time as a loop sees it: read once per round of events, exact to a few milliseconds.
struct LoopClock {
    /// Milliseconds on the monotonic clock.
    private(set) var now: Int
    /// `date: Tue, 15 Nov 1994 08:12:31 GMT` and a line end, made anew when the second changes (RFC 9110 §6.6.1).
    private(set) var dateLine: [UInt8]
    private var second: Int

    init() {
        now = Self.milliseconds(CLOCK_MONOTONIC_COARSE)
        second = Self.milliseconds(CLOCK_REALTIME_COARSE) / 1_000
        dateLine = Self.format(second)
    }

    mutating func refresh() {
        let before = now
        now = Self.milliseconds(CLOCK_MONOTONIC_COARSE)
        guard now != before else { return }
        let wall = Self.milliseconds(CLOCK_REALTIME_COARSE) / 1_000
        guard wall != second else { return }
        second = wall
        dateLine = Self.format(wall)
    }

    /// Nanoseconds on the monotonic clock, read now.
    static func nanoseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    private static func milliseconds(_ clock: Int32) -> Int {
        var time = timespec()
        clock_gettime(clock, &time)
        return time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
    }

    /// IMF-fixdate of RFC 9110 §5.6.7, from Unix seconds.
    static func format(_ seconds: Int) -> [UInt8] {
        var time = seconds
        var parts = tm()
        gmtime_r(&time, &parts)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)])"
        let clock = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        return Array("date: \(day) \(parts.tm_year + 1_900) \(clock) GMT\r\n".utf8)
    }
}

extension Duration {
    /// Whole milliseconds, at least 1.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        return max(1, Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}
