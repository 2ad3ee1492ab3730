internal import CCurl
internal import Synchronization

/// Every outgoing call of the program: one libcurl multi handle on a thread of its own.
///
/// The thread and libcurl start at the first call, so a program that calls nobody pays nothing.
public final class Transfers: Sendable {
    public struct Configuration: Sendable {
        /// Sent as `User-Agent`.
        public var userAgent: String
        /// A file of trusted certificates (PEM) in place of the system's.
        public var certificatesFile: String?
        /// False calls whoever answers: for a program that looks at itself and sends nothing secret.
        public var verifiesCertificates = true

        public init(userAgent: String = "parley", certificatesFile: String? = nil) {
            self.userAgent = userAgent
            self.certificatesFile = certificatesFile
        }
    }

    private let configuration: Configuration
    private let state = Mutex<State>(.unused)

    private enum State {
        case unused
        case running(CurlThread)
        case closed
    }

    public init(_ configuration: Configuration = .init()) { self.configuration = configuration }

    /// Makes one call and returns its answer, or why there is none.
    ///
    /// Ends within the request's total time-out; at once, as `cancelled`, when the task is cancelled or the
    /// transfers are closed. Redirects are not followed, proxies of the environment are not used.
    public func perform(_ request: TransferRequest) async -> TransferResult {
        let transfer = RunningTransfer(request)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                transfer.begin(continuation)
                if let failure = submit(transfer) { transfer.finish(.failed(failure)) }
            }
        } onCancel: {
            transfer.isCancelled.store(true, ordering: .releasing)
            state.withLock { if case .running(let thread) = $0 { thread.cancel(transfer) } }
        }
    }

    /// Ends every call as `cancelled` and the thread with it; later calls are cancelled at once.
    public func close() {
        let thread: CurlThread? = state.withLock { state in
            defer { state = .closed }
            if case .running(let thread) = state { return thread }
            return nil
        }
        thread?.stop()
    }

    deinit { close() }

    /// - Returns: why it cannot be made.
    private func submit(_ transfer: RunningTransfer) -> TransferFailure? {
        state.withLock { state in
            switch state {
            case .closed: return .cancelled
            case .running(let thread): thread.submit(transfer)
            case .unused:
                guard parley_curl_is_there() != 0 else { return .libraryMissing }
                let thread = CurlThread(configuration)
                thread.submit(transfer)
                state = .running(thread)
            }
            return nil
        }
    }
}

extension TransferFailure {
    static let cancelled = TransferFailure(
        kind: .cancelled, mayHaveArrived: false, detail: "The transfer was stopped.")
    static let libraryMissing = TransferFailure(
        kind: .other, mayHaveArrived: false, detail: "libcurl.so.4 is not installed on this machine.")
}
