internal import CEpoll
internal import Glibc
internal import Synchronization

/// One thread that waits in `epoll_wait`, tells connections what became ready, and runs the jobs of the actors that
/// are pinned to it.
///
/// A handler runs here because it is called by an actor that does, and its task prefers the loop as `TaskExecutor` as
/// well: a continuation resumes on its task's executor before it goes on to its actor's, and without the preference that
/// is a thread of the shared pool (2 µs for each message of a WebSocket). In return the runtime queues a task once more
/// when it begins (0.6 µs).
///
/// Safe to share because what stands below "loop thread only" is touched by that thread alone, and the rest is a
/// lock, an atomic or constant.
final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
    private struct Inbox {
        var jobs: [UnownedJob] = []
        var calls: [@Sendable () -> Void] = []
        /// The thread has ended; whoever comes now starts another.
        var isRetired = false
        var isEmpty: Bool { jobs.isEmpty && calls.isEmpty }

        /// Whether it was retired, and is not any more.
        mutating func revive() -> Bool {
            defer { isRetired = false }
            return isRetired
        }
    }

    /// One read takes at most this: enough for some hundred pipelined requests, small enough for the L2 cache.
    static let inputBytes = 64 << 10
    /// Answers collected before they are sent whatever else is waiting.
    static let outputBytes = 64 << 10

    let counters = LoopCounters()
    let epoll = Epoll()
    let patience: Patience
    let tickMilliseconds: Int
    private let wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    private let inbox = Mutex(Inbox())
    private let isAsleep = Atomic(false)
    private let threadID = Atomic<UInt>(0)

    // Loop thread only.
    let input = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: EventLoop.inputBytes)
    var output = OutputBuffer(capacity: EventLoop.outputBytes)
    var clock = LoopClock()
    var ids = RequestIDSource()
    var members = MemberTable()
    var later: [any LoopMember] = []
    var listeners: [Listener] = []
    /// Handlers and producers that have not returned.
    var tasksRunning = 0
    var nextTick = 0
    /// Counts the rounds of events, jobs and calls.
    var round = 0
    var stop: LoopStop?
    private let events = UnsafeMutableBufferPointer<epoll_event>.allocate(capacity: Epoll.batchMax)

    static let wakeTag = UInt64.max

    init(patience: Patience) {
        self.patience = patience
        tickMilliseconds = patience.tick
        precondition(wake >= 0, "eventfd: errno \(errno)")
        precondition(epoll.add(wake, tag: Self.wakeTag), "epoll_ctl: errno \(errno)")
    }

    deinit {
        epoll.close()
        _ = close(wake)
        input.deallocate()
        events.deallocate()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let wasRetired = inbox.withLock { inbox in
            inbox.jobs.append(job)
            return inbox.revive()
        }
        if wasRetired { start() } else { wakeIfAsleep() }
    }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

    /// Lets `assumeIsolated` succeed on this thread and trap on any other.
    func checkIsolated() { precondition(isCurrent, "not on the event loop's thread") }

    func isIsolatingCurrentContext() -> Bool? { isCurrent }

    var isCurrent: Bool { threadID.load(ordering: .relaxed) == UInt(pthread_self()) }

    /// Runs `call` on the loop's thread, soon.
    func perform(_ call: @escaping @Sendable () -> Void) {
        let wasRetired = inbox.withLock { inbox in
            inbox.calls.append(call)
            return inbox.revive()
        }
        if wasRetired { start() } else { wakeIfAsleep() }
    }

    /// Starts the thread; it ends after a stop, when no connection and no task is left.
    ///
    /// Actors of the loop may outlive that: a task that still asks one of them something must get an answer, rather
    /// than wait for ever. For each such straggler the thread is started again for as long as it takes.
    func start() {
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(self).toOpaque()
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<EventLoop>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, argument)
        precondition(result == 0, "pthread_create: errno \(result)")
        pthread_setname_np(thread, "web loop")
        pthread_detach(thread)
    }

    /// The loop says it sleeps before it looks into the inbox for the last time, and whoever fills the inbox looks
    /// afterwards whether it sleeps: one of the two notices. A busy loop costs no system call.
    private func wakeIfAsleep() {
        guard isAsleep.load(ordering: .sequentiallyConsistent),
            isAsleep.exchange(false, ordering: .sequentiallyConsistent)
        else { return }
        eventfd_write(wake, 1)
    }

    private func run() {
        threadID.store(UInt(pthread_self()), ordering: .relaxed)
        clock.refresh()
        while true {
            round &+= 1
            takeInbox()
            pumpLater()
            if hasEnded, retire() { break }
            isAsleep.store(true, ordering: .sequentiallyConsistent)
            let mayWait = later.isEmpty && inbox.withLock { $0.isEmpty }
            let happened = epoll.wait(into: events, timeoutMilliseconds: mayWait ? timeoutMilliseconds : 0)
            isAsleep.store(false, ordering: .relaxed)
            // Before anything is done: a loop without members sleeps as long as nobody comes, and who comes then would
            // be given a deadline that has passed already.
            clock.refresh()
            for event in happened { dispatch(Readiness(event)) }
            if clock.now >= nextTick { tick() }
        }
    }

    /// Whether the thread may end: nothing is left to do. Another thread may get the number of this one.
    private func retire() -> Bool {
        inbox.withLock { inbox in
            guard inbox.isEmpty else { return false }
            inbox.isRetired = true
            threadID.store(0, ordering: .relaxed)
            return true
        }
    }

    /// Takes what waits under the lock and runs it outside. What it brings forth waits for the next round, so that
    /// tasks which wake each other cannot keep the loop from its sockets.
    private func takeInbox() {
        let taken: Inbox? = inbox.withLock { inbox in
            guard !inbox.isEmpty else { return nil }
            let taken = inbox
            inbox = Inbox()
            return taken
        }
        guard let taken else { return }
        for call in taken.calls { call() }
        for job in taken.jobs {
            job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        }
    }
}

/// How a loop comes to its end.
struct LoopStop {
    /// Connections still open are broken off then; milliseconds on the loop's clock.
    let deadline: Int
    /// Told once, when no connection and no task is left, or at the deadline; how many were broken off.
    let whenDrained: @Sendable (_ unfinished: Int) -> Void
    var unfinished = 0
    var isDrained = false
}
