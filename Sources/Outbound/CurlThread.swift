internal import CCurl
internal import Glibc
internal import Storage
internal import Synchronization

/// The thread that runs all transfers.
///
/// `curl_multi_poll` sleeps until a socket is ready, libcurl's own timer is due or `curl_multi_wakeup` is called.
/// `@unchecked Sendable` is safe because `multi` is only woken from other threads, which libcurl allows, and
/// under the lock that guards its end; the rest is in `shared`, or belongs to the thread.
final class CurlThread: @unchecked Sendable {
    private struct Shared {
        var submitted: [RunningTransfer] = []
        var cancelled: [RunningTransfer] = []
        var isStopping = false
        var hasEnded = false
    }

    /// Idle connections kept for reuse, over all channels.
    static let idleConnectionsMax = 64
    /// Idle easy handles kept for reuse: each is 5–20 KiB.
    static let idleHandlesMax = 64
    /// How long a sleep may last with nothing to do; libcurl shortens it by its own timers.
    private static let sleepMs: Int32 = 3_600_000

    private let configuration: Transfers.Configuration
    private let multi: UnsafeMutableRawPointer
    private let shared = Mutex(Shared())
    private var thread: Thread?
    private var active: [ObjectIdentifier: RunningTransfer] = [:]
    private var idleHandles: [CurlHandle] = []

    private static let initialised: Void = {
        precondition(parley_curl_global_init(Int(CURL_GLOBAL_SSL)) == CURLE_OK, "libcurl does not start")
    }()

    init(_ configuration: Transfers.Configuration) {
        _ = Self.initialised
        self.configuration = configuration
        guard let multi = parley_curl_multi_init() else { preconditionFailure("no memory for libcurl") }
        self.multi = multi
        _ = parley_multi_set_long(multi, CURLMOPT_MAXCONNECTS, Self.idleConnectionsMax)
        start()
    }

    func submit(_ transfer: RunningTransfer) {
        shared.withLock { shared in
            shared.submitted.append(transfer)
            if shared.submitted.count == 1 { parley_curl_multi_wakeup(multi) }
        }
    }

    /// Nothing happens when the transfer has ended already.
    func cancel(_ transfer: RunningTransfer) {
        shared.withLock { shared in
            guard !shared.hasEnded else { return }
            shared.cancelled.append(transfer)
            parley_curl_multi_wakeup(multi)
        }
    }

    /// How long an end waits: a file that is sent may be on a disk that hangs.
    private static let stoppingSecondsMax = 5.0

    /// Ends every transfer and the thread; returns when both are gone, or hang.
    func stop() {
        shared.withLock { shared in
            shared.isStopping = true
            parley_curl_multi_wakeup(multi)
        }
        thread?.join(within: Self.stoppingSecondsMax)
    }

    private func start() {
        thread = try? Thread(named: "parley-courier") { [self] in run() }
        precondition(thread != nil, "no thread for transfers")
    }

    private func run() {
        var running: Int32 = 0
        while takeOrders() {
            parley_curl_multi_perform(multi, &running)
            finishEnded()
            let hasOrders = shared.withLock { !$0.submitted.isEmpty }
            if !hasOrders { parley_curl_multi_poll(multi, nil, 0, Self.sleepMs, nil) }
        }
        for transfer in Array(active.values) { abort(transfer) }
        idleHandles.removeAll()
        shared.withLock { $0.hasEnded = true }
        parley_curl_multi_cleanup(multi)
    }

    /// Starts and stops what was asked for; false when the thread is to end.
    private func takeOrders() -> Bool {
        let orders = shared.withLock { shared in
            defer {
                shared.submitted.removeAll(keepingCapacity: true)
                shared.cancelled.removeAll()
            }
            return shared
        }
        for transfer in orders.submitted { begin(transfer) }
        for transfer in orders.cancelled where active[ObjectIdentifier(transfer)] != nil { abort(transfer) }
        return !orders.isStopping
    }

    private func begin(_ transfer: RunningTransfer) {
        guard !transfer.isCancelled.load(ordering: .acquiring) else { return transfer.finish(.failed(.cancelled)) }
        let handle = idleHandles.popLast() ?? CurlHandle()
        guard handle.prepare(transfer, configuration), parley_curl_multi_add_handle(multi, handle.easy) == CURLM_OK
        else {
            handle.clear(transfer)
            idleHandles.append(handle)
            let detail = "The request has a part that cannot be sent."
            return transfer.finish(.failed(.init(kind: .invalidRequest, mayHaveArrived: false, detail: detail)))
        }
        transfer.handle = handle
        active[ObjectIdentifier(transfer)] = transfer
    }

    private func finishEnded() {
        var left: Int32 = 0
        while let message = parley_curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = parley_message_easy(message) else { continue }
            let result = parley_message_result(message)
            let transfer = Unmanaged<RunningTransfer>.fromOpaque(parley_get_private(easy)!).takeUnretainedValue()
            let ending = CurlHandle.ending(of: transfer, easy, result)
            release(transfer)
            transfer.finish(ending)
        }
    }

    private func abort(_ transfer: RunningTransfer) {
        guard let handle = transfer.handle else { return }
        var failure = TransferFailure.cancelled
        failure.mayHaveArrived = CurlHandle.mayHaveArrived(transfer, handle.easy)
        release(transfer)
        transfer.finish(.failed(failure))
    }

    private func release(_ transfer: RunningTransfer) {
        guard let handle = transfer.handle else { return }
        parley_curl_multi_remove_handle(multi, handle.easy)
        handle.clear(transfer)
        transfer.handle = nil
        active[ObjectIdentifier(transfer)] = nil
        if idleHandles.count < Self.idleHandlesMax { idleHandles.append(handle) }
    }
}
