import Testing

@testable import Web

/// A frame written out plainly, sound or not: the standard's picture (RFC 6455 §5.2) and none of our encoder.
struct WireFrame: CustomTestStringConvertible {
    var first: UInt8
    var payload: [UInt8] = []
    /// As it is written; nil when the frame is not masked.
    var key: [UInt8]? = [0x37, 0xFA, 0x21, 0x3D]
    /// Bytes of length behind the second byte: 0, 2 or 8; the fewest possible when nil.
    var lengthBytes: Int?
    /// What the length says, when that is not the truth.
    var announced: UInt64?

    var testDescription: String {
        "\(String(first, radix: 16)) of \(announced ?? UInt64(payload.count)) bytes"
    }

    var bytes: [UInt8] {
        let length = announced ?? UInt64(payload.count)
        let lengthBytes = lengthBytes ?? (length < 126 ? 0 : length < 65_536 ? 2 : 8)
        let short = lengthBytes == 0 ? UInt8(length) : lengthBytes == 2 ? 126 : 127
        var bytes = [first, short | (key == nil ? 0 : 0x80)]
        bytes += (0..<lengthBytes).reversed().map { UInt8(truncatingIfNeeded: length >> UInt64($0 * 8)) }
        guard let key else { return bytes + payload }
        return bytes + key + payload.enumerated().map { $1 ^ key[$0 % 4] }
    }
}

/// What a reader made of some bytes: the events before the first fault or the end, and how it ended.
struct Reading: Equatable, CustomTestStringConvertible {
    var events: [FrameReader.Event] = []
    var fault: WebSocket.Fault?
    var isWithinMessage = false

    /// Feeds `pieces` one after another, as a connection would.
    init(_ pieces: [[UInt8]], as role: FrameReader.Role = .server, limits: WebSocket.Limits = .init()) {
        var reader = FrameReader(as: role, limits: limits)
        for piece in pieces {
            var used = 0
            do throws(WebSocket.Fault) {
                while let event = try reader.next(piece.span, &used) { events.append(event) }
            } catch {
                fault = error
                return
            }
            precondition(used == piece.count, "all bytes are used when there is no event")
        }
        isWithinMessage = reader.isWithinMessage
    }

    init(events: [FrameReader.Event] = [], fault: WebSocket.Fault? = nil) {
        self.events = events
        self.fault = fault
    }

    /// Short: the whole would be pages of bytes.
    var testDescription: String {
        "\(events.count) events, \(fault?.code ?? "no fault"), \(isWithinMessage ? "within" : "between") messages"
    }

    /// The first place to cut `bytes` in two at which they are not read as `expected`; nil when there is none.
    static func firstCut(
        of bytes: [UInt8], at cuts: some Sequence<Int>, as role: FrameReader.Role = .server, notGiving expected: Reading
    ) -> Int? {
        cuts.first { Reading(bytes.cut(at: $0), as: role) != expected }
    }
}

extension [UInt8] {
    /// In two pieces.
    func cut(at index: Int) -> [[UInt8]] { [Array(self[..<index]), Array(self[index...])] }

    /// In pieces of one byte.
    var single: [[UInt8]] { map { [$0] } }

    /// In pieces of 1 to `max` bytes.
    func cut(_ random: inout SeededRandom, max: Int) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = self[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 1...max, using: &random))
            pieces.append(Array(piece))
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }
}
