import Web

/// Our own, of the range that RFC 6455 section 7.4.2 leaves to private use.
extension WebSocket.CloseCode {
    /// Another connection goes on with the same conversation, or sits in the same seat.
    static let takenOver = WebSocket.CloseCode(4001)
    /// The host of a game has removed the player.
    static let kicked = WebSocket.CloseCode(4002)
}
