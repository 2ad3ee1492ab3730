/// Bytes of one side of a WebSocket → messages and control frames (RFC 6455 §5), whatever way they are cut.
///
/// A value without I/O. It keeps what is unfinished itself, and nothing on the heap between messages: every byte is
/// judged when it arrives, once, so the outcome is the same however the bytes were cut.
struct FrameReader: Sendable {
    /// Who we are: a server demands masked frames, a client unmasked ones (§5.1).
    enum Role: Sendable { case server, client }

    enum Event: Sendable, Equatable {
        case message(WebSocket.Message)
        /// At most 125 bytes, to be sent back in a pong.
        case ping([UInt8])
        case pong([UInt8])
        /// The other side sends no more; nil when it gave no code. What comes behind it is dropped unread (§5.5.1).
        case close(WebSocket.CloseCode?, reason: String)
    }

    /// A frame whose payload has not arrived whole.
    private struct Unfinished {
        var opcode: Opcode
        var isFinal: Bool
        var key: MaskingKey
        var remaining: Int
    }

    private let role: Role
    private var isClosed = false
    private let messageBytesMax: Int
    private let frameBytesMax: Int
    private var frame: Unfinished?
    /// Text or binary while a message has begun in earlier frames, or in `frame`.
    private var kind: Opcode?
    private var text = UTF8Validator()
    /// What has arrived of the message of `kind`, unmasked.
    private var message: [UInt8] = []
    /// What has arrived of a control frame, which may stand between the fragments of a message.
    private var control: [UInt8] = []
    /// What has arrived of a head that is not whole: at most `FrameHead.bytesMax`.
    private var head = InlineArray<14, UInt8>(repeating: 0)
    private var headBytes: UInt8 = 0

    init(as role: Role, limits: WebSocket.Limits) {
        self.role = role
        messageBytesMax = limits.messageBytesMax
        frameBytesMax = limits.frameBytesMax
    }

    /// Whether bytes of an unfinished frame or message are held or counted.
    var isWithinMessage: Bool { headBytes > 0 || frame != nil || kind != nil }

    /// Heap set aside for what is unfinished: 0 between messages, and within one at most twice what has arrived, with
    /// what the allocator rounds up.
    var bytesReserved: Int { message.capacity + control.capacity }

    /// Goes on with the bytes from `used` on, up to the end of the next event.
    ///
    /// - Parameter used: moved behind what has been taken; to the end of `bytes` when there is no event.
    /// - Returns: the event, or nil when more bytes are needed; call again until then.
    /// - Throws: the first fault in the order of the bytes. The reader must not be used again.
    mutating func next(_ bytes: Span<UInt8>, _ used: inout Int) throws(WebSocket.Fault) -> Event? {
        while used < bytes.count, !isClosed {
            if frame == nil {
                guard let head = try readHead(bytes, &used) else { return nil }
                if bytes.count - used >= head.payloadBytes, head.isFinal, head.opcode != .continuation {
                    return try finish(head, whole: bytes, &used)
                }
                frame = Unfinished(
                    opcode: head.opcode, isFinal: head.isFinal, key: head.key, remaining: head.payloadBytes)
                if head.opcode == .text || head.opcode == .binary { kind = head.opcode }
            }
            if let event = try readPayload(bytes, &used) { return event }
        }
        used = bytes.count
        return nil
    }

    /// A frame that is an event by itself and has arrived whole, as nearly all do: its payload is copied once.
    private mutating func finish(
        _ head: FrameHead, whole bytes: Span<UInt8>, _ used: inout Int
    ) throws(WebSocket.Fault) -> Event {
        let payload = [UInt8](unmasking: bytes.extracting(used..<used + head.payloadBytes), head.key)
        used += head.payloadBytes
        guard !head.opcode.isControl else { return try finishControl(head.opcode, payload) }
        if head.opcode == .text {
            var text = UTF8Validator()
            guard payload.withUnsafeBytes({ text.firstInvalid(in: $0) }) == nil, text.isComplete
            else { throw .textInvalid }
        }
        return .message(WebSocket.Message(isText: head.opcode == .text, bytes: payload))
    }

    /// Takes what there is of the payload of `frame`; returns an event when it ends one.
    private mutating func readPayload(_ bytes: Span<UInt8>, _ used: inout Int) throws(WebSocket.Fault) -> Event? {
        guard var frame else { preconditionFailure("a payload has a head") }
        let count = min(frame.remaining, bytes.count - used)
        let piece = bytes.extracting(used..<used + count)
        used += count
        frame.remaining -= count
        if frame.opcode.isControl {
            control.append(unmasking: piece, frame.key)
        } else {
            try append(piece, of: frame)
        }
        frame.key = frame.key.advanced(by: count)
        guard frame.remaining == 0 else {
            self.frame = frame
            return nil
        }
        self.frame = nil
        if frame.opcode.isControl {
            defer { control = [] }
            return try finishControl(frame.opcode, control)
        }
        return frame.isFinal ? try finishMessage() : nil
    }

    private mutating func append(_ piece: Span<UInt8>, of frame: Unfinished) throws(WebSocket.Fault) {
        let start = message.count
        let needed = start + piece.count
        if needed > message.capacity {
            // Twice what has arrived at most, whatever was announced: a few bytes that promise 16 MiB get none. When
            // the end of the message is known, not more than that either.
            let doubled = max(needed, start * 2)
            message.reserveCapacity(frame.isFinal ? min(doubled, needed + frame.remaining) : doubled)
        }
        message.append(unmasking: piece, frame.key)
        guard kind == .text else { return }
        let invalid = message.withUnsafeBytes { text.firstInvalid(in: UnsafeRawBufferPointer(rebasing: $0[start...])) }
        guard invalid == nil else { throw .textInvalid }
    }

    private mutating func finishMessage() throws(WebSocket.Fault) -> Event {
        guard text.isComplete else { throw .textInvalid }
        let finished = WebSocket.Message(isText: kind == .text, bytes: message)
        message = []
        kind = nil
        return .message(finished)
    }

    private mutating func finishControl(_ opcode: Opcode, _ payload: [UInt8]) throws(WebSocket.Fault) -> Event {
        switch opcode {
        case .ping: return .ping(payload)
        case .pong: return .pong(payload)
        default: break
        }
        isClosed = true
        // Of a message that had begun nothing more will come.
        message = []
        kind = nil
        guard payload.count >= 2 else { return .close(nil, reason: "") }
        let code = WebSocket.CloseCode(UInt16(payload[0]) << 8 | UInt16(payload[1]))
        guard code.isSendable else { throw .closeCodeInvalid }
        guard let reason = String(validating: payload[2...], as: UTF8.self) else { throw .closeReasonInvalid }
        return .close(code, reason: reason)
    }
}

extension FrameReader {
    /// Takes a head, from `bytes` alone if it is there whole.
    private mutating func readHead(_ bytes: Span<UInt8>, _ used: inout Int) throws(WebSocket.Fault) -> FrameHead? {
        if headBytes == 0 {
            let rest = bytes.extracting(used..<min(used + FrameHead.bytesMax, bytes.count))
            if let head = try understand(rest) {
                used += head.bytes
                return head
            }
            for index in 0..<rest.count { head[index] = rest[index] }
            headBytes = UInt8(rest.count)
            used = bytes.count
            return nil
        }
        while used < bytes.count {
            head[Int(headBytes)] = bytes[used]
            headBytes += 1
            used += 1
            if let head = try understand(head.span.extracting(0..<Int(headBytes))) {
                headBytes = 0
                return head
            }
        }
        return nil
    }

    /// The head that `bytes` begin with; nil when more of it must come. What is there is judged in its order, so
    /// that a head is refused at its first wrong byte, and a length before anything is kept for it.
    private func understand(_ bytes: Span<UInt8>) throws(WebSocket.Fault) -> FrameHead? {
        let first = bytes[0]
        guard first & 0x70 == 0 else { throw .reservedBitSet }
        guard let opcode = Opcode(rawValue: first & 0xF) else { throw .opcodeUnknown }
        let isFinal = first & FrameHead.finalBit != 0
        if opcode.isControl {
            guard isFinal else { throw .controlFragmented }
        } else if opcode == .continuation {
            guard kind != nil else { throw .continuationUnexpected }
        } else {
            guard kind == nil else { throw .continuationMissing }
        }
        guard bytes.count >= 2 else { return nil }
        let second = bytes[1]
        let isMasked = second & FrameHead.maskBit != 0
        guard isMasked || role == .client else { throw .maskMissing }
        guard !isMasked || role == .server else { throw .maskUnexpected }
        let short = second & 0x7F
        guard !opcode.isControl || short <= FrameHead.controlBytesMax else { throw .controlTooLong }
        guard opcode != .close || short != 1 else { throw .closeTooShort }
        let keyStart = short == FrameHead.length64 ? 10 : short == FrameHead.length16 ? 4 : 2
        guard bytes.count >= keyStart else { return nil }
        let payloadBytes = try Self.length(short, bytes.extracting(2..<keyStart))
        if !opcode.isControl {
            guard payloadBytes <= messageBytesMax - message.count else { throw .messageTooBig(limit: messageBytesMax) }
            guard payloadBytes <= frameBytesMax else { throw .frameTooBig(limit: frameBytesMax) }
        }
        guard isMasked else {
            return FrameHead(
                opcode: opcode, isFinal: isFinal, payloadBytes: payloadBytes, key: MaskingKey(value: 0),
                bytes: keyStart)
        }
        guard bytes.count >= keyStart + 4 else { return nil }
        let key = (0..<4).reduce(0 as UInt32) { $0 | UInt32(bytes[keyStart + $1]) << UInt32($1 * 8) }
        return FrameHead(
            opcode: opcode, isFinal: isFinal, payloadBytes: payloadBytes, key: MaskingKey(value: key),
            bytes: keyStart + 4)
    }

    /// - Parameter extended: the 0, 2 or 8 bytes of length behind the first two of the head.
    @inline(__always)
    private static func length(_ short: UInt8, _ extended: Span<UInt8>) throws(WebSocket.Fault) -> Int {
        guard !extended.isEmpty else { return Int(short) }
        var length: UInt64 = 0
        for index in 0..<extended.count { length = length << 8 | UInt64(extended[index]) }
        guard length >> 63 == 0 else { throw .lengthInvalid }
        guard length > (extended.count == 2 ? 125 : 0xFFFF) else { throw .lengthNotMinimal }
        return Int(length)
    }
}
