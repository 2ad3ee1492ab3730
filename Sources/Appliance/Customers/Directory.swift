import Outbound
import Storage
import Synchronization

/// Finds customers: in the table, and where there is one, in a directory that is called over JSON-RPC 2.0.
///
/// Somebody waits for the answer, so it never takes longer than 800 ms and a read of the database, and never fails: a
/// directory that is slow, wrong or down means values from before, or none. What it said is kept for 5 minutes in
/// memory and for good in the table.
final class Directory: Sendable {
    /// Asks the directory once, for so many milliseconds at most.
    typealias Call = @Sendable (_ id: String, _ withinMs: Int) async -> DirectoryAnswer

    /// From the first byte of the first try to the last of the second.
    static let deadlineMs: Int64 = 800
    /// Leaves the second try time for a connection of its own.
    static let firstTryMs: Int64 = 500
    /// Less time than this is not worth a second try.
    static let secondTryMsMin: Int64 = 50
    static let goodForMs: Int64 = 300_000
    /// Whoever was just entered in the directory should not have to wait for 5 minutes.
    static let unknownForMs: Int64 = 30_000
    static let entriesMax = 10_000
    static let failuresMax = 5
    static let pauseMs: Int64 = 10_000
    /// Different customers that are looked up at the same time; the next is told at once what is known.
    static let flightsMax = 64
    /// What the directory says again unchanged is not written again before this.
    static let keptFreshFor = Timestamp.hours(1)

    private let database: Database
    private let call: Call?
    private let now: WallClock
    private let steady: WallClock
    private let state = Mutex(State())

    private struct State {
        var cache = DirectoryCache(entriesMax: Directory.entriesMax)
        var breaker = Breaker(failuresMax: Directory.failuresMax, pauseMs: Directory.pauseMs)
        /// Look-ups on their way, by customer.
        var flights: [String: Task<Finding, Never>] = [:]
        /// Customers forgotten so far. What was asked before the newest of them is told and not kept: no matter whom
        /// it is about, since deletions are rare and asking again costs little.
        var erasures = 0
        var statistics = DirectoryStatistics()
    }

    private enum Finding: Sendable {
        case said([String: Scalar]?, Sourced.Source)
        case silent
    }

    /// - Parameters:
    ///   - call: nil where no directory is configured.
    ///   - now: the time of day, to be kept with what the directory said.
    ///   - steady: milliseconds on a clock that nobody sets.
    init(
        database: Database, call: Call?, now: @escaping WallClock = systemClock,
        steady: @escaping WallClock = steadyClock
    ) {
        self.database = database
        self.call = call
        self.now = now
        self.steady = steady
    }

    /// Whether a directory is configured.
    var isThere: Bool { call != nil }

    var statistics: DirectoryStatistics {
        let now = steady()
        return state.withLock { state in
            var statistics = state.statistics
            statistics.isLeftAlone = state.breaker.isOpen(at: now)
            return statistics
        }
    }

    /// What is known of `id` now. Never throws, and takes 800 ms and a read at most.
    func find(_ id: String) async -> CustomerLookup {
        guard Customer.isValid(id: id) else { return .unknown }
        // A database that cannot be read is the business of whoever wants to write next.
        let customer = try? await database.read { snapshot throws(StorageError) in try snapshot.customer(id) }
        let lastKnown = CustomerLookup(
            attributes: customer?.attributes, fetched: customer?.fetched?.attributes, from: .lastKnown)
        guard let call else { return lastKnown }
        let finding = await look(for: id, known: customer, call)
        count(finding, hasLastKnown: customer?.fetched != nil)
        return switch finding {
        case .silent: lastKnown
        case .said(let said, let source):
            CustomerLookup(attributes: customer?.attributes, fetched: said, from: source)
        }
    }

    /// How often somebody was forgotten: another number means that what was found before may be of nobody.
    var erasures: Int { state.withLock { $0.erasures } }

    /// Drops what is kept in memory of `id`, and lets nothing that is on its way be stored. To be called before the
    /// customer is deleted, or an answer that comes late would bring them back.
    func forget(_ id: String) {
        state.withLock { state in
            state.cache.forget(id)
            state.erasures += 1
        }
    }

    private enum Step {
        case answer(Finding)
        case wait(Task<Finding, Never>)
    }

    private func look(for id: String, known: Customer?, _ call: @escaping Call) async -> Finding {
        let now = steady()
        let step: Step = state.withLock { state in
            if let entry = state.cache.entry(for: id, at: now) { return .answer(.said(entry.attributes, .cache)) }
            if let flight = state.flights[id] { return .wait(flight) }
            guard state.flights.count < Self.flightsMax, state.breaker.admits(at: now) else { return .answer(.silent) }
            let erasures = state.erasures
            let flight = Task { await self.fly(for: id, known: known, since: erasures, call) }
            state.flights[id] = flight
            return .wait(flight)
        }
        return switch step {
        case .answer(let finding): finding
        case .wait(let flight): await flight.value
        }
    }

    /// Asks, and lets everybody know who waits; what was said is stored afterwards, as nobody should wait for that.
    private func fly(for id: String, known: Customer?, since erasures: Int, _ call: Call) async -> Finding {
        let answer = await ask(id, call)
        let now = steady()
        let said: [String: Scalar]? = if case .customer(let attributes) = answer { attributes } else { nil }
        state.withLock { state in
            state.flights[id] = nil
            if answer == .failed { state.breaker.failed(at: now) } else { state.breaker.succeeded() }
            guard answer.isKept, state.erasures == erasures else { return }
            let goodFor = said == nil ? Self.unknownForMs : Self.goodForMs
            state.cache.keep(.init(attributes: said, goodUntil: now + goodFor), for: id)
        }
        guard answer.isKept else { return .silent }
        if isNews(said, to: known) { Task { await store(said, of: id, since: erasures) } }
        return .said(said, .directory)
    }

    /// Up to two tries within the deadline.
    private func ask(_ id: String, _ call: Call) async -> DirectoryAnswer {
        let began = steady()
        let answer = await call(id, Int(Self.firstTryMs))
        let left = Self.deadlineMs - (steady() - began)
        guard answer == .failed, left >= Self.secondTryMsMin else { return answer }
        return await call(id, Int(left))
    }

    private func isNews(_ said: [String: Scalar]?, to known: Customer?) -> Bool {
        guard let fetched = known?.fetched else { return said != nil }
        return fetched.attributes != said || now() - fetched.at.milliseconds >= Self.keptFreshFor
    }

    private func store(_ said: [String: Scalar]?, of id: String, since erasures: Int) async {
        let now = now()
        // What cannot be stored now is said again the next time.
        try? await database.write { [self] transaction throws(StorageError) in
            // Looked at here, on the writer's thread: a deletion is either behind this write or was announced before.
            guard state.withLock({ $0.erasures }) == erasures else { return }
            try transaction.saveFetched(said, of: id, at: now)
        }
    }

    private func count(_ finding: Finding, hasLastKnown: Bool) {
        state.withLock { state in
            switch finding {
            case .said(nil, _): state.statistics.unknown += 1
            case .said(_, .cache): state.statistics.cached += 1
            case .said: state.statistics.fresh += 1
            case .silent where hasLastKnown: state.statistics.lastKnown += 1
            case .silent: state.statistics.failed += 1
            }
        }
    }
}

extension Directory {
    /// Calls `customer.get` of the directory; nil when its address cannot be called.
    static func call(_ settings: DirectorySettings, over transfers: Transfers) -> Call? {
        guard let client = JSONRPCClient(url: settings.url, token: settings.token, transfers: transfers) else {
            return nil
        }
        return { id, withinMs in
            let params = JSON.text(["id": id])
            return DirectoryAnswer(
                await client.call("customer.get", params: params, withinMs: withinMs, as: JSONValue.self))
        }
    }
}

/// Milliseconds since some moment before the program's first question, on a clock that nobody sets.
let steadyClock: WallClock = {
    let start = ContinuousClock.now
    return { Int64((ContinuousClock.now - start) / .milliseconds(1)) }
}()
