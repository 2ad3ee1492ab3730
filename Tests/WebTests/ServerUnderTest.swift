import Glibc
import Synchronization
import Testing

@testable import Web

/// Remembers what a server told, and lets tests wait for it.
final class Told: Sendable {
    private struct State {
        var events: [ServerEvent] = []
        var exchanges: [Exchange] = []
        var waiters: [(isMet: @Sendable (Told.Seen) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []
    }

    struct Seen: Sendable {
        let events: [ServerEvent]
        let exchanges: [Exchange]
    }

    private let state = Mutex(State())

    var events: [ServerEvent] { state.withLock { $0.events } }
    var exchanges: [Exchange] { state.withLock { $0.exchanges } }

    func add(_ event: ServerEvent) { change { $0.events.append(event) } }
    func add(_ exchange: Exchange) { change { $0.exchanges.append(exchange) } }

    /// Returns when what was told meets the condition. The suite's time limit bounds it.
    func wait(until isMet: @escaping @Sendable (Seen) -> Bool) async {
        await withCheckedContinuation { continuation in
            change { $0.waiters.append((isMet, continuation)) }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let met = state.withLock { state in
            body(&state)
            let seen = Seen(events: state.events, exchanges: state.exchanges)
            let met = state.waiters.filter { $0.isMet(seen) }
            state.waiters.removeAll { $0.isMet(seen) }
            return met.map(\.continuation)
        }
        for continuation in met { continuation.resume() }
    }
}

/// A gate that handlers wait at until a test opens it.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var arrived = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    func pass() async {
        await withCheckedContinuation { continuation in
            let (isOpen, met) = state.withLock { state in
                state.arrived += 1
                if !state.isOpen { state.waiting.append(continuation) }
                let arrived = state.arrived
                let met = state.watchers.filter { $0.count <= arrived }.map(\.continuation)
                state.watchers.removeAll { $0.count <= arrived }
                return (state.isOpen, met)
            }
            for watcher in met { watcher.resume() }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.isOpen = true
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when `count` have come to the gate.
    func arrivals(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isMet = state.withLock { state in
                if state.arrived < count { state.watchers.append((count, continuation)) }
                return state.arrived >= count
            }
            if isMet { continuation.resume() }
        }
    }
}

/// Runs `body` against a started server, and stops it.
///
/// The body has a thread of its own, since clients here block: on the shared pool they would hold up other tests.
func withServer(
    _ configure: (inout Server.Configuration) -> Void = { _ in },
    routes: (inout Router) -> Void,
    _ body: @escaping @Sendable (Server, Told) async throws -> Void
) async throws {
    let told = Told()
    var configuration = Server.Configuration()
    configuration.loops = 1
    configuration.onEvent = { told.add($0) }
    configuration.onExchange = { told.add($0) }
    configure(&configuration)
    var router = Router()
    routes(&router)
    let server = Server(configuration, router: router)
    try server.start()
    let thread = TestThread()
    defer { thread.end() }
    let task = Task(executorPreference: thread) {
        let result: Result<Void, any Error>
        do { result = .success(try await body(server, told)) } catch { result = .failure(error) }
        await server.stop(within: .milliseconds(100))
        try result.get()
    }
    try await task.value
}

/// Routes most socket tests need.
func standardRoutes(_ router: inout Router) {
    router.get("/healthz") { _ in .text("ok\n") }
    router.get("/suspending") { _ async in
        await Task.yield()
        return .text("late\n")
    }
    router.post("/echo") { request in Response(.ok, body: request.body) }
    router.get("/hello/{name}") { (_, name: String) in .text("hello \(name)\n") }
}

/// Lets one thread wait for another: for handlers that must not suspend, and for threads.
final class Semaphore: Sendable {
    /// Safe because a semaphore is made to be shared, and this one lives as long as its owner.
    nonisolated(unsafe) private let semaphore: UnsafeMutablePointer<sem_t>

    init() {
        semaphore = .allocate(capacity: 1)
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func signal() { sem_post(semaphore) }
    func wait() { while sem_wait(semaphore) != 0 {} }
}

/// A thread that runs the tasks which prefer it.
final class TestThread: TaskExecutor {
    private let jobs = Mutex<[UnownedJob?]>([])
    private let waiting = Semaphore()

    init() {
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(self).toOpaque()
        pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<TestThread>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, argument)
        pthread_detach(thread)
    }

    func enqueue(_ job: consuming ExecutorJob) { add(UnownedJob(job)) }

    /// Ends the thread behind the jobs it has.
    func end() { add(nil) }

    private func add(_ job: UnownedJob?) {
        jobs.withLock { $0.append(job) }
        waiting.signal()
    }

    private func run() {
        while true {
            waiting.wait()
            guard let job = jobs.withLock({ $0.removeFirst() }) else { return }
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}
