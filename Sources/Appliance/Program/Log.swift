import Synchronization

/// Where the program says what it does: a level below which it is silent, and a sink for the lines.
///
/// `debug`: one line per request. `info`: start, stop, configuration. `notice`: an operator might care. `warning`:
/// degraded. `error`: someone must act. Never in a field: bodies, tokens, addresses of customers, SQL values.
struct Log: Sendable {
    enum Level: Int, Comparable, CaseIterable, Sendable {
        case debug, info, notice, warning, error

        var name: String { "\(self)" }
        static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    enum Value: Equatable, Sendable {
        case text(String), integer(Int), real(Double)
    }

    /// One line to be: `event` is a fixed sentence, what varies stands in the fields.
    struct Line: Sendable {
        let level: Level
        let event: String
        let fields: [(name: String, value: Value)]
    }

    /// The level as it is now: one for all copies of a log, so that it can be changed while the program runs.
    final class Threshold: Sendable {
        private let value: Atomic<Int>

        init(_ level: Level) { value = Atomic(level.rawValue) }

        var level: Level {
            get { Level(rawValue: value.load(ordering: .relaxed)) ?? .info }
            set { value.store(newValue.rawValue, ordering: .relaxed) }
        }
    }

    let threshold: Threshold
    let sink: @Sendable (Line) -> Void

    init(level: Level, sink: @escaping @Sendable (Line) -> Void) {
        threshold = Threshold(level)
        self.sink = sink
    }

    var level: Level { threshold.level }

    func write(_ level: Level, _ event: StaticString, _ fields: KeyValuePairs<String, Value> = [:]) {
        guard level >= self.level else { return }
        sink(Line(level: level, event: event.description, fields: fields.map { ($0.key, $0.value) }))
    }

    func debug(_ event: StaticString, _ fields: KeyValuePairs<String, Value> = [:]) { write(.debug, event, fields) }
    func info(_ event: StaticString, _ fields: KeyValuePairs<String, Value> = [:]) { write(.info, event, fields) }
    func notice(_ event: StaticString, _ fields: KeyValuePairs<String, Value> = [:]) { write(.notice, event, fields) }
    func warning(_ event: StaticString, _ fields: KeyValuePairs<String, Value> = [:]) { write(.warning, event, fields) }
    func error(_ event: StaticString, _ fields: KeyValuePairs<String, Value> = [:]) { write(.error, event, fields) }

    /// Says nothing: for tests and for commands that print their result.
    static var silent: Log { Log(level: .error, sink: { _ in }) }
}
