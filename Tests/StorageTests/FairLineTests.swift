import Testing

@testable import Storage

@Suite struct FairLineTests {
    /// Puts in one after the other, each named after its source, and says which of them were left without a place.
    private func fill(_ line: inout FairLine<String>, _ sources: [String]) -> [String] {
        sources.compactMap { line.put($0, of: $0) }
    }

    private func drain(_ line: inout FairLine<String>) -> String {
        var served = ""
        while let next = line.take() { served += next }
        return served
    }

    @Test(
        "those who ask take turns, however many places one of them has",
        arguments: [("abc", "abc"), ("aaab", "abaa"), ("aabb", "abab"), ("aaabbc", "abcaba"), ("", "")])
    func turns(_ asked: String, _ expected: String) {
        var line = FairLine<String>(countMax: 10)
        #expect(fill(&line, asked.map(String.init)) == [])
        #expect(drain(&line) == expected)
    }

    @Test(
        "in a full line who has most gives up their last place to who has two fewer",
        arguments: [
            ("aaaa", "b", "a", "abaa"), ("aaab", "b", "a", "abab"), ("aabb", "b", "b", "abab"),
            ("aabb", "a", "a", "abab"), ("abcd", "e", "e", "abcd"), ("aaaa", "a", "a", "aaaa"),
            ("aabc", "d", "a", "abcd"),
        ])
    func full(_ before: String, _ asking: String, _ left: String, _ served: String) {
        var line = FairLine<String>(countMax: 4)
        #expect(fill(&line, before.map(String.init)) == [])
        #expect(line.put(asking, of: asking) == left)
        #expect(drain(&line) == served)
    }

    @Test("who comes late does not wait for all that came before, nor is served twice in a row")
    func late() {
        var line = FairLine<String>(countMax: 10)
        _ = fill(&line, ["a", "a", "a", "a"])
        #expect(line.take() == "a")
        _ = fill(&line, ["b", "b"])
        #expect(drain(&line) == "ababa")
    }
}
