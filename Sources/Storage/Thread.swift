import Glibc
import Synchronization

/// A thread of our own, for work that blocks: none of it may run on Swift's cooperative pool.
public final class Thread: Sendable {
    private let handle: Mutex<pthread_t?>
    private let identity: pthread_t
    private let ended = StopFlag()

    /// Starts `body` on a new thread.
    ///
    /// - Parameter name: as the operator sees it in `top -H`; the kernel keeps 15 bytes.
    /// - Throws: `.outOfMemory` when the system gives no more threads.
    public init(named name: StaticString, _ body: @escaping @Sendable () -> Void) throws(StorageError) {
        identity = try Self.create(Start(name: name, body: { [ended] in
            body()
            ended.set()
        }))
        handle = Mutex(identity)
    }

    public var isCurrent: Bool { pthread_equal(identity, pthread_self()) != 0 }

    /// Waits until the thread has ended. Every call waits, from any number of threads but its own.
    public func join() {
        handle.withLock { handle in
            if let thread = handle { pthread_join(thread, nil) }
            handle = nil
        }
    }

    /// Waits so long at most: a thread that reads from a disk or a mount that hangs may never end.
    ///
    /// - Returns: whether it has ended.
    @discardableResult
    public func join(within seconds: Double) -> Bool {
        let deadline = monotonicSeconds() + seconds
        while !ended.isSet {
            guard monotonicSeconds() < deadline else { return false }
            usleep(1_000)
        }
        join()
        return true
    }

    deinit {
        handle.withLock { handle in
            if let thread = handle { pthread_detach(thread) }
        }
    }

    private static func create(_ start: Start) throws(StorageError) -> pthread_t {
        var thread = pthread_t()
        // Signals are the main thread's business; and OpenSSL writes with write(2), whose SIGPIPE would end the
        // program.
        var all = sigset_t(), before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        let context = Unmanaged.passRetained(start).toOpaque()
        guard pthread_create(&thread, nil, runThread, context) == 0 else {
            Unmanaged<Start>.fromOpaque(context).release()
            throw .outOfMemory
        }
        return thread
    }
}

/// What a new thread is to do.
private final class Start: Sendable {
    let name: StaticString
    let body: @Sendable () -> Void

    init(name: StaticString, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

/// A function of its own because the compiler crashes over the same lines as a closure (Swift 6.3.1).
private func runThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
    nameThread(start.name)
    start.body()
    return nil
}

/// By the file, because the function for it is hidden from Swift. A thread without a name works as well.
private func nameThread(_ name: StaticString) {
    let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    write(descriptor, name.utf8Start, name.utf8CodeUnitCount)
    close(descriptor)
}
