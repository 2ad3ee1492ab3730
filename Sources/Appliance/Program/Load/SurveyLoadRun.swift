import Web

/// One run of load: customers take a survey, each over a WebSocket of its own, until the plan is done.
struct SurveyLoadRun: Sendable {
    let plan: SurveyLoadPlan
    /// Opens the chat for a new, anonymous customer.
    let dial: @Sendable () async throws(ConnectFault) -> WebSocket
    /// Ends all sockets, and those to come: the last resort that makes every run end.
    let breakOff: @Sendable () async -> Void

    private let answers = SurveyLoadAnswers()
    private let clock = ContinuousClock()

    init(
        plan: SurveyLoadPlan, dial: @escaping @Sendable () async throws(ConnectFault) -> WebSocket,
        breakOff: @escaping @Sendable () async -> Void
    ) {
        self.plan = plan
        self.dial = dial
        self.breakOff = breakOff
    }

    /// Plays one conversation alone, which shows how long it is and which answers fit, and then the plan.
    func play() async -> SurveyLoadReport {
        let first = SurveyLoadTally()
        let alone = Task {
            try await Task.sleep(for: .seconds(SurveyLoadPlan.graceSeconds))
            await breakOff()
        }
        await converse(1, begun: clock.now, period: .zero, first)
        alone.cancel()
        let scouted = first.current
        guard scouted.failed == 0 else { return SurveyLoadReport(plan: plan, seen: scouted, seconds: 0, cpuSeconds: 0) }

        let turns = max(1, scouted.answers)
        let tally = SurveyLoadTally()
        let limit = Task {
            try await Task.sleep(for: plan.limit(turns: turns))
            await breakOff()
        }
        let (start, spent) = (clock.now, LoadFigures.cpuSeconds)
        await withDiscardingTaskGroup { group in
            for index in 0..<plan.concurrent {
                group.addTask { await takeTurns(in: index, turns: turns, from: start, tally) }
            }
        }
        let seconds = (clock.now - start) / .seconds(1)
        limit.cancel()
        return SurveyLoadReport(
            plan: plan, seen: tally.current, seconds: seconds, cpuSeconds: LoadFigures.cpuSeconds - spent)
    }

    /// One place: as soon as a customer is through, at the plan's pace, the next takes it.
    private func takeTurns(in place: Int, turns: Int, from start: ContinuousClock.Instant, _ tally: SurveyLoadTally) async {
        let end = start + .seconds(plan.seconds)
        var begin = start + plan.beginning(place, turns: turns)
        while true {
            if plan.rate > 0 { await wait(until: begin) } else { begin = clock.now }
            guard clock.now < end, let customer = tally.nextCustomer(upTo: plan.customers) else { return }
            let answered = await converse(customer, begun: begin, period: plan.period, tally)
            // Their first answer is due one period from now: the place answers at the plan's pace without a gap.
            begin += plan.period * Double(max(1, answered))
        }
    }

    /// Plays one conversation; returns the number of answers given.
    @discardableResult
    private func converse(
        _ customer: Int, begun: ContinuousClock.Instant, period: Duration, _ tally: SurveyLoadTally
    ) async -> Int {
        let socket: WebSocket
        do throws(ConnectFault) {
            socket = try await dial()
        } catch {
            tally.failed(LoadFailure(error))
            return 0
        }
        var customer = SurveyLoadCustomer(number: customer, begun: begun, period: period, answers: answers, tally: tally)
        do throws(LoadFailure) {
            try await customer.talk(on: socket)
            tally.completed()
        } catch {
            socket.close()
            tally.failed(error)
        }
        return customer.said
    }

    private func wait(until instant: ContinuousClock.Instant) async {
        if instant > clock.now { try? await Task.sleep(until: instant, clock: clock) }
    }
}
