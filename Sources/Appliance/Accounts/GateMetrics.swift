import Storage

extension MetricSource {
    /// Calls that were told to wait; `guesses` counts wrong codes of games.
    static func gate(_ gate: Gate, guesses: @escaping @Sendable () -> Int) -> MetricSource {
        MetricSource { text, _, _ throws(StorageError) in
            text.metric("parley_rate_limited_total", .counter, "Requests answered 429, by what they counted as.")
            for (counted, calls) in gate.refused + [("wrong_code", guesses())] {
                text.sample("parley_rate_limited_total", calls, ["counted": counted])
            }
        }
    }
}
