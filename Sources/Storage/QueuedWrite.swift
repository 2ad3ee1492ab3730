/// A write on its way through the writer thread: `run`, again if another of its batch threw, then `finish` once.
///
/// A class with one subclass, so that the queue holds one object per write instead of a box and two closures.
/// `@unchecked Sendable` is safe because the caller gives it away to the mailbox and the writer thread has it after.
class QueuedWrite: @unchecked Sendable {
    /// Runs the body and keeps what came out.
    ///
    /// - Returns: what the body threw.
    func run(in transaction: borrowing Transaction) -> StorageError? { nil }

    /// Replaces what came out: the body ended well, its changes cannot be kept.
    func fail(_ error: StorageError) {}

    /// Resumes the caller with what came out, or with `error` when the commit failed.
    func finish(_ error: StorageError?) {}

    /// Called last, outside of any transaction.
    func afterwards(on connection: Connection) {}
}

final class Write<Outcome: Sendable>: QueuedWrite, @unchecked Sendable {
    typealias Body = @Sendable (borrowing Transaction) throws(StorageError) -> Outcome

    private let body: Body
    private let continuation: UnsafeContinuation<Result<Outcome, StorageError>, Never>
    private var result = Result<Outcome, StorageError>.failure(.closed)

    init(_ body: @escaping Body, _ continuation: UnsafeContinuation<Result<Outcome, StorageError>, Never>) {
        self.body = body
        self.continuation = continuation
    }

    override func run(in transaction: borrowing Transaction) -> StorageError? {
        do throws(StorageError) {
            result = .success(try body(transaction))
            return nil
        } catch {
            result = .failure(error)
            return error
        }
    }

    override func finish(_ error: StorageError?) {
        continuation.resume(returning: error.map { .failure($0) } ?? result)
    }

    override func fail(_ error: StorageError) { result = .failure(error) }
}
