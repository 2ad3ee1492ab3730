extension WebSocket {
    /// What a route's WebSockets take from the other side.
    public struct Limits: Sendable, Hashable {
        /// Bytes of one message, its fragments together; past it the socket closes with 1009, as soon as the length
        /// is announced. What has arrived of a message is held in memory: this times the sockets is the bound.
        public var messageBytesMax: Int
        /// Bytes of one frame of a message; 1009 past it.
        public var frameBytesMax: Int
        /// The subprotocols spoken here: the first the client offers that is one of them is chosen. Tokens
        /// (RFC 9110 §5.6.2), compared exactly.
        public var subprotocols: [String]

        /// - Parameter frameBytesMax: `messageBytesMax` when nil.
        public init(messageBytesMax: Int = 64 << 10, frameBytesMax: Int? = nil, subprotocols: [String] = []) {
            self.messageBytesMax = messageBytesMax
            self.frameBytesMax = frameBytesMax ?? messageBytesMax
            self.subprotocols = subprotocols
        }
    }
}
