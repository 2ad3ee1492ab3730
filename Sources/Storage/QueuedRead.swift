/// A read on its way through a reader thread: exactly one of `run` and `fail`, once.
///
/// `@unchecked Sendable` is safe because the caller gives it away to the mailbox and one reader thread has it after.
class QueuedRead: @unchecked Sendable {
    /// Runs the body in the open transaction and keeps what came out.
    func run(in snapshot: borrowing Snapshot) {}

    /// Resumes the caller with what came out, or with `error` when there was no snapshot to read.
    func finish(_ error: StorageError?) {}
}

final class Read<Outcome: Sendable>: QueuedRead, @unchecked Sendable {
    typealias Body = @Sendable (borrowing Snapshot) throws(StorageError) -> Outcome

    private let body: Body
    private let continuation: UnsafeContinuation<Result<Outcome, StorageError>, Never>
    private var result = Result<Outcome, StorageError>.failure(.closed)

    init(_ body: @escaping Body, _ continuation: UnsafeContinuation<Result<Outcome, StorageError>, Never>) {
        self.body = body
        self.continuation = continuation
    }

    override func run(in snapshot: borrowing Snapshot) {
        do throws(StorageError) {
            result = .success(try body(snapshot))
        } catch {
            result = .failure(error)
        }
    }

    override func finish(_ error: StorageError?) {
        continuation.resume(returning: error.map { .failure($0) } ?? result)
    }
}
