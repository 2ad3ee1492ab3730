/// Reads CSV as RFC 4180 has it, from bytes that come in pieces of any size.
///
/// Lines end with CR LF, LF or CR; a byte order mark at the start and blank lines are skipped; the first of `,`, `;`
/// and tab outside quotes separates values from then on, as spreadsheets of half the world write semicolons. What could
/// be read two ways is refused, line by line: a value taken for another is worse than one that is missing.
struct CSVReader: Sendable {
    struct Record: Equatable, Sendable {
        /// Where it begins, from 1.
        var line: Int
        var content: Result<[String], Refusal>
    }

    /// Fifty attributes of a thousand characters, and then some. Past this a quote was not closed, and every line that
    /// follows would be taken for something it is not.
    static let recordBytesMax = 256 << 10

    private enum Place {
        case fieldStart
        case plain
        case quoted
        /// Behind a quote within quotes: the end, or half of a doubled one.
        case quoteSeen
        /// In what is left of a record that is refused.
        case refused(Refusal)
        /// Nothing more is read.
        case ended
    }

    private var place = Place.fieldStart
    private var records: [Record] = []
    private var separator: UInt8?
    /// The values of the open record, one behind the other, and where each ends.
    private var values: [UInt8] = []
    private var ends: [Int] = []
    private var recordBytes = 0
    private var recordLine = 1
    private var line = 1
    private var lastWasCarriageReturn = false
    /// Bytes of the byte order mark seen so far; nil once it is behind, or it is clear that there is none.
    private var markBytes: Int? = 0

    /// The records that `bytes` complete.
    mutating func read(_ bytes: [UInt8]) -> [Record] {
        for byte in bytes {
            if let count = markBytes {
                if byte == Self.mark[count] {
                    markBytes = count + 1 < Self.mark.count ? count + 1 : nil
                    continue
                }
                leaveMark()
            }
            take(byte)
        }
        return handOver()
    }

    /// The last record, when no line end follows it. To be called once, at the end.
    mutating func finish() -> [Record] {
        leaveMark()
        switch place {
        case .quoted: refuse(Self.unclosed)
        case .fieldStart, .plain, .quoteSeen, .refused, .ended: break
        }
        endRecord()
        return handOver()
    }

    private mutating func handOver() -> [Record] {
        defer { records = [] }
        return records
    }

    /// What looked like the beginning of a mark was text.
    private mutating func leaveMark() {
        guard let count = markBytes else { return }
        markBytes = nil
        for byte in Self.mark.prefix(count) { take(byte) }
    }

    private mutating func take(_ byte: UInt8) {
        if case .ended = place { return }
        let endsPair = lastWasCarriageReturn && byte == Self.lineFeed
        let isLineEnd = byte == Self.lineFeed || byte == Self.carriageReturn
        lastWasCarriageReturn = byte == Self.carriageReturn
        if isLineEnd, !endsPair { line += 1 }
        recordBytes += 1
        guard recordBytes <= Self.recordBytesMax else {
            place = .refused(Self.tooLong)
            endRecord()
            place = .ended
            return
        }
        switch place {
        case .quoted:
            if byte == Self.quote { place = .quoteSeen } else { values.append(byte) }
        case .fieldStart, .plain, .quoteSeen, .refused:
            if isLineEnd {
                endRecord()  // with the LF of CR LF once more: of a blank line, which is none
            } else {
                takeOutsideQuotes(byte)
            }
        case .ended: break
        }
    }

    private mutating func takeOutsideQuotes(_ byte: UInt8) {
        if case .refused = place { return }
        if isSeparator(byte) {
            ends.append(values.count)
            place = .fieldStart
            return
        }
        switch place {
        case .fieldStart where byte == Self.quote: place = .quoted
        case .quoteSeen where byte == Self.quote:
            values.append(byte)
            place = .quoted
        case .quoteSeen: refuse(Self.textBehindQuote)
        case _ where byte == Self.quote: refuse(Self.quoteInside)
        default:
            values.append(byte)
            place = .plain
        }
    }

    private mutating func isSeparator(_ byte: UInt8) -> Bool {
        if let separator { return byte == separator }
        guard Self.separators.contains(byte) else { return false }
        separator = byte
        return true
    }

    private mutating func refuse(_ refusal: Refusal) {
        if case .refused = place { return }
        place = .refused(refusal)
    }

    private mutating func endRecord() {
        defer {
            place = .fieldStart
            values.removeAll(keepingCapacity: true)
            ends.removeAll(keepingCapacity: true)
            recordBytes = 0
            recordLine = line
        }
        switch place {
        case .ended: return
        case .refused(let refusal): records.append(Record(line: recordLine, content: .failure(refusal)))
        case .fieldStart where ends.isEmpty: return  // a blank line
        case .fieldStart, .plain, .quoted, .quoteSeen:
            ends.append(values.count)
            // A header of one column has no separator, and its rows must not choose one.
            separator = separator ?? Self.separators[0]
            records.append(Record(line: recordLine, content: texts))
        }
    }

    private var texts: Result<[String], Refusal> {
        var texts: [String] = [], start = 0
        for end in ends {
            guard let text = String(validating: values[start..<end], as: UTF8.self) else {
                return .failure(Self.notUTF8)
            }
            texts.append(text)
            start = end
        }
        return .success(texts)
    }

    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let separators: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09]
    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed: UInt8 = 0x0A
    private static let carriageReturn: UInt8 = 0x0D

    static let quoteInside = Refusal(
        detail: "A quote stands inside a value that does not begin with one; write \"a \"\"b\"\" c\".")
    static let textBehindQuote = Refusal(detail: "Text follows a closing quote; a quote in a value is doubled.")
    static let notUTF8 = Refusal(detail: "This is not UTF-8.")
    static let unclosed = Refusal(detail: "A quote is opened here and never closed; nothing after it was read.")
    static let tooLong = Refusal(
        detail: "More than \(recordBytesMax) bytes; is a quote not closed? Nothing after it was read.")
}
