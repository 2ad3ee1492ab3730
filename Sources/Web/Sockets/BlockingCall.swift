internal import Glibc

/// Runs `work`, which blocks, on a thread made for it, and returns what it returns; nil when the system gives no more
/// threads.
func onThread<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value? {
    await withCheckedContinuation { continuation in
        let call = BlockingCall(
            run: { continuation.resume(returning: work()) }, giveUp: { continuation.resume(returning: nil) })
        call.start()
    }
}

/// Without a type parameter, since a C function pointer can carry none.
private final class BlockingCall: Sendable {
    private let run: @Sendable () -> Void
    private let giveUp: @Sendable () -> Void

    init(run: @escaping @Sendable () -> Void, giveUp: @escaping @Sendable () -> Void) {
        self.run = run
        self.giveUp = giveUp
    }

    func start() {
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(self)
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<BlockingCall>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, argument.toOpaque())
        guard result == 0 else {
            argument.release()
            return giveUp()
        }
        pthread_detach(thread)
    }
}
