internal import CCurl
internal import Synchronization

/// One call under way.
///
/// `@unchecked Sendable` is safe because `continuation` has its own lock, `isCancelled` is atomic, and the rest is
/// touched by the curl thread alone, once the transfer was submitted to it under a lock.
final class RunningTransfer: @unchecked Sendable {
    let request: TransferRequest
    /// Set before the curl thread is told, so that a cancellation that overtakes its transfer is not lost.
    let isCancelled = Atomic(false)
    var head: [UInt8] = []
    var body: [UInt8] = []
    var dialogue: SMTPDialogue?
    /// Set by a callback that stops the transfer, since libcurl's own code does not say why.
    var stopped: Stopped?
    /// What libcurl reads while it runs, freed at the end.
    var lists: [UnsafeMutablePointer<curl_slist>] = []
    var mime: OpaquePointer?
    var handle: CurlHandle?
    /// The file that is the body, while it is sent.
    var file: SentFile?

    private var wasSent = false

    enum Stopped { case answerLongEnough, headTooLong, addressRefused, wouldRepeat }

    /// Header lines kept of one answer; a server that sends more is not worth reading.
    static let headBytesMax = 32_768

    private let continuation = Mutex<CheckedContinuation<TransferResult, Never>?>(nil)

    init(_ request: TransferRequest) {
        self.request = request
        if case .mail = request.content { dialogue = SMTPDialogue() }
    }

    func begin(_ continuation: CheckedContinuation<TransferResult, Never>) {
        self.continuation.withLock { $0 = continuation }
    }

    /// Tells the caller, once: a second end is not heard.
    func finish(_ ending: TransferResult.Ending) {
        let waiting = continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
        waiting?.resume(returning: TransferResult(ending: ending, dialogue: dialogue))
    }

    /// Keeps what fits; false stops the transfer.
    func receive(body bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let room = request.answerBytesMax - body.count
        body.append(contentsOf: bytes.prefix(room))
        if bytes.count > room { stopped = .answerLongEnough }
        return bytes.count <= room
    }

    func receive(head bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        if bytes.starts(with: "HTTP/".utf8) { head.removeAll(keepingCapacity: true) }  // 100 Continue came before
        guard head.count + bytes.count <= Self.headBytesMax else {
            stopped = .headTooLong
            return false
        }
        head.append(contentsOf: bytes)
        return true
    }

    /// Whether the request may be sent now: told each time libcurl is about to.
    func maySend() -> Bool {
        if wasSent, !request.isRepeatable {
            stopped = .wouldRepeat
            return false
        }
        wasSent = true
        return true
    }

    func allows(_ address: [UInt8]?) -> Bool {
        if request.allowPrivate { return true }
        if let address, AddressGuard.isPublic(address) { return true }
        stopped = .addressRefused
        return false
    }
}
