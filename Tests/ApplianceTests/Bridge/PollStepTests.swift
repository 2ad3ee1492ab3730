import Testing

@testable import Appliance

@Suite struct PollStepTests {
    private static let now = Timestamp(1_000_000_500)  // second 1,000,000

    struct Case: Sendable, CustomTestStringConvertible {
        var cursor: Int64?
        var interval = 10
        var lookBack = 0
        var window: PollWindow?
        var testDescription: String { "cursor \(cursor.map(String.init) ?? "-"), look-back \(lookBack)" }
    }

    @Test(arguments: [
        Case(cursor: nil, window: PollWindow(from: 999_990, until: 1_000_000)),
        Case(cursor: nil, interval: 60, window: PollWindow(from: 999_940, until: 1_000_000)),
        Case(cursor: 999_990, window: PollWindow(from: 999_990, until: 1_000_000)),
        Case(cursor: 999_999, window: PollWindow(from: 999_999, until: 1_000_000)),
        Case(cursor: 1_000_000, window: nil),
        Case(cursor: 999_990, lookBack: 30, window: PollWindow(from: 999_960, until: 1_000_000)),
        // A gap is asked for in parts of an hour.
        Case(cursor: 990_000, window: PollWindow(from: 990_000, until: 993_600)),
        Case(cursor: 996_400, window: PollWindow(from: 996_400, until: 1_000_000)),
        // A little ahead: the clock was put right. Far ahead: it was set back, and its time comes again.
        Case(cursor: 1_000_001, window: nil),
        Case(cursor: 1_000_060, window: nil),
        Case(cursor: 1_000_061, window: PollWindow(from: 999_990, until: 1_000_000)),
    ])
    func asksForWhatWasNotAskedForYet(_ one: Case) {
        let settings = BridgeSettings(
            source: "http://source", intervalSeconds: one.interval, lookBackSeconds: one.lookBack)
        #expect(PollStep.window(after: one.cursor, settings, at: Self.now) == one.window)
    }

    @Test func windowsTileTheTime() {
        let settings = BridgeSettings(source: "http://source")
        var cursor: Int64 = 0, second: Int64 = 20_000
        while let window = PollStep.window(after: cursor, settings, at: Timestamp(second * 1_000 + 999)) {
            #expect(window.from == cursor)
            #expect(window.until > window.from && window.until <= second)
            #expect(window.until - window.from <= PollWindow.secondsMax)
            cursor = window.until
            second += 7
            if second > 30_000 { break }
        }
        #expect(cursor > 19_000)
    }

    @Test(arguments: [(1, 1_000), (2, 2_000), (3, 4_000), (6, 32_000), (7, 60_000), (1_000_000, 60_000)])
    func pausesGrowUpToAMinute(failures: Int, full: Int64) {
        #expect(PollStep.pause(afterFailures: failures, jitter: 0) == full)
        #expect(PollStep.pause(afterFailures: failures, jitter: 0.999) >= full * 3 / 4)
    }
}

@Suite struct PageEndingTests {
    private func ending(_ next: String?, page: Int = 0, seen: Set<String> = ["http://b/events?page=0"]) -> PageEnding {
        PageEnding.after(next: next, page: page, seen: seen, place: { $0.hasPrefix("http://b/") ? $0 : nil })
    }

    @Test func followsWhatIsNewAndOurs() {
        #expect(ending("http://b/events?page=1") == .next(url: "http://b/events?page=1"))
        #expect(ending(nil) == .last(warning: nil))
    }

    @Test(arguments: ["http://evil/events?page=1", "file:///etc/passwd", "", "http://b/" + String(repeating: "x", count: 2_048)])
    func goesNowhereElse(_ next: String) {
        guard case .last(let warning?) = ending(next) else { return #expect(Bool(false), "followed \(next.prefix(40))") }
        #expect(warning.contains("another host"))
    }

    @Test func endsWhereItWasBefore() {
        guard case .last(.some) = ending("http://b/events?page=0") else {
            return #expect(Bool(false), "asked for the same page twice")
        }
    }

    @Test func endsSomeTime() {
        #expect(ending("http://b/x", page: PageEnding.pagesMax - 2) == .next(url: "http://b/x"))
        guard case .last(.some) = ending("http://b/x", page: PageEnding.pagesMax - 1) else {
            return #expect(Bool(false), "went on for ever")
        }
    }
}

@Suite struct BridgeEventTests {
    private func stored(_ number: Int64, _ at: Int64, _ content: BridgeEvent.Content) -> StoredEvent {
        StoredEvent(number: number, event: BridgeEvent(conversation: 1, at: at, content: content))
    }

    @Test func withinASecondStartIsFirstAndEndIsLast() {
        let events = [
            stored(1, 5, .end), stored(2, 5, .message("b")), stored(3, 5, .transfer(from: 1, to: 2)),
            stored(4, 5, .start), stored(5, 4, .message("a")), stored(6, 6, .start),
        ]
        #expect(events.sorted().map(\.number) == [5, 4, 2, 3, 1, 6])
    }

    @Test func contentTellsEventsApart() {
        let contents: [BridgeEvent.Content] = [
            .start, .end, .message(""), .message("a"), .message("1 2"), .transfer(from: 1, to: 2),
            .transfer(from: nil, to: 2), .transfer(from: 2, to: 1), .transfer(from: 12, to: 1),
        ]
        let prints = contents.flatMap { content in
            [1, 11].map { BridgeEvent(conversation: 1, at: $0, content: content).fingerprint }
        }
        #expect(Set(prints).count == prints.count)
        #expect(
            BridgeEvent(conversation: 1, at: 1, content: .end).fingerprint
                == BridgeEvent(conversation: 2, at: 1, content: .end).fingerprint)
        #expect(prints.allSatisfy { $0.utf8.count == 32 })
    }

    @Test func equalEventsOfAPollAreNumbered() {
        var occurrences = Occurrences()
        let one = BridgeEvent(conversation: 1, at: 1, content: .message("a"))
        let other = BridgeEvent(conversation: 2, at: 1, content: .message("a"))
        let numbers = [one, other, one, one, other].map { occurrences.number($0, $0.fingerprint) }
        #expect(numbers == [1, 1, 2, 3, 2])
    }
}
