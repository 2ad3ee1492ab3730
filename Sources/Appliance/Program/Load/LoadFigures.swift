import FoundationEssentials
import Glibc

/// How the figures of a load are shown, and what it took to find them.
enum LoadFigures {
    /// With one digit behind the point below 100, and none above.
    static func shown(_ number: Double) -> String {
        number >= 100 ? "\(Int(number.rounded()))" : "\((number * 10).rounded() / 10)"
    }

    /// A line for each kind of failure.
    static func shown(_ errors: [String: Int]) -> String {
        errors.sorted { $0.key < $1.key }.map { "  \($0.value) × \($0.key)\n" }.joined()
    }

    static func rate(_ count: Int, in seconds: Double) -> Double { seconds > 0 ? Double(count) / seconds : 0 }

    /// One line of JSON.
    static func json(_ report: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let bytes = try? encoder.encode(report) else { preconditionFailure("numbers of a run are finite") }
        return String(decoding: bytes, as: UTF8.self) + "\n"
    }

    /// User and system time of this process so far.
    static var cpuSeconds: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return [usage.ru_utime, usage.ru_stime].map { Double($0.tv_sec) + Double($0.tv_usec) / 1e6 }.reduce(0, +)
    }
}
