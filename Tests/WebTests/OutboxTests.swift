import Glibc
import Testing

@testable import Web

/// What waits for a slow client, against a list of whole pieces that is slow and plain.
@Suite(.timeLimit(.minutes(1))) struct OutboxTests {
    /// What an outbox holds, piece by piece; nothing is gathered, and what has been sent is gone.
    private struct Model {
        var pieces: [(bytes: [UInt8], key: UInt64?)] = []
        /// Sent of the first piece.
        var sent = 0

        var stream: [UInt8] { Array(pieces.flatMap(\.bytes).dropFirst(sent)) }
        var pushedCount: Int { pieces.reduce(0) { $0 + ($1.key == nil ? 0 : $1.bytes.count) } }

        mutating func append(_ bytes: [UInt8], key: UInt64?) {
            if !bytes.isEmpty { pieces.append((bytes, key)) }
        }

        @discardableResult
        mutating func takeBack(where isNeedless: (UInt64) -> Bool) -> Int {
            let before = pieces.count
            var begin = -sent
            pieces = pieces.filter { piece in
                defer { begin += piece.bytes.count }
                guard begin >= Outbox.pinnedBytes, let key = piece.key else { return true }
                return !isNeedless(key)
            }
            return before - pieces.count
        }

        mutating func removeFirst(_ count: Int) {
            sent += count
            while let first = pieces.first, sent >= first.bytes.count {
                sent -= first.bytes.count
                pieces.removeFirst()
            }
        }
    }

    private static func offered(_ outbox: Outbox) -> (bytes: [UInt8], vectors: Int) {
        outbox.withVectors { vectors in
            (vectors.flatMap { Array(UnsafeRawBufferPointer(start: $0.iov_base, count: $0.iov_len)) }, vectors.count)
        }
    }

    /// Sends all, in steps of `step` bytes.
    private static func drained(_ outbox: Outbox, step: Int) -> [UInt8] {
        var outbox = outbox
        var sent: [UInt8] = []
        while !outbox.isEmpty {
            let piece = offered(outbox).bytes.prefix(step)
            sent += piece
            outbox.removeFirst(piece.count)
        }
        return sent
    }

    private static let noise: [UInt8] = {
        var random = SeededRandom(seed: 0)
        return (0..<21_000).map { _ in .random(in: .min ... .max, using: &random) }
    }()

    /// Of megabytes, which takes too long element by element.
    private static func begins(_ bytes: [UInt8], with start: [UInt8]) -> Bool {
        start.count <= bytes.count && memcmp(bytes, start, start.count) == 0
    }

    private static func frame(_ mark: UInt8, _ count: Int) -> [UInt8] { Array(repeating: mark, count: count) }

    @Test(
        "whatever is queued, taken back and sent, what leaves is what the rules say",
        arguments: 0..<60 as Range<UInt64>)
    func model(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var outbox = Outbox()
        var model = Model()
        var pinned: [UInt8] = []
        let sizes = [1, 2, 100, 4_095, 4_096, 4_097, 16_383, 16_384, 20_000].shuffled(using: &random).prefix(4)
        let kinds = (0..<8).map { _ in Int.random(in: 0..<7, using: &random) }
        for step in 0..<Int.random(in: 20...150, using: &random) {
            let size = sizes.randomElement(using: &random) ?? 1
            let start = Int.random(in: 0..<1_000, using: &random)
            let bytes = Array(Self.noise[start..<start + size])
            let key = UInt64.random(in: 0...3, using: &random)
            switch kinds.randomElement(using: &random) ?? 0 {
            case 0:
                bytes.withUnsafeBytes { outbox.append($0) }
                model.append(bytes, key: nil)
            case 1:
                outbox.append(bytes)
                model.append(bytes, key: nil)
            case 2:
                let start = Int.random(in: 0...bytes.count, using: &random)
                outbox.append(bytes, from: start)
                model.append(Array(bytes[start...]), key: nil)
            case 3 where outbox.isEmpty:
                let sent = Int.random(in: 0..<bytes.count, using: &random)
                outbox.push(bytes, sent: sent)
                model.append(bytes, key: 0)
                model.removeFirst(sent)
            case 3, 4:
                let replaced = outbox.push(bytes, key: key)
                #expect(replaced == (key == 0 ? 0 : model.takeBack { $0 == key }), "seed \(seed) step \(step)")
                model.append(bytes, key: key)
            case 5:
                outbox.takeBack { $0.key <= key }
                model.takeBack { $0 <= key }
            default:
                let ready = Self.offered(outbox).bytes.count
                let sent = Int.random(in: 0...ready, using: &random)
                outbox.removeFirst(sent)
                model.removeFirst(sent)
                pinned.removeFirst(min(sent, pinned.count))
            }
            let offer = Self.offered(outbox)
            let stream = model.stream
            #expect(outbox.count == stream.count, "seed \(seed) step \(step)")
            #expect(outbox.pushedCount == model.pushedCount, "seed \(seed) step \(step)")
            let isEverything = offer.bytes.count == stream.count
            #expect(isEverything || offer.vectors == Outbox.vectorsMax, "seed \(seed) step \(step)")
            let isRight = Self.begins(stream, with: offer.bytes)
            let isUnchanged = Self.begins(offer.bytes, with: pinned)
            #expect(isRight, "seed \(seed) step \(step)")
            #expect(isUnchanged, "offered bytes changed, seed \(seed) step \(step)")
            guard isRight, isUnchanged else { return }
            pinned = Array(offer.bytes.prefix(Outbox.pinnedBytes))
        }
        let step = Int.random(in: 1_000...50_000, using: &random)
        let (left, expected) = (Self.drained(outbox, step: step), model.stream)
        #expect(left.count == expected.count && Self.begins(left, with: expected), "seed \(seed)")
    }

    struct Replacing: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Bytes that no one may take back, before the first frame of the key.
        let ahead: Int
        /// Sent before the second comes.
        let sent: Int
        let isReplaced: Bool
    }

    @Test(arguments: [
        Replacing(testDescription: "first in line", ahead: 0, sent: 0, isReplaced: false),
        Replacing(testDescription: "begun", ahead: 20_000, sent: 20_001, isReplaced: false),
        Replacing(testDescription: "last pinned byte", ahead: Outbox.pinnedBytes - 1, sent: 0, isReplaced: false),
        Replacing(testDescription: "behind what is pinned", ahead: Outbox.pinnedBytes, sent: 0, isReplaced: true),
        Replacing(testDescription: "pinned by what was sent", ahead: Outbox.pinnedBytes, sent: 1, isReplaced: false),
        Replacing(testDescription: "far behind", ahead: 100_000, sent: 50_000, isReplaced: true),
    ])
    func `a frame makes an earlier one of its key needless unless that may have been offered`(_ row: Replacing) {
        var outbox = Outbox()
        outbox.append(Self.frame(0, row.ahead))
        outbox.push(Self.frame(1, 500), key: 7)
        outbox.push(Self.frame(9, 500), key: 8)
        outbox.removeFirst(row.sent)
        outbox.push(Self.frame(2, 500), key: 7)
        let expected = Self.frame(0, row.ahead) + (row.isReplaced ? [] : Self.frame(1, 500)) + Self.frame(9, 500)
        #expect(Self.drained(outbox, step: 999) == Array((expected + Self.frame(2, 500)).dropFirst(row.sent)))
        #expect(outbox.pushedCount == (row.isReplaced ? 1_000 : 1_500))
    }

    @Test func `frames without a key are never replaced`() {
        var outbox = Outbox()
        outbox.append(Self.frame(0, 20_000))
        for _ in 0..<3 { outbox.push(Self.frame(1, 10), key: 0) }
        #expect(outbox.pushedCount == 30)
    }

    @Test func `frames that replace each other while nothing is sent leave no gaps behind`() {
        var outbox = Outbox()
        outbox.append(Self.frame(0, 20_000))
        for _ in 0..<10_000 { outbox.push(Self.frame(1, 10), key: 1) }
        #expect(outbox.pieces.count == 2)
        #expect(outbox.count == 20_010)
    }

    @Test func `small writes are gathered, frames are not`() {
        var outbox = Outbox()
        for _ in 0..<4_096 { ([1] as [UInt8]).withUnsafeBytes { outbox.append($0) } }
        #expect(outbox.pieces.count == 1)
        ([1] as [UInt8]).withUnsafeBytes { outbox.append($0) }
        #expect(outbox.pieces.count == 2)
        outbox.push([2], key: 0)
        outbox.push([3], key: 0)
        ([4] as [UInt8]).withUnsafeBytes { outbox.append($0) }
        outbox.append([5])
        #expect(outbox.pieces.count == 5)
        #expect(Self.drained(outbox, step: 100_000).suffix(5) == [1, 2, 3, 4, 5])
    }

    @Test func `an array that is shared is not written into`() {
        var outbox = Outbox()
        let frame: [UInt8] = [1, 2, 3]
        outbox.push(frame, key: 0)
        outbox.append([4])
        #expect(frame == [1, 2, 3])
        #expect(Self.drained(outbox, step: 1) == [1, 2, 3, 4])
    }

    @Test func `what has been sent is forgotten long before all is`() {
        var outbox = Outbox()
        for _ in 0..<1_000 { outbox.push([1], key: 0) }
        for sent in 1...999 {
            outbox.removeFirst(1)
            #expect(outbox.pieces.count <= max(2 * (1_000 - sent), 1_000 - sent + Outbox.vectorsMax) + 1)
        }
        outbox.removeFirst(1)
        #expect(outbox.isEmpty && outbox.pieces.isEmpty && outbox.pushedCount == 0)
    }

    @Test func `at most 64 pieces are offered at once, and nothing when nothing waits`() {
        var outbox = Outbox()
        #expect(Self.offered(outbox).vectors == 0)
        for _ in 0..<100 { outbox.push([1, 2], key: 0) }
        outbox.removeFirst(1)
        #expect(Self.offered(outbox) == ([2] + Array(repeating: [1, 2], count: 63).flatMap { $0 }, 64))
    }
}
