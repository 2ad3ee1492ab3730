internal import CEpoll
internal import Glibc

/// One listening socket, on the loop that accepts.
///
/// Accepting on one loop and handing over to the loop with the fewest connections keeps loops even when connections
/// live for hours. A listener per loop (SO_REUSEPORT) does not, loses what waits in the queue of a loop that stops,
/// and lets a second process share the port unnoticed.
struct Listener: Sendable {
    let socket: Int32
    let context: ServerContext
    private(set) var isPaused = false

    /// Connections taken per event, so that a flood of them cannot keep the loop from those it has.
    private static let acceptsMax = 64

    init(_ socket: Int32, for context: ServerContext) {
        self.socket = socket
        self.context = context
    }

    var tag: UInt64 { UInt64(0xFFFF_FFFE) << 32 | UInt64(UInt32(bitPattern: socket)) }

    func begin(on loop: EventLoop) { loop.epoll.addListener(socket, tag: tag) }

    func close(on loop: EventLoop) {
        if !isPaused { loop.epoll.remove(socket) }
        _ = Glibc.close(socket)
    }

    mutating func accept(on loop: EventLoop) {
        for _ in 0..<Self.acceptsMax {
            var address = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
            let accepted = accept4(socket, &address, &length, flags)
            if accepted >= 0 {
                context.place(accepted, from: Peer(address), acceptedOn: loop)
            } else if [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) {
                pause(on: loop)
                return
            } else if errno == EAGAIN {
                return
            }
        }
    }

    /// Out of descriptors or memory: the event would come again at once and for ever. Clients wait in the kernel's
    /// queue until the next tick, when some connection may have closed.
    private mutating func pause(on loop: EventLoop) {
        isPaused = true
        loop.epoll.remove(socket)
        context.report(.acceptPaused(errno: errno))
        loop.nextTick = min(loop.nextTick, loop.clock.now + loop.tickMilliseconds)
    }

    mutating func resume(on loop: EventLoop) {
        isPaused = false
        begin(on: loop)
    }
}
