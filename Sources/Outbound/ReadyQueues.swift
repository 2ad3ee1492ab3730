internal import Synchronization

/// Claimed deliveries on their way to the couriers: a queue per channel, and as many runners as it may have.
///
/// A runner takes the next delivery of its channel by itself when one is done: the wire is not idle while the
/// dispatcher records the outcome.
final class ReadyQueues: Sendable {
    /// What a channel's deliveries are sent with.
    final class Setup: Sendable {
        let courier: Courier
        /// With its secrets opened.
        let channel: Channel
        /// Why nothing can be sent with these settings.
        let fault: OpenedSettings.Fault?
        let secrets: [String]
        let parallelism: Int

        init(
            courier: Courier, channel: Channel, _ opened: OpenedSettings, secrets: [String], parallelism: Int
        ) {
            self.courier = courier
            var channel = channel
            channel.settings = opened.settings
            self.channel = channel
            fault = opened.faults.first
            self.secrets = secrets
            self.parallelism = parallelism
        }
    }

    /// Changed in place only: a copy while it holds deliveries copies them all.
    private struct Queue {
        var setup: Setup
        /// From `next` on; emptied when the last one was taken.
        var waiting: [ClaimedDelivery] = []
        var next = 0
        var running = 0

        mutating func take() -> ClaimedDelivery? {
            guard next < waiting.count, running <= setup.parallelism else { return nil }
            next += 1
            let delivery = waiting[next - 1]
            if next == waiting.count { reset() }
            return delivery
        }

        mutating func drain() -> [ClaimedDelivery] {
            defer { reset() }
            return Array(waiting[next...])
        }

        private mutating func reset() {
            waiting.removeAll(keepingCapacity: true)
            next = 0
        }
    }

    private struct State {
        var queues: [String: Queue] = [:]
        var runners: [Int: Task<Void, Never>] = [:]
        var lastRunner = 0
    }

    private let state = Mutex(State())

    /// Adds deliveries of one channel and starts the runners that it may have more.
    ///
    /// - Parameter run: sends deliveries, taken by `take`, until there is none.
    func add(_ deliveries: [ClaimedDelivery], _ setup: Setup, run: @escaping @Sendable () async -> Void) {
        state.withLock { state in
            let starting = Self.add(
                deliveries, setup, to: &state.queues[setup.channel.name, default: Queue(setup: setup)])
            for _ in 0..<starting {
                state.lastRunner += 1
                let number = state.lastRunner
                state.runners[number] = Task {
                    await run()
                    self.state.withLock { $0.runners[number] = nil }
                }
            }
        }
    }

    /// - Returns: how many runners are to be started.
    private static func add(_ deliveries: [ClaimedDelivery], _ setup: Setup, to queue: inout Queue) -> Int {
        queue.setup = setup
        queue.waiting.append(contentsOf: deliveries)
        let starting = max(0, min(deliveries.count, setup.parallelism - queue.running))
        queue.running += starting
        return starting
    }

    /// The next delivery of a channel; nil ends the runner that asked.
    func take(_ channel: String) -> (ClaimedDelivery, Setup)? {
        state.withLock { state in
            guard let index = state.queues.index(forKey: channel) else { return nil }
            guard let delivery = state.queues.values[index].take() else {
                state.queues.values[index].running -= 1
                return nil
            }
            return (delivery, state.queues.values[index].setup)
        }
    }

    /// Takes back what no runner has begun.
    func drain(_ channel: String) -> [ClaimedDelivery] {
        state.withLock { $0.queues[channel]?.drain() ?? [] }
    }

    func drainAll() -> [ClaimedDelivery] {
        state.withLock { state in
            state.queues.keys.sorted().flatMap { state.queues[$0]?.drain() ?? [] }
        }
    }

    /// Forgets a channel that has nothing under way.
    func remove(_ channel: String) {
        state.withLock { state in
            if let queue = state.queues[channel], queue.running == 0, queue.waiting.isEmpty {
                state.queues[channel] = nil
            }
        }
    }

    var runningCount: Int { state.withLock { $0.queues.values.reduce(0) { $0 + $1.running } } }

    /// Cancels everything that a runner has begun.
    func cancelAll() {
        let runners = state.withLock { Array($0.runners.values) }
        for runner in runners { runner.cancel() }
    }
}
