import Testing

@testable import Appliance

@Suite struct DeviceMarkTests {
    private let marks: DeviceMark = {
        let marks = DeviceMark()
        marks.key.load([1, 2, 3])
        return marks
    }()

    @Test("a mark is good for its account, with its password, for a year")
    func life() throws {
        let mark = marks.make(for: "ann", password: "hash", at: 1_000)
        let device = try #require(marks.device(mark, of: "ann", password: "hash", at: 1_000))
        #expect(marks.device(mark, of: "ann", password: "hash", at: 999 + DeviceMark.lifetime) == device)
        #expect(marks.device(mark, of: "ann", password: "hash", at: 1_000 + DeviceMark.lifetime) == nil)
        #expect(marks.device(mark, of: "ann", password: "hash", at: 999) == nil, "of the future")
        #expect(marks.device(mark, of: "ann", password: "another", at: 1_000) == nil)
        #expect(marks.device(mark, of: "bob", password: "hash", at: 1_000) == nil)
        let other = marks.make(for: "ann", password: "hash", at: 1_000)
        #expect(marks.device(other, of: "ann", password: "hash", at: 1_000) != device)
    }

    @Test(
        "what was not made here is none, nor one with another time",
        arguments: ["", "ann", "ann.0.1000.0", "...", "later"])
    func forged(_ text: String) {
        let mark = marks.make(for: "ann", password: "hash", at: 1_000)
        let forged = text == "later" ? mark.replacing(".1000.", with: ".2000.") : text
        #expect(forged != mark)
        #expect(marks.device(forged, of: "ann", password: "hash", at: 3_000) == nil)
    }
}
