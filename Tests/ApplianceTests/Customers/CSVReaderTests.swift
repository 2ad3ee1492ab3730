import Testing

@testable import Appliance

@Suite struct CSVReaderTests {
    typealias Record = CSVReader.Record

    private static func read(_ bytes: [UInt8], cutAt cuts: [Int] = []) -> [Record] {
        var reader = CSVReader(), records: [Record] = [], start = 0
        for cut in cuts + [bytes.count] {
            records += reader.read(Array(bytes[start..<cut]))
            start = cut
        }
        return records + reader.finish()
    }

    private static func good(_ line: Int, _ values: String...) -> Record {
        Record(line: line, content: .success(values))
    }

    private static func bad(_ line: Int, _ refusal: Refusal) -> Record {
        Record(line: line, content: .failure(refusal))
    }

    static let files: [(String, [Record])] = [
        ("a,b\r\n1,2\r\n", [good(1, "a", "b"), good(2, "1", "2")]),
        ("a,b\n1,2", [good(1, "a", "b"), good(2, "1", "2")]),
        ("a,b\r1,2\r", [good(1, "a", "b"), good(2, "1", "2")]),
        ("\u{FEFF}a,b\n", [good(1, "a", "b")]),
        ("\u{FEFF}\"a\",b\n", [good(1, "a", "b")]),
        ("a;b\n1,5;2\n", [good(1, "a", "b"), good(2, "1,5", "2")]),
        ("a\tb\n1;2\t3\n", [good(1, "a", "b"), good(2, "1;2", "3")]),
        ("a\n1;2,3\n", [good(1, "a"), good(2, "1;2", "3")]),
        ("\"a;x\",b\n1;2,3\n", [good(1, "a;x", "b"), good(2, "1;2", "3")]),
        (
            "a,b\n\"one \"\"two\"\", three\",\"4\r\n5\"\r\n6,7\r\n",
            [good(1, "a", "b"), good(2, "one \"two\", three", "4\r\n5"), good(4, "6", "7")]
        ),
        ("a,b\n,\n\"\",\"\"\n", [good(1, "a", "b"), good(2, "", ""), good(3, "", "")]),
        ("a\n\n\r\n\n1\n\"\"\n", [good(1, "a"), good(5, "1"), good(6, "")]),
        ("a,b\n1,2,3\n4\n", [good(1, "a", "b"), good(2, "1", "2", "3"), good(3, "4")]),
        ("a,ü\n😀,é\n", [good(1, "a", "ü"), good(2, "😀", "é")]),
        ("a,b\nx\"y,2\n3,4\n", [good(1, "a", "b"), bad(2, CSVReader.quoteInside), good(3, "3", "4")]),
        ("a,b\n\"x\"y,2\n3,4\n", [good(1, "a", "b"), bad(2, CSVReader.textBehindQuote), good(3, "3", "4")]),
        ("a,b\n1,\"2\n3,4\n", [good(1, "a", "b"), bad(2, CSVReader.unclosed)]),
        ("a\n\"", [good(1, "a"), bad(2, CSVReader.unclosed)]),
        ("", []), ("\n\n", []), ("\u{FEFF}", []),
    ]

    @Test("a file and its records", arguments: files)
    func file(_ text: String, _ expected: [Record]) { #expect(Self.read(Array(text.utf8)) == expected) }

    @Test("it does not matter where a file is cut", arguments: files)
    func cut(_ text: String, _ expected: [Record]) {
        let bytes = Array(text.utf8)
        for cut in bytes.indices { #expect(Self.read(bytes, cutAt: [cut]) == expected, "\(cut)") }
        #expect(Self.read(bytes, cutAt: Array(bytes.indices)) == expected)
    }

    @Test("what is not UTF-8 is refused by the line", arguments: [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xEF, 0xBB]])
    func notUTF8(_ wrong: [UInt8]) {
        let bytes = Array("a,b\n".utf8) + wrong + Array(",2\n3,4\n".utf8)
        #expect(Self.read(bytes) == [Self.good(1, "a", "b"), Self.bad(2, CSVReader.notUTF8), Self.good(3, "3", "4")])
    }

    @Test("half a byte order mark is text, and no UTF-8")
    func halfMark() {
        #expect(Self.read([0xEF, 0xBB]) == [Self.bad(1, CSVReader.notUTF8)])
        #expect(Self.read([0xEF, 0xBB, 0x61, 0x0A]) == [Self.bad(1, CSVReader.notUTF8)])
    }

    @Test("a record of the longest length is read; one byte more and reading ends there")
    func long() {
        let longest = String(repeating: "x", count: CSVReader.recordBytesMax - 3)
        let fits = Array("a\n\"\(longest)\"\nb\n".utf8)
        #expect(Self.read(fits) == [Self.good(1, "a"), Self.good(2, longest), Self.good(3, "b")])
        for tooLong in ["a\n\"\(longest)x\"\nb\n", "a\n\"\(longest)xxxx", "a\nx\"\(longest)xx\nb\n"] {
            #expect(Self.read(Array(tooLong.utf8)) == [Self.good(1, "a"), Self.bad(2, CSVReader.tooLong)])
        }
    }

    @Test("what is written by the rules is read as it was", .serialized, arguments: 0..<200 as Range<UInt64>)
    func simulation(_ seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        let pieces = ["a", "\"", ",", ";", "\n", "\r\n", "\r", "\t", " ", "é", "😀", "=1+1", "", "\u{FEFF}"]
        let rows = (0..<Int.random(in: 1...8, using: &dice)).map { _ in
            (0..<3).map { _ in
                (0..<Int.random(in: 0...5, using: &dice)).map { _ in pieces.randomElement(using: &dice)! }.joined()
            }
        }
        let lineEnd = ["\n", "\r\n", "\r"].randomElement(using: &dice)!
        let text = ([["x", "y", "z"]] + rows).map { row in
            row.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",") + lineEnd
        }.joined()
        let bytes = Array(text.utf8)
        let cuts = (0..<Int.random(in: 0...5, using: &dice)).map { _ in Int.random(in: 0...bytes.count, using: &dice) }
        let read = Self.read(bytes, cutAt: cuts.sorted())
        #expect(read.dropFirst().map { try? $0.content.get() } == rows, "seed \(seed)")
    }

    @Test("no bytes at all make it stop, or make two of one record", .serialized, arguments: 0..<200 as Range<UInt64>)
    func noise(_ seed: UInt64) {
        var dice = SeededRandom(seed: seed)
        let alphabet: [UInt8] = [0x22, 0x2C, 0x0A, 0x0D, 0x61, 0xC3, 0xEF, 0xBB, 0xBF, 0x00, 0x3B]
        let bytes = (0..<Int.random(in: 0...60, using: &dice)).map { _ in alphabet.randomElement(using: &dice)! }
        let whole = Self.read(bytes)
        #expect(Self.read(bytes, cutAt: Array(bytes.indices)) == whole, "seed \(seed)")
        let lines = whole.map(\.line)
        #expect(lines == lines.sorted() && Set(lines).count == lines.count, "seed \(seed)")
    }
}
