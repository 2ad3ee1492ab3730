import Storage
import Synchronization

/// Writes log lines to a descriptor from a thread of its own: whoever logs never waits for a slow reader.
///
/// A queue of `linesMax` waits while the reader is slow; what comes on top is dropped and counted in the next line
/// that gets through. Equal warnings (event and `cause`) are written once a minute, with the count of those left out.
final class LogWriter: Sendable {
    enum Format: String, CaseIterable, Sendable {
        case json, text
    }

    /// About 2 MB of lines: what a burst of debugging makes while a terminal scrolls.
    static let linesMax = 10_000
    static let warningInterval: Int64 = 60_000

    private let output: OutputText
    private let format: Format
    private let now: WallClock
    private let state = Mutex(State())
    private let wake = Semaphore()
    private let finished = Semaphore()

    init(to output: OutputText, format: Format, now: @escaping WallClock = systemClock) throws(StorageError) {
        self.output = output
        self.format = format
        self.now = now
        _ = try Thread(named: "parley-log") { [self] in writeUntilClosed() }
    }

    /// Hands a line to the thread. Lines after `close` are dropped.
    func append(_ line: Log.Line) {
        let time = now()
        let isFirst = state.withLock { state -> Bool in
            guard !state.isClosed else { return false }
            var line = line
            if line.level == .warning {
                guard let suppressed = state.admit(line, at: time) else { return false }
                if suppressed > 0 {
                    line = Log.Line(
                        level: line.level, event: line.event,
                        fields: line.fields + [("suppressed", .integer(suppressed))])
                }
            }
            guard state.lines.count < Self.linesMax else {
                state.dropped += 1
                return false
            }
            state.lines.append((time, line))
            return state.lines.count == 1
        }
        if isFirst { wake.signal() }
    }

    /// Writes what is queued, then ends the thread.
    func close() {
        state.withLock { $0.isClosed = true }
        wake.signal()
        finished.wait()
    }

    private func writeUntilClosed() {
        while true {
            wake.wait()
            let (lines, dropped, isClosed) = state.withLock { state in
                defer { (state.lines, state.dropped) = ([], 0) }
                return (state.lines, state.dropped, state.isClosed)
            }
            var text = lines.map { format.line($0.line, at: $0.time) }.joined()
            if dropped > 0 {
                let line = Log.Line(level: .warning, event: "log lines dropped", fields: [("count", .integer(dropped))])
                text += format.line(line, at: now())
            }
            output.write(text)
            if isClosed { break }
        }
        finished.signal()
    }

    private struct State {
        var lines: [(time: Int64, line: Log.Line)] = []
        var dropped = 0
        var isClosed = false
        private var warnings: [String: (at: Int64, suppressed: Int)] = [:]

        /// How many equal warnings were left out before this one; nil when this one is to be left out too.
        mutating func admit(_ line: Log.Line, at time: Int64) -> Int? {
            let cause = line.fields.first { $0.name == "cause" }.map { "\($0.value)" } ?? ""
            let key = "\(line.event) \(cause)"
            if let earlier = warnings[key], time - earlier.at < LogWriter.warningInterval, time >= earlier.at {
                warnings[key] = (earlier.at, earlier.suppressed + 1)
                return nil
            }
            if warnings.count >= 1_000 { warnings.removeAll() }
            defer { warnings[key] = (time, 0) }
            return warnings[key]?.suppressed ?? 0
        }
    }
}

extension LogWriter.Format {
    /// One line, newline included.
    fileprivate func line(_ line: Log.Line, at time: Int64) -> String {
        let stamp = Timestamp(time).iso8601
        switch self {
        case .json:
            return JSON.text(Entry(time: stamp, line: line)) + "\n"
        case .text:
            let fields = line.fields.map { " \($0.name)=\($0.value.plain)" }.joined()
            return "\(stamp) \(line.level.name.uppercased()) \(line.event)\(fields)\n"
        }
    }

    private struct Entry: Encodable {
        let time: String
        let line: Log.Line

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: AnyKey.self)
            try container.encode(time, forKey: AnyKey("time"))
            try container.encode(line.level.name, forKey: AnyKey("level"))
            try container.encode(line.event, forKey: AnyKey("event"))
            for field in line.fields {
                switch field.value {
                case .text(let text): try container.encode(text, forKey: AnyKey(field.name))
                case .integer(let number): try container.encode(number, forKey: AnyKey(field.name))
                case .real(let number): try container.encode(number, forKey: AnyKey(field.name))
                }
            }
        }
    }
}

extension Log.Value {
    /// As a person reads it in a terminal: control characters shown, spaces quoted.
    fileprivate var plain: String {
        switch self {
        case .integer(let number): return "\(number)"
        case .real(let number): return "\(number)"
        case .text(let text):
            let isPlain =
                !text.isEmpty
                && text.unicodeScalars.allSatisfy {
                    $0.properties.isAlphabetic || $0.value > 0x20 && $0.value < 0x7F && $0 != "\""
                }
            return isPlain ? text : JSON.text(text)
        }
    }
}
