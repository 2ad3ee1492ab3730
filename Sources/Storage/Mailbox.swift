import Glibc

/// A bounded queue into the threads that wait on it.
///
/// `@unchecked Sendable` is safe because every field is read and changed under `mutex` alone.
final class Mailbox<Element: Sendable>: @unchecked Sendable {
    enum Receipt: Equatable { case accepted(unattended: Bool), full, closed }

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let arrival = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let countMax: Int
    private var elements = FIFO<Element>()
    private var waiting = 0
    private var isClosed = false

    init(countMax: Int) {
        self.countMax = countMax
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(arrival, nil)
    }

    deinit {
        pthread_cond_destroy(arrival)
        pthread_mutex_destroy(mutex)
        arrival.deallocate()
        mutex.deallocate()
    }

    var count: Int { locked { elements.count } }

    /// Puts an element in the queue, without waiting.
    ///
    /// - Returns: whether it was taken in; `unattended` says that more elements than idle threads are waiting now.
    func put(_ element: Element) -> Receipt {
        locked {
            if isClosed { return .closed }
            if elements.count >= countMax { return .full }
            elements.append(element)
            if waiting > 0 { pthread_cond_signal(arrival) }
            return .accepted(unattended: elements.count > waiting)
        }
    }

    /// Waits for elements and appends up to `limit` of them to `batch`.
    ///
    /// - Returns: false once the mailbox is closed and empty.
    func take(upTo limit: Int, into batch: inout [Element]) -> Bool {
        locked {
            while elements.count == 0 {
                if isClosed { return false }
                waiting += 1
                pthread_cond_wait(arrival, mutex)
                waiting -= 1
            }
            for _ in 0..<min(limit, elements.count) {
                if let element = elements.popFirst() { batch.append(element) }
            }
            return true
        }
    }

    /// Takes everything that is in the queue, without waiting.
    func takeAll() -> [Element] {
        locked {
            var all: [Element] = []
            while let element = elements.popFirst() { all.append(element) }
            return all
        }
    }

    /// Waits for one element; nil once the mailbox is closed and empty.
    func take() -> Element? {
        var one: [Element] = []
        return take(upTo: 1, into: &one) ? one.first : nil
    }

    /// Takes in nothing more. What is in the queue can still be taken out.
    func close() {
        locked {
            isClosed = true
            pthread_cond_broadcast(arrival)
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
