/// One frame as it goes over the wire: head and payload encoded once, shared by all who get it.
///
/// Messages are never fragmented here: their length is known when they are sent. Frames of a server are not masked
/// (RFC 6455 §5.1); a client sends `masked(with:)`.
struct Frame: Sendable, Hashable {
    let bytes: [UInt8]

    init(_ message: WebSocket.Message) { self.init(message.isText ? .text : .binary, message.bytes) }

    /// - Precondition: at most 125 bytes.
    static func ping(_ payload: [UInt8] = []) -> Frame { Frame(.ping, payload) }

    /// - Parameter payload: that of the ping it answers (§5.5.3).
    /// - Precondition: at most 125 bytes.
    static func pong(_ payload: [UInt8]) -> Frame { Frame(.pong, payload) }

    /// The last frame of a side.
    ///
    /// - Parameters:
    ///   - code: nil and `.noStatus` send neither code nor reason.
    ///   - reason: cut behind the last whole character within 123 bytes.
    /// - Precondition: `code` is sendable.
    static func close(_ code: WebSocket.CloseCode?, reason: String = "") -> Frame {
        guard let code, code != .noStatus else { return Frame(.close, []) }
        precondition(code.isSendable, "this code must not stand in a close frame")
        var payload = [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xFF)]
        let text = Array(reason.utf8)
        var end = min(text.count, FrameHead.controlBytesMax - payload.count)
        while end < text.count, text[end] & 0xC0 == 0x80 { end -= 1 }
        payload += text[..<end]
        return Frame(.close, payload)
    }

    private init(_ opcode: Opcode, _ payload: [UInt8]) {
        precondition(!opcode.isControl || payload.count <= FrameHead.controlBytesMax, "a control frame is short")
        let headBytes = Self.headBytes(payload.count)
        bytes = [UInt8](unsafeUninitializedCapacity: headBytes + payload.count) { target, count in
            let base = UnsafeMutableRawPointer(target.baseAddress!)
            Self.writeHead(opcode, payload.count, to: base)
            payload.withUnsafeBytes { source in
                guard let start = source.baseAddress else { return }
                (base + headBytes).copyMemory(from: start, byteCount: source.count)
            }
            count = headBytes + payload.count
        }
    }

    /// The same frame as a client sends it.
    ///
    /// - Parameter key: new for each frame and not to be foreseen (§5.3); `.random(in: .min ... .max)` draws such a
    ///   one. Its lowest byte is the first on the wire.
    func masked(with key: UInt32) -> [UInt8] {
        let key = MaskingKey(value: key)
        let headBytes = Self.headBytes(ofFrame: bytes)
        let payloadStart = headBytes + 4
        return bytes.withUnsafeBytes { source in
            [UInt8](unsafeUninitializedCapacity: source.count + 4) { target, count in
                let base = UnsafeMutableRawPointer(target.baseAddress!)
                base.copyMemory(from: source.baseAddress!, byteCount: headBytes)
                target[1] |= FrameHead.maskBit
                base.storeBytes(of: key.value.littleEndian, toByteOffset: headBytes, as: UInt32.self)
                key.apply(
                    to: source.baseAddress! + headBytes, source.count - headBytes, into: base + payloadStart)
                count = source.count + 4
            }
        }
    }
}

extension Frame {
    /// Of an unmasked head before so many bytes of payload: 2, 4 or 10.
    fileprivate static func headBytes(_ payloadBytes: Int) -> Int {
        payloadBytes <= FrameHead.controlBytesMax ? 2 : payloadBytes <= 0xFFFF ? 4 : 10
    }

    private static func headBytes(ofFrame bytes: [UInt8]) -> Int {
        switch bytes[1] {
        case FrameHead.length16: 4
        case FrameHead.length64: 10
        default: 2
        }
    }

    /// Writes an unmasked head of `headBytes(payloadBytes)` bytes.
    fileprivate static func writeHead(_ opcode: Opcode, _ payloadBytes: Int, to base: UnsafeMutableRawPointer) {
        base.storeBytes(of: FrameHead.finalBit | opcode.rawValue, as: UInt8.self)
        switch headBytes(payloadBytes) {
        case 2:
            base.storeBytes(of: UInt8(payloadBytes), toByteOffset: 1, as: UInt8.self)
        case 4:
            base.storeBytes(of: FrameHead.length16, toByteOffset: 1, as: UInt8.self)
            base.storeBytes(of: UInt16(payloadBytes).bigEndian, toByteOffset: 2, as: UInt16.self)
        default:
            base.storeBytes(of: FrameHead.length64, toByteOffset: 1, as: UInt8.self)
            base.storeBytes(of: UInt64(payloadBytes).bigEndian, toByteOffset: 2, as: UInt64.self)
        }
    }
}

extension OutputBuffer {
    /// Writes what goes before the bytes of a message that is for one socket only: no `Frame` is made of it.
    mutating func appendHead(of message: WebSocket.Message) {
        withUnsafeTemporaryAllocation(byteCount: FrameHead.bytesMax, alignment: 8) { head in
            Frame.writeHead(message.isText ? .text : .binary, message.bytes.count, to: head.baseAddress!)
            append(UnsafeRawBufferPointer(rebasing: head[..<Frame.headBytes(message.bytes.count)]))
        }
    }
}
