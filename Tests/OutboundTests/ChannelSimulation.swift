import Testing

@testable import Outbound

/// A channel's day in virtual time: deliveries, outages and throttling drawn by the seed, played through the pure
/// steps.
@Suite struct ChannelSimulation {
    struct Message {
        var enqueuedAt: Int64
        var dueAt: Int64
        var used = 0
        var end: DeliveryState?
        var endedAt: Int64 = 0
    }

    /// An hour of outage and an hour of throttling somewhere in the day.
    struct Weather {
        var downFrom: Int64
        var downTo: Int64
        var throttleEvery: Int

        func outcome(at now: Int64, sent: Int) -> CourierOutcome {
            if (downFrom..<downTo).contains(now) { return CourierOutcome(.transient, code: "500") }
            if throttleEvery > 0, sent % throttleEvery == throttleEvery - 1 {
                return CourierOutcome(.throttled, code: "429", retryAfterMilliseconds: 45_000)
            }
            return CourierOutcome(.delivered, code: "200")
        }
    }

    @Test(
        "an hour's outage fails nothing, uses few attempts, and all arrives soon after",
        arguments: 0..<100 as Range<UInt64>)
    func outage(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let downFrom = Int64.random(in: 0...7_200_000, using: &random)
        let weather = Weather(
            downFrom: downFrom, downTo: downFrom + 3_600_000,
            throttleEvery: Bool.random(using: &random) ? 0 : Int.random(in: 2...40, using: &random))
        let limits = ChannelLimits(
            parallelism: Int.random(in: 1...16, using: &random), pacePerSecond: Bool.random(using: &random) ? nil : 1)
        var messages = (0..<Int.random(in: 1...100, using: &random)).map { _ in
            let at = Int64.random(in: 0...10_800_000, using: &random)
            return Message(enqueuedAt: at, dueAt: at)
        }
        var health = ChannelHealth(), now: Int64 = 0, sent = 0, downAttempts = 0
        while let next = nextTime(messages, health, limits, after: now) {
            now = next
            let due = messages.indices
                .filter { messages[$0].end == nil && messages[$0].dueAt <= now }
                .sorted { (messages[$0].dueAt, $0) < (messages[$1].dueAt, $1) }
                .prefix(health.allowance(at: now, limits))
            health.took(due.count, at: now, limits)
            for index in due {
                let outcome = weather.outcome(at: now, sent: sent)
                sent += 1
                downAttempts += outcome.outcomeClass == .transient ? 1 : 0
                let situation = DeliveryStep.Situation(
                    attemptsUsed: messages[index].used, dueAt: messages[index].dueAt,
                    attemptCounts: health.attemptCounts)
                let jitter = Double.random(in: 0..<1, using: &random)
                switch DeliveryStep.after(outcome, in: situation, at: now, jitter: jitter) {
                case .ended(let end):
                    messages[index].end = end
                    messages[index].endedAt = now
                case .again(let dueAt, let used):
                    messages[index].dueAt = dueAt
                    messages[index].used = used
                }
                _ = health.finished(outcome, at: now)
            }
            if sent > 100_000 { break }
        }
        #expect(messages.allSatisfy { $0.end == .delivered }, "seed \(seed)")
        #expect(downAttempts <= 60, "seed \(seed): a channel that is down is left alone")
        let last = messages.map { $0.endedAt - max($0.enqueuedAt, weather.downTo) }.max() ?? 0
        let throttling = weather.throttleEvery == 0 ? 0 : Int64(sent / weather.throttleEvery + 1) * 46_000
        #expect(last < 1_800_000 + throttling, "seed \(seed): \(last) ms after it could go")
    }

    /// When something may happen next: a message is due and the channel takes it.
    private func nextTime(
        _ messages: [Message], _ health: ChannelHealth, _ limits: ChannelLimits, after now: Int64
    ) -> Int64? {
        guard let due = messages.filter({ $0.end == nil }).map(\.dueAt).min(), let wake = health.wakeAt(limits) else {
            return nil
        }
        return max(due, wake, now + 1)
    }
}
