extension WebSocket {
    /// How the other side broke the protocol. After any of them the socket closes with `closeCode`: where the next
    /// frame begins, or what it means, is no longer certain.
    public enum Fault: Error, Hashable, Sendable {
        case reservedBitSet
        case opcodeUnknown
        case controlFragmented
        case controlTooLong
        case continuationUnexpected
        case continuationMissing
        case maskMissing
        case maskUnexpected
        case lengthNotMinimal
        case lengthInvalid
        case frameTooBig(limit: Int)
        case messageTooBig(limit: Int)
        case textInvalid
        case closeTooShort
        case closeCodeInvalid
        case closeReasonInvalid

        /// What the close frame says (RFC 6455 §7.4.1).
        public var closeCode: CloseCode {
            switch self {
            case .frameTooBig, .messageTooBig: .messageTooBig
            case .textInvalid, .closeReasonInvalid: .invalidPayload
            case .reservedBitSet, .opcodeUnknown, .controlFragmented, .controlTooLong, .continuationUnexpected,
                .continuationMissing, .maskMissing, .maskUnexpected, .lengthNotMinimal, .lengthInvalid,
                .closeTooShort, .closeCodeInvalid:
                .protocolError
            }
        }

        /// A stable name for logs, metrics and clients; never reworded.
        public var code: String {
            switch self {
            case .reservedBitSet: "websocket.reserved_bit_set"
            case .opcodeUnknown: "websocket.opcode_unknown"
            case .controlFragmented: "websocket.control_fragmented"
            case .controlTooLong: "websocket.control_too_long"
            case .continuationUnexpected: "websocket.continuation_unexpected"
            case .continuationMissing: "websocket.continuation_missing"
            case .maskMissing: "websocket.mask_missing"
            case .maskUnexpected: "websocket.mask_unexpected"
            case .lengthNotMinimal: "websocket.length_not_minimal"
            case .lengthInvalid: "websocket.length_invalid"
            case .frameTooBig: "websocket.frame_too_big"
            case .messageTooBig: "websocket.message_too_big"
            case .textInvalid: "websocket.text_invalid"
            case .closeTooShort: "websocket.close_too_short"
            case .closeCodeInvalid: "websocket.close_code_invalid"
            case .closeReasonInvalid: "websocket.close_reason_invalid"
            }
        }

        /// What the other side may read: what is wrong and what would be accepted. At most 123 bytes of ASCII, so
        /// that it fits the reason of a close frame.
        public var explanation: String {
            switch self {
            case .reservedBitSet: "The reserved bits of a frame must be 0: no extension was agreed on."
            case .opcodeUnknown: "A frame continues a message, or is text, binary, close, ping or pong."
            case .controlFragmented: "Close, ping and pong must not be fragmented."
            case .controlTooLong: "Close, ping and pong hold at most 125 bytes."
            case .continuationUnexpected: "A frame continues a message that has not begun."
            case .continuationMissing: "A message must end before the next one begins."
            case .maskMissing: "Frames of a client must be masked."
            case .maskUnexpected: "Frames of a server must not be masked."
            case .lengthNotMinimal: "The length of a frame must take as few bytes as it can."
            case .lengthInvalid: "The length of a frame must be below 2^63."
            case .frameTooBig(let limit): "The frame exceeds \(limit) bytes."
            case .messageTooBig(let limit): "The message exceeds \(limit) bytes."
            case .textInvalid: "The text is not UTF-8."
            case .closeTooShort: "A close frame holds nothing, or two bytes of code and a reason."
            case .closeCodeInvalid: "This close code must not be sent."
            case .closeReasonInvalid: "The reason of a close frame is not UTF-8."
            }
        }
    }
}
