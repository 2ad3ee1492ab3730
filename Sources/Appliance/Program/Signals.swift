import Glibc
import Storage

/// SIGTERM, SIGINT and SIGHUP as something to await. SIGHUP reads the certificate anew; a terminal that closes sends it
/// too, and must not end a service that was started from it.
///
/// A handler that writes to a pipe (signal-safety(7)) rather than a mask and `sigwait`: the runtime has started
/// threads of its own by the time `main` runs, and a mask would not reach them.
struct Signals: Sendable {
    enum Wish: Sendable {
        /// By the name of its signal.
        case stop(String)
        case reload
    }

    private let received: AsyncStream<Wish>

    /// - Precondition: called once; the handlers are the process's.
    init() throws(StorageError) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw .outOfMemory }
        let (stream, continuation) = AsyncStream.makeStream(of: Wish.self)
        received = stream
        let readEnd = ends[0]
        _ = try Thread(named: "parley-signals") {
            var number: UInt8 = 0
            while read(readEnd, &number, 1) != 0 {
                switch Int32(number) {
                case SIGHUP: continuation.yield(.reload)
                case SIGINT: continuation.yield(.stop("SIGINT"))
                default: continuation.yield(.stop("SIGTERM"))
                }
            }
        }
        precondition(handlerPipe < 0, "signals are awaited in one place")
        handlerPipe = ends[1]
        for number in [SIGTERM, SIGINT, SIGHUP] {
            signal(number) { number in
                let before = errno
                var byte = UInt8(truncatingIfNeeded: number)
                write(handlerPipe, &byte, 1)
                errno = before
            }
        }
    }

    /// What the next signal asks for.
    func next() async -> Wish {
        for await wish in received { return wish }
        return .stop("none")
    }
}

/// `nonisolated(unsafe)` is safe because it is set once, before the handlers that read it are there.
private nonisolated(unsafe) var handlerPipe: Int32 = -1
