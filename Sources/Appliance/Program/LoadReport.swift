import FoundationEssentials

/// What a run of load came to.
struct LoadReport: Sendable {
    let plan: LoadPlan
    let seen: LoadTally.Seen
    let seconds: Double
    let cpuSeconds: Double

    var isClean: Bool { seen.failed == 0 }

    var text: String {
        let failures = seen.errors.sorted { $0.key < $1.key }.map { "  \($0.value) × \($0.key)\n" }.joined()
        let waits = [0.5, 0.9, 0.99].map { Self.shown(seen.waits.milliseconds(at: $0)) }
        return """
            conversations  \(seen.completed) completed, \(Self.shown(rate(seen.completed)))/s; \(seen.failed) failed, \
            \(seen.connectionFailures) of them to connect
            answers        \(seen.answers) acknowledged, \(Self.shown(rate(seen.answers)))/s
            next question  p50 \(waits[0]) ms, p90 \(waits[1]) ms, p99 \(waits[2]) ms, \
            max \(Self.shown(seen.waits.longest / .milliseconds(1))) ms
            this program   \(Self.shown(seconds)) s, \(Self.shown(cpuSeconds)) s of CPU
            \(failures)
            """
    }

    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let shown = Shown(
            customers: plan.customers, concurrent: plan.concurrent, rate: plan.rate,
            completed: seen.completed, completed_per_second: rate(seen.completed), failed: seen.failed,
            connection_failures: seen.connectionFailures, answers: seen.answers,
            answers_per_second: rate(seen.answers), errors: seen.errors,
            next_question_ms: .init(
                p50: seen.waits.milliseconds(at: 0.5), p90: seen.waits.milliseconds(at: 0.9),
                p99: seen.waits.milliseconds(at: 0.99), max: seen.waits.longest / .milliseconds(1)),
            seconds: seconds, cpu_seconds: cpuSeconds)
        guard let bytes = try? encoder.encode(shown) else { preconditionFailure("numbers of a run are finite") }
        return String(decoding: bytes, as: UTF8.self) + "\n"
    }

    private func rate(_ count: Int) -> Double { seconds > 0 ? Double(count) / seconds : 0 }

    /// With one digit behind the point below 100, and none above.
    private static func shown(_ number: Double) -> String {
        number >= 100 ? "\(Int(number.rounded()))" : "\((number * 10).rounded() / 10)"
    }

    private struct Shown: Encodable {
        let customers: Int
        let concurrent: Int
        let rate: Double
        let completed: Int
        let completed_per_second: Double
        let failed: Int
        let connection_failures: Int
        let answers: Int
        let answers_per_second: Double
        let errors: [String: Int]
        let next_question_ms: Waits
        let seconds: Double
        let cpu_seconds: Double

        struct Waits: Encodable {
            let p50: Double
            let p90: Double
            let p99: Double
            let max: Double
        }
    }
}
