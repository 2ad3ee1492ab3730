/// What must hold for any bytes a peer sends once its WebSocket is open.
///
/// The first byte chooses the side and the limits, the second seeds the cuts; the rest is the stream.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count >= 2 else { return 0 }
    let role: FrameReader.Role = data[0] & 1 == 0 ? .server : .client
    let limits = WebSocket.Limits(
        messageBytesMax: data[0] & 2 == 0 ? 64 << 10 : 20, frameBytesMax: data[0] & 4 == 0 ? 64 << 10 : 10)
    let stream = Array(UnsafeBufferPointer(start: data + 2, count: count - 2))
    let whole = Outcome([stream], as: role, limits)
    precondition(Outcome(pieces(of: stream, seed: data[1]), as: role, limits) == whole, "the cut changes the outcome")
    for event in whole.events { check(event, role, limits) }
    return 0
}

private struct Outcome: Equatable {
    var events: [FrameReader.Event] = []
    var fault: WebSocket.Fault?
    var isWithinMessage = false

    init(_ pieces: [[UInt8]], as role: FrameReader.Role, _ limits: WebSocket.Limits) {
        var reader = FrameReader(as: role, limits: limits)
        var fed = 0
        do throws(WebSocket.Fault) {
            for piece in pieces {
                var used = 0
                while let event = try reader.next(piece.span, &used) {
                    precondition(used > 0 && used <= piece.count, "an event takes bytes, and only those given")
                    events.append(event)
                }
                precondition(used == piece.count, "without an event all bytes are used")
                fed += piece.count
                let held = min(fed, limits.messageBytesMax + FrameHead.controlBytesMax)
                precondition(reader.bytesReserved <= 2 * held + 64, "too much is held")
                precondition(reader.isWithinMessage || reader.bytesReserved == 0, "an idle reader owns nothing")
            }
        } catch {
            fault = error
        }
        isWithinMessage = fault == nil && reader.isWithinMessage
    }
}

/// Whether an event keeps its promises, and is the same again when it is encoded by us and read back.
private func check(_ event: FrameReader.Event, _ role: FrameReader.Role, _ limits: WebSocket.Limits) {
    let frame: Frame
    switch event {
    case .message(let message):
        precondition(message.bytes.count <= limits.messageBytesMax, "a message exceeds its limit")
        precondition(!message.isText || String(validating: message.bytes, as: UTF8.self) != nil, "text is not UTF-8")
        frame = Frame(message)
    case .ping(let payload):
        frame = .ping(payload)
    case .pong(let payload):
        frame = .pong(payload)
    case .close(let code, let reason):
        precondition(code?.isSendable ?? reason.isEmpty, "a code that must not be sent")
        frame = .close(code, reason: reason)
    }
    let bytes = role == .client ? frame.bytes : frame.masked(with: 0x9A7B_0CD1)
    let generous = WebSocket.Limits(messageBytesMax: limits.messageBytesMax)
    precondition(Outcome([bytes], as: role, generous).events == [event], "what was read is not what is written")
}
