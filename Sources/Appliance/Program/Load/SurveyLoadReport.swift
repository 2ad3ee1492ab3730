/// What a run of load on a survey came to.
struct SurveyLoadReport: Sendable {
    let plan: SurveyLoadPlan
    let seen: SurveyLoadTally.Seen
    let seconds: Double
    let cpuSeconds: Double

    var isClean: Bool { seen.failed == 0 }

    var text: String {
        """
        conversations  \(seen.completed) completed, \(shown(rate(seen.completed)))/s; \(seen.failed) failed, \
        \(seen.connectionFailures) of them to connect
        answers        \(seen.answers) acknowledged, \(shown(rate(seen.answers)))/s
        next question  \(LatencyFigures(seen.waits).text)
        this program   \(shown(seconds)) s, \(shown(cpuSeconds)) s of CPU
        \(LoadFigures.shown(seen.errors))
        """
    }

    var json: String {
        LoadFigures.json(
            Shown(
                customers: plan.customers, concurrent: plan.concurrent, rate: plan.rate,
                completed: seen.completed, completed_per_second: rate(seen.completed), failed: seen.failed,
                connection_failures: seen.connectionFailures, answers: seen.answers,
                answers_per_second: rate(seen.answers), errors: seen.errors,
                next_question_ms: LatencyFigures(seen.waits), seconds: seconds, cpu_seconds: cpuSeconds))
    }

    private func shown(_ number: Double) -> String { LoadFigures.shown(number) }

    private func rate(_ count: Int) -> Double { LoadFigures.rate(count, in: seconds) }

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
        let next_question_ms: LatencyFigures
        let seconds: Double
        let cpu_seconds: Double
    }
}
