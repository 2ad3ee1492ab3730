extension WebSocket {
    /// Why a WebSocket ended, as a number: RFC 6455 §7.4 and IANA's "WebSocket Close Code Number Registry".
    ///
    /// 3000–3999 are registered by libraries, 4000–4999 are the application's own.
    public struct CloseCode: RawRepresentable, Hashable, Sendable {
        public let rawValue: UInt16

        public init(rawValue: UInt16) { self.rawValue = rawValue }

        public init(_ rawValue: UInt16) { self.rawValue = rawValue }

        /// What there was to say has been said.
        public static let normal = CloseCode(1000)
        /// The server stops, or the page was left.
        public static let goingAway = CloseCode(1001)
        public static let protocolError = CloseCode(1002)
        /// A kind of message this side does not take, such as binary where only text is spoken.
        public static let unsupportedData = CloseCode(1003)
        /// Never sent: the close frame held no code.
        public static let noStatus = CloseCode(1005)
        /// Never sent: the connection ended without a close frame.
        public static let abnormal = CloseCode(1006)
        /// Text that is not UTF-8, or a message that is not what its kind promises.
        public static let invalidPayload = CloseCode(1007)
        public static let policyViolation = CloseCode(1008)
        public static let messageTooBig = CloseCode(1009)
        /// The client wanted an extension that the server did not choose.
        public static let mandatoryExtension = CloseCode(1010)
        public static let internalError = CloseCode(1011)
        /// Come back in a moment, 5–30 s spread at random.
        public static let serviceRestart = CloseCode(1012)
        /// Too much at once: come back, later or elsewhere.
        public static let tryAgainLater = CloseCode(1013)
        public static let badGateway = CloseCode(1014)
        /// Never sent: TLS could not be agreed on.
        public static let tlsHandshake = CloseCode(1015)

        /// Whether the code may stand in a close frame.
        ///
        /// Not 1004 (reserved), 1005, 1006 and 1015 (for what happened without a code), nor what nobody has
        /// assigned: below 1000, 1016–2999 and from 5000.
        public var isSendable: Bool {
            switch rawValue {
            case 1000...1003, 1007...1014, 3000...4999: true
            default: false
            }
        }
    }
}
