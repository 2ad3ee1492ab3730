extension WebSocket {
    /// What one side tells the other: text or bytes, complete (RFC 6455 §5.6).
    ///
    /// Text is kept as the UTF-8 it came in; a `String` is made when it is asked for.
    public struct Message: Hashable, Sendable {
        /// Whether the sender said text; `bytes` are then valid UTF-8.
        public let isText: Bool
        public let bytes: [UInt8]

        init(isText: Bool, bytes: [UInt8]) {
            self.isText = isText
            self.bytes = bytes
        }

        public static func text(_ text: String) -> Message { Message(isText: true, bytes: Array(text.utf8)) }

        /// Text that is encoded already, such as JSON just written. The caller vouches that it is UTF-8: it is not
        /// looked at, and the other side breaks off with 1007 when it is not.
        public static func text(utf8: [UInt8]) -> Message { Message(isText: true, bytes: utf8) }

        public static func binary(_ bytes: [UInt8]) -> Message { Message(isText: false, bytes: bytes) }

        /// The bytes as text; of a binary message, what is not UTF-8 becomes U+FFFD.
        public var text: String { String(decoding: bytes, as: UTF8.self) }
    }
}
