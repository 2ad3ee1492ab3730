internal import CEpoll
internal import Glibc

/// What happened to one registered descriptor.
struct Readiness: Sendable {
    let tag: UInt64
    private let bits: UInt32

    init(_ event: epoll_event) {
        tag = event.data.u64
        bits = event.events
    }

    var isReadable: Bool { bits & EPOLLIN.rawValue != 0 }
    var isWritable: Bool { bits & EPOLLOUT.rawValue != 0 }
    /// The other side will send no more.
    var isReadClosed: Bool { bits & EPOLLRDHUP.rawValue != 0 }
    /// Both sides have ended.
    var isHungUp: Bool { bits & EPOLLHUP.rawValue != 0 }
    var isBroken: Bool { bits & EPOLLERR.rawValue != 0 }
}

/// The kernel's list of descriptors to watch.
///
/// Sockets are registered edge-triggered, once: neither a paused reader nor a busy handler costs a call to silence
/// events.
struct Epoll: Sendable {
    /// Events taken at once; more only delays the jobs of the loop.
    static let batchMax = 256

    private let descriptor: Int32

    init() {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        precondition(descriptor >= 0, "epoll_create1: errno \(errno)")
    }

    func close() { _ = Glibc.close(descriptor) }

    /// Watches for bytes and for the end of them. False when the kernel has no room for another descriptor.
    func add(_ socket: Int32, tag: UInt64) -> Bool {
        control(EPOLL_CTL_ADD, socket, EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue, tag)
    }

    /// Watches for room to write as well, from now on.
    func addWritable(_ socket: Int32, tag: UInt64) {
        let events = EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLOUT.rawValue | EPOLLET.rawValue
        _ = control(EPOLL_CTL_MOD, socket, events, tag)
    }

    /// Watches a listening socket, level-triggered: connections left waiting are told again.
    func addListener(_ socket: Int32, tag: UInt64) { _ = control(EPOLL_CTL_ADD, socket, EPOLLIN.rawValue, tag) }

    func remove(_ socket: Int32) { _ = control(EPOLL_CTL_DEL, socket, 0, 0) }

    /// Waits for events, and returns those that came.
    ///
    /// - Parameter timeoutMilliseconds: -1 waits for ever.
    func wait(
        into events: UnsafeMutableBufferPointer<epoll_event>, timeoutMilliseconds: Int32
    ) -> UnsafeMutableBufferPointer<epoll_event>.SubSequence {
        let count = epoll_wait(descriptor, events.baseAddress, Int32(events.count), timeoutMilliseconds)
        guard count >= 0 else {
            precondition(errno == EINTR, "epoll_wait: errno \(errno)")
            return events[..<0]
        }
        return events[..<Int(count)]
    }

    /// Errors but for want of memory or watches are bugs.
    private func control(_ operation: Int32, _ socket: Int32, _ events: UInt32, _ tag: UInt64) -> Bool {
        var event = epoll_event(events: events, data: epoll_data_t(u64: tag))
        guard epoll_ctl(descriptor, operation, socket, &event) != 0 else { return true }
        precondition(errno == ENOMEM || errno == ENOSPC, "epoll_ctl: errno \(errno)")
        return false
    }
}
