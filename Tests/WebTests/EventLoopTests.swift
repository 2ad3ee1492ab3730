import Glibc
import Synchronization
import Testing

@testable import Web

@Suite struct EventLoopTests {
    private static func context(loops: Int = 1) -> ServerContext {
        var configuration = Server.Configuration()
        configuration.loops = loops
        return ServerContext(configuration, router: Router(), connectionsMax: 100)
    }

    @Test func `an event for a closed socket does not reach the next one with its number`() {
        let context = Self.context()
        var table = MemberTable()
        let first = table.nextTag(for: 7)
        table.insert(Self.connection(first, context))
        #expect(table[first]?.tag == first)
        table.remove(first)
        let second = table.nextTag(for: 7)
        table.insert(Self.connection(second, context))
        #expect(table[first] == nil)
        #expect(table[second]?.tag == second)
        #expect(table.count == 1)
    }

    @Test func `connections go to the loop that has the fewest`() {
        let context = Self.context(loops: 3)
        var sockets: [Int32] = []
        for _ in 0..<6 {
            var pair: [Int32] = [0, 0]
            socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair)
            sockets += pair
            context.place(pair[0], from: Peer(), acceptedOn: context.loops[0])
        }
        #expect(context.loops.map { $0.counters.open.load(ordering: .relaxed) } == [2, 2, 2])
        #expect(context.statistics.connectionsAccepted == 6)
        for socket in sockets { close(socket) }
    }

    @Test func `calls run on the thread of the loop`() async {
        let loop = EventLoop(patience: Patience(Server.Configuration()))
        loop.start()
        let seen = await withCheckedContinuation { continuation in
            loop.perform { continuation.resume(returning: loop.isCurrent) }
        }
        #expect(seen)
        #expect(!loop.isCurrent)
        await withCheckedContinuation { continuation in
            loop.perform { loop.beginStop(within: 1) { _ in continuation.resume() } }
        }
    }

    @Test func `another thread than the loop's is not taken for it`() async {
        await #expect(processExitsWith: .failure) {
            EventLoopTests.touchFromOutside()
        }
    }

    private static func touchFromOutside() { connection(1, context()).assumeIsolated { $0.abort() } }

    private static func connection(_ tag: UInt64, _ context: ServerContext) -> Connection {
        Connection(Transport(socket: -1), tag: tag, peer: Peer(), on: context.loops[0], for: context)
    }
}
