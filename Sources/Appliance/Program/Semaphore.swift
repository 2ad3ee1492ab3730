import Glibc

/// A counting semaphore (sem_overview(7)) that threads of ours wait on.
///
/// `@unchecked Sendable` is safe because `sem_t` is made for use from many threads, at a fixed address.
final class Semaphore: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }
    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func signal() { sem_post(semaphore) }
    func wait() { while sem_wait(semaphore) != 0 { precondition(errno == EINTR) } }
}
