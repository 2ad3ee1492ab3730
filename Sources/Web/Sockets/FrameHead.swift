/// What a frame is (RFC 6455 §5.2).
enum Opcode: UInt8, Sendable {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    /// Control frames may come between the fragments of a message, are short, and are never fragmented themselves.
    @inline(__always)
    var isControl: Bool { rawValue & 0x8 != 0 }
}

/// The bytes before the payload of a frame, understood.
struct FrameHead: Sendable {
    let opcode: Opcode
    /// The last, or only, frame of its message.
    let isFinal: Bool
    let payloadBytes: Int
    /// 0 when the frame is not masked.
    let key: MaskingKey
    /// Of the head itself.
    let bytes: Int

    /// Two bytes, eight of length and four of masking key.
    static let bytesMax = 14
    /// Of a control frame's payload.
    static let controlBytesMax = 125

    /// In the second byte: 126 says that two bytes of length follow, 127 that eight do.
    static let length16: UInt8 = 126
    static let length64: UInt8 = 127
    static let maskBit: UInt8 = 0x80
    static let finalBit: UInt8 = 0x80
}
