import Synchronization

/// Works on a folder that may hang, as one on a mount does whose server is gone: one piece after the other, on a thread
/// of its own. Whoever asks is answered in time all the same, and nobody waits for the thread's end.
public final class FolderThread: Sendable {
    /// Longer than a folder that works takes to list a hundred backups over a slow line, or to remove a large one.
    public static let patience = Duration.seconds(10)
    /// Pieces of work that may wait.
    static let waitingMax = 64

    private let patience: Duration
    private let queue = Mailbox<@Sendable () -> Void>(countMax: FolderThread.waitingMax)
    private let stop = StopFlag()
    private let isStarted = Mutex(false)

    /// - Parameter patience: how long whoever asks waits, for what was asked for earlier included.
    public init(patience: Duration = FolderThread.patience) { self.patience = patience }

    deinit { close() }

    /// Pieces that wait now.
    var waiting: Int { queue.count }

    /// Does a piece of work that blocks.
    ///
    /// - Throws: what `work` throws; `.backupFailed(.folderLate)` when it is not done in time, or too much waits: what
    ///   was not begun by then is left undone, what is under way may still end well. `.closed`; `.outOfMemory`.
    public func run<Outcome: Sendable>(
        _ work: @escaping @Sendable () throws(StorageError) -> Outcome
    ) async throws(StorageError) -> Outcome {
        let result: Result<Outcome, StorageError> = await withCheckedContinuation { continuation in
            let asker = Asker(continuation)
            let timer = Task { [patience] in
                guard (try? await Task.sleep(for: patience)) != nil else { return }
                asker.answer(.failure(.backupFailed(.folderLate)))
            }
            let refusal = put { [stop] in
                if stop.isSet { asker.answer(.failure(.closed)) }
                if asker.isWaiting { asker.answer(Result { () throws(StorageError) in try work() }) }
                timer.cancel()
            }
            if let refusal {
                asker.answer(.failure(refusal))
                timer.cancel()
            }
        }
        return try result.get()
    }

    /// Takes in nothing more, and leaves undone what waits.
    public func close() {
        stop.set()
        queue.close()
    }

    /// - Returns: why it was not taken in.
    private func put(_ piece: @escaping @Sendable () -> Void) -> StorageError? {
        if let fault = start() { return fault }
        return switch queue.put(piece) {
        case .accepted: nil
        case .full: .backupFailed(.folderLate)
        case .closed: .closed
        }
    }

    private func start() -> StorageError? {
        isStarted.withLock { isStarted in
            if isStarted { return nil }
            do throws(StorageError) {
                _ = try Thread(named: "parley-folder") { [queue] in while let piece = queue.take() { piece() } }
                isStarted = true
                return nil
            } catch {
                return error
            }
        }
    }
}

/// Who waits for an outcome: answered once, by whoever is first.
private final class Asker<Outcome: Sendable>: Sendable {
    private let continuation: Mutex<CheckedContinuation<Result<Outcome, StorageError>, Never>?>

    init(_ continuation: CheckedContinuation<Result<Outcome, StorageError>, Never>) {
        self.continuation = Mutex(continuation)
    }

    var isWaiting: Bool { continuation.withLock { $0 != nil } }

    func answer(_ result: Result<Outcome, StorageError>) {
        let waiting = continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
        waiting?.resume(returning: result)
    }
}
