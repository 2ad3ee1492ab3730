@testable import Storage

/// An executor with one thread, as an event loop is.
final class OneThread: TaskExecutor {
    private let jobs: Mailbox<UnownedJob>
    private let thread: Thread

    init() throws {
        let jobs = Mailbox<UnownedJob>(countMax: .max)
        let executor = Mailbox<UnownedTaskExecutor>(countMax: 1)
        self.jobs = jobs
        thread = try Thread(named: "test-loop") {
            guard let executor = executor.take() else { return }
            while let job = jobs.take() { job.runSynchronously(on: executor) }
        }
        _ = executor.put(asUnownedTaskExecutor())
    }

    var isCurrent: Bool { thread.isCurrent }

    func enqueue(_ job: consuming ExecutorJob) { _ = jobs.put(UnownedJob(job)) }

    func stop() {
        jobs.close()
        thread.join()
    }
}
