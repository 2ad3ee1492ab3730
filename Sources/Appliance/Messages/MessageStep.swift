import Outbound

/// The rules of a message, without clock or database.
enum MessageStep {
    /// What a message's deliveries make of it.
    ///
    /// One that failed shows, whatever the others do: someone has to look. One still under way comes next. What is
    /// left is settled: cancelled if any was, sent if all arrived. Without deliveries (its topic had no channel left)
    /// there is nobody to wait for, and that too is an error to be seen.
    static func status(of deliveries: [(state: DeliveryState, tries: Int)]) -> MessageStatus {
        let states = deliveries.map(\.state)
        if states.isEmpty || states.contains(.failed) { return .error }
        if deliveries.contains(where: { $0.state == .inFlight || $0.state == .waiting && $0.tries > 0 }) {
            return .queued
        }
        if states.contains(.waiting) { return states.allSatisfy { $0 == .waiting } ? .pending : .queued }
        return states.contains(.cancelled) ? .cancelled : .sent
    }
}
