import FoundationEssentials
import Glibc
import Synchronization
import Testing

@testable import Appliance

@Suite struct LogWriterTests {
    /// What a writer puts out for `lines`, as text.
    private func written(_ format: LogWriter.Format, at times: [Int64] = [0], _ lines: (Log) -> Void) throws
        -> [Substring]
    {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let clock = Mutex(times)
        let writer = try LogWriter(to: OutputText(descriptor: ends[1]), format: format) {
            clock.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
        }
        lines(Log(level: .info, sink: { writer.append($0) }))
        writer.close()
        close(ends[1])
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(ends[0], &buffer, buffer.count), count > 0 { text += buffer[..<count] }
        close(ends[0])
        return String(decoding: text, as: UTF8.self).split(separator: "\n")
    }

    @Test("JSON lines are JSON, whatever the fields hold")
    func json() throws {
        let lines = try written(.json) { $0.notice("a thing", ["text": .text("x\"\n\u{7}"), "count": .integer(3)]) }
        struct Line: Decodable { let time, level, event, text: String; let count: Int }
        let line = try JSONDecoder().decode(Line.self, from: Data(lines[0].utf8))
        #expect(lines.count == 1)
        #expect(line.time == "1970-01-01T00:00:00.000Z" && line.level == "notice" && line.event == "a thing")
        #expect(line.text == "x\"\n\u{7}" && line.count == 3)
    }

    @Test("text lines stay one line each")
    func text() throws {
        let lines = try written(.text) {
            $0.info("a thing", ["path": .text("/a"), "text": .text("two\nlines \u{1B}[31m")])
        }
        #expect(lines == [#"1970-01-01T00:00:00.000Z INFO a thing path=/a text="two\nlines \u001b[31m""#])
    }

    @Test("levels below the chosen one are silent")
    func level() throws {
        #expect(try written(.text) { $0.debug("hidden") }.isEmpty)
    }

    @Test("equal warnings come once a minute, with the count of those left out")
    func warnings() throws {
        let lines = try written(.text, at: [0, 1, 2, 59_999, 60_000]) { log in
            for _ in 0..<4 { log.warning("degraded", ["cause": .text("a")]) }
            log.warning("degraded", ["cause": .text("a")])
            log.warning("degraded", ["cause": .text("b")])
        }
        #expect(lines.count == 3)
        #expect(lines[1].hasSuffix("cause=a suppressed=3"))
        #expect(lines[2].hasSuffix("cause=b"))
    }
}
