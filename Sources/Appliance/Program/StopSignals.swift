import Glibc
import Storage

/// SIGTERM and SIGINT as something to await. SIGHUP is ignored: a terminal that closes must not end a service that
/// was started from it.
///
/// A handler that writes to a pipe (signal-safety(7)) rather than a mask and `sigwait`: the runtime has started
/// threads of its own by the time `main` runs, and a mask would not reach them.
struct StopSignals: Sendable {
    private let received: AsyncStream<String>

    /// - Precondition: called once; the handlers are the process's.
    init() throws(StorageError) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw .outOfMemory }
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        received = stream
        let readEnd = ends[0]
        _ = try Thread(named: "parley-signals") {
            var number: UInt8 = 0
            while read(readEnd, &number, 1) != 0 { continuation.yield(Int32(number) == SIGINT ? "SIGINT" : "SIGTERM") }
        }
        precondition(handlerPipe < 0, "signals are awaited in one place")
        handlerPipe = ends[1]
        for number in [SIGTERM, SIGINT] {
            signal(number) { number in
                let before = errno
                var byte = UInt8(truncatingIfNeeded: number)
                write(handlerPipe, &byte, 1)
                errno = before
            }
        }
        signal(SIGHUP, SIG_IGN)
    }

    /// The name of the next signal that asks the program to stop.
    func next() async -> String {
        for await name in received { return name }
        return "none"
    }
}

/// `nonisolated(unsafe)` is safe because it is set once, before the handlers that read it are there.
private nonisolated(unsafe) var handlerPipe: Int32 = -1
