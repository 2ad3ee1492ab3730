/// What a route takes from a client.
public struct RouteLimits: Sendable, Hashable {
    /// The most bytes a body may have; one byte more is answered 413.
    public var bodyBytesMax: Int
    /// From the end of the head to the end of the body; then 408. Not for streamed bodies, which only must go on.
    public var bodyDeadline: Duration
    /// The handler starts with the head and reads `request.stream`.
    public var streamsBody: Bool

    /// - Parameters:
    ///   - bodyBytesMax: 1 MiB holds any JSON a person or a bot sends, and a few hundred of them fit in memory.
    ///   - bodyDeadline: 60 s lets 1 MiB through a 150 kbit/s line.
    public init(
        bodyBytesMax: Int = 1 << 20, bodyDeadline: Duration = .seconds(60), streamsBody: Bool = false
    ) {
        precondition(bodyBytesMax >= 0 && bodyDeadline > .zero, "limits are positive")
        self.bodyBytesMax = bodyBytesMax
        self.bodyDeadline = bodyDeadline
        self.streamsBody = streamsBody
    }

    public static let standard = RouteLimits()
}
