import Glibc
import Synchronization
import Testing

@testable import Web

/// What a topic keeps for those who come back.
@Suite(.timeLimit(.minutes(1))) struct TopicHistoryTests {
    private static func loop() -> EventLoop { EventLoop(patience: Patience(Server.Configuration())) }

    private static func missed(_ topic: Topic, since: Int?) -> (sequences: [Int], replay: Topic.Replay) {
        let (_, missed, replay, sequence) = topic.admit(since: since, on: loop())
        #expect(sequence == topic.sequence)
        return (missed.map(\.sequence), replay)
    }

    struct Past: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let messages: Int
        let bytes: Int
        let count: Int
        /// The oldest that may be asked for.
        let reach: Int
    }

    /// Each frame has 12 bytes: two of head and ten of text.
    @Test(arguments: [
        Past(testDescription: "all fits", messages: 10, bytes: 1_000, count: 9, reach: 0),
        Past(testDescription: "exactly as many", messages: 10, bytes: 1_000, count: 10, reach: 0),
        Past(testDescription: "one message too many", messages: 10, bytes: 1_000, count: 11, reach: 1),
        Past(testDescription: "exactly as many bytes", messages: 10, bytes: 60, count: 5, reach: 0),
        Past(testDescription: "one byte too many", messages: 10, bytes: 59, count: 5, reach: 1),
        Past(testDescription: "long past", messages: 10, bytes: 1_000, count: 1_000, reach: 990),
        Past(testDescription: "nothing is kept", messages: 0, bytes: 0, count: 5, reach: 5),
        Past(testDescription: "no message fits", messages: 10, bytes: 11, count: 5, reach: 5),
    ])
    func `what is kept is bounded by messages and bytes, and exact at its edges`(_ row: Past) {
        for start in [0, 500] {
            let topic = Topic(keeping: .init(messagesMax: row.messages, bytesMax: row.bytes), after: start)
            for _ in 0..<row.count { topic.publish(.text("ten bytes.")) }
            let (reach, newest) = (start + row.reach, start + row.count)
            for since in start - 1...newest + 1 {
                let isKept = reach...newest ~= since
                let (sequences, replay) = Self.missed(topic, since: since)
                #expect(replay == (isKept ? .complete : .lost), "since \(since)")
                #expect(sequences == (isKept && since < newest ? Array(since + 1...newest) : []), "since \(since)")
            }
        }
    }

    @Test func `who asks for nothing gets nothing, and everything from now on`() {
        let topic = Topic(keeping: .none)
        topic.publish(.text("before"))
        #expect(Self.missed(topic, since: nil) == ([], .complete))
    }

    @Test func `a message larger than the history leaves nothing to replay`() {
        let topic = Topic(keeping: .init(messagesMax: 10, bytesMax: 50))
        topic.publish(.text("small"))
        topic.publish(.text(String(repeating: "x", count: 100)))
        #expect(Self.missed(topic, since: 1).replay == .lost)
        #expect(Self.missed(topic, since: 2) == ([], .complete))
        topic.publish(.text("small"))
        #expect(Self.missed(topic, since: 2) == ([3], .complete))
    }

    @Test func `personal messages have numbers and are not kept, and nothing is lost because of them`() {
        let topic = Topic(keeping: .init(messagesMax: 3, bytesMax: 1_000))
        #expect(topic.publish(.text("kept")) == 1)
        for _ in 0..<1_000 { topic.publish(replacing: "board") { _, member in .text("\(member)") } }
        #expect(topic.publish(.text("kept"), replacing: "state") == 1_002)
        #expect(topic.publish(.text("shared"), replacing: "board") == 1_003)
        #expect(Self.missed(topic, since: 0) == ([1, 1_002, 1_003], .complete))
        // It takes the place of what would be a board of yesterday.
        #expect(topic.publish(replacing: "board", personal: { _, _ in nil }) == 1_004)
        #expect(Self.missed(topic, since: 0) == ([1, 1_002], .complete))
        #expect(Self.missed(topic, since: 1_004) == ([], .complete))
        #expect(Self.missed(topic, since: 1_005) == ([], .lost))
    }

    @Test("of those that replace each other the newest is kept", arguments: 0..<100 as Range<UInt64>)
    func model(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let limits = Topic.History(
            messagesMax: .random(in: 0...8, using: &random), bytesMax: .random(in: 0...200, using: &random))
        let start = Int.random(in: 0...3, using: &random)
        var history = PublishedHistory(after: start)
        var kept: [Topic.Published] = []
        var reach = start
        for sequence in start + 1...start + Int.random(in: 1...60, using: &random) {
            let message = Topic.Published(
                sequence: sequence, key: .random(in: 0...3, using: &random),
                bytes: Array(repeating: 0, count: .random(in: 1...60, using: &random)))
            history.append(message, within: limits)
            kept.removeAll { $0.key == message.key && message.key != 0 }
            kept.append(message)
            while kept.count > limits.messagesMax || kept.reduce(0, { $0 + $1.bytes.count }) > limits.bytesMax {
                reach = kept.removeFirst().sequence
            }
            for since in 0...sequence {
                let expected = since < reach ? nil : kept.map(\.sequence).filter { $0 > since }
                #expect(history.after(since)?.map(\.sequence) == expected, "seed \(seed) at \(sequence) since \(since)")
            }
        }
    }

    @Test func `numbers rise by one, whichever thread publishes`() async {
        let topic = Topic(after: 100)
        let numbers = await withTaskGroup(of: [Int].self) { group in
            let threads = (0..<4).map { _ in TestThread() }
            for (index, thread) in threads.enumerated() {
                group.addTask(executorPreference: thread) {
                    (0..<1_000).map { _ in topic.publish(.text("x"), replacing: index == 0 ? "key" : nil) }
                }
            }
            var all: [Int] = []
            for await numbers in group {
                #expect(numbers == numbers.sorted())
                all += numbers
            }
            for thread in threads { thread.end() }
            return all
        }
        #expect(numbers.sorted() == Array(101...4_100))
        #expect(topic.sequence == 4_100)
    }
}

/// Topics and those who listen, over the network.
@Suite(.timeLimit(.minutes(2))) struct TopicTests {
    private static func withRooms(
        _ topics: [Topic] = [Topic()], loops: Int = 2,
        _ body: @escaping @Sendable (Rooms, Server) async throws -> Void
    ) async throws {
        let rooms = Rooms(topics)
        try await withServer {
            $0.loops = loops
        } routes: {
            rooms.add(to: &$0)
        } _: { server, _ in
            try await body(rooms, server)
        }
    }

    private static func probe(_ server: Server, until isMet: () -> Bool) throws {
        let probe = try WireClient(port: server.port)
        while !isMet() { _ = try probe.ask("GET /rooms HTTP/1.1\r\nHost: a\r\n\r\n") }
    }

    @Test func `everybody on every loop hears everything in the same order, whoever publishes`() async throws {
        try await Self.withRooms { rooms, server in
            let listeners = try (0..<20).map { _ in try RoomListener(port: server.port) }
            for listener in listeners { try listener.join(0, newest: 0) }
            #expect(rooms.topics[0].listeners == 20)
            let thread = TestThread()
            defer { thread.end() }
            async let elsewhere: Void = Task(executorPreference: thread) {
                for _ in 0..<100 { rooms.publish(in: 0, key: nil, bytes: 10) }
            }.value
            let poster = try WireClient(port: server.port)
            for _ in 0..<100 {
                listeners[3].say("say 0 - 5")
                _ = try poster.ask("POST /rooms/0 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
            }
            await elsewhere
            for listener in listeners {
                while listener.hearings[0].last < 300 { try listener.read() }
                #expect(listener.hearings[0].sequences == Array(1...300))
            }
        }
    }

    /// Each publisher listens to itself and goes on when it has heard, so that nobody falls behind.
    @Test func `joining while others publish misses and doubles nothing`() async throws {
        try await Self.withRooms([Topic(keeping: .init(messagesMax: 4_096))]) { rooms, server in
            let ending = Ending()
            let threads = (0..<3).map { _ in TestThread() }
            defer { for thread in threads { thread.end() } }
            let publishing = threads.map { thread in
                Task(executorPreference: thread) {
                    let echo = try RoomListener(port: server.port)
                    try echo.join(0, newest: 0)
                    while !ending.hasCome {
                        let sequence = (0..<5).map { _ in rooms.publish(in: 0, key: nil, bytes: 10) }[4]
                        while echo.hearings[0].last < sequence { try echo.read() }
                    }
                }
            }
            var listeners: [RoomListener] = []
            for number in 0..<60 {
                let listener = try RoomListener(port: server.port)
                let newest = rooms.topics[0].sequence
                try listener.join(0, since: number % 3 == 0 ? nil : max(0, newest - number), newest: newest)
                listeners.append(listener)
            }
            ending.come()
            for task in publishing { try await task.value }
            let last = rooms.mark()[0]
            for listener in listeners {
                while listener.hearings[0].last < last { try listener.read() }
                #expect(rooms.judge(listener.hearings[0]) == [])
            }
            // Thousands may have been published between asking and joining, when the machine is busy.
            #expect(listeners.contains { $0.hearings[0].isExact })
        }
    }

    @Test func `what was missed comes before what is new`() async throws {
        try await Self.withRooms([Topic(keeping: .init(messagesMax: 5))]) { rooms, server in
            for key in [nil, "a", nil, "a", nil] { rooms.publish(in: 0, key: key, bytes: 10) }
            let (back, late) = (try RoomListener(port: server.port), try RoomListener(port: server.port))
            try back.join(0, since: 1, newest: 5)
            rooms.publish(in: 0, key: nil, bytes: 10)
            for _ in 0..<5 { rooms.publish(in: 0, key: nil, bytes: 10) }
            try late.join(0, since: 1, newest: 11)
            let last = rooms.mark()[0]
            while back.hearings[0].last < last { try back.read() }
            while late.hearings[0].last < last { try late.read() }
            #expect(back.hearings[0].sequences == [3, 4, 5] + Array(6...12))
            #expect(late.hearings[0].isLost)
            #expect(late.hearings[0].sequences == [12])
        }
    }

    @Test func `joining twice changes nothing, and who has left hears nothing until it joins again`() async throws {
        try await Self.withRooms { rooms, server in
            let listener = try RoomListener(port: server.port)
            try listener.join(0, newest: 0)
            rooms.publish(in: 0, key: nil, bytes: 1)
            listener.say("join 0 0 0")
            listener.say("join 0 - 0")
            rooms.publish(in: 0, key: nil, bytes: 1)
            #expect(rooms.topics[0].listeners == 1)
            listener.say("leave 0")
            while listener.open[0] != nil { try listener.read() }
            #expect(rooms.topics[0].listeners == 0)
            #expect(listener.hearings[0].sequences == [1, 2])
            rooms.publish(in: 0, key: nil, bytes: 1)
            try listener.join(0, since: 2, newest: 3)
            #expect(listener.hearings[1].sequences == [3])
            #expect(rooms.topics[0].listeners == 1)
        }
    }

    @Test(arguments: ["closes", "is cut off"])
    func `who has gone is forgotten`(_ way: String) async throws {
        let socket = Mutex(Weak())
        let room = Topic()
        try await withServer {
            $0.loops = 2
        } routes: {
            $0.get("/room") { _ in
                .webSocket { opened in
                    socket.withLock { $0.socket = opened }
                    for await _ in opened.messages {
                        await room.subscribe(opened)
                        await opened.send("joined 0 0 0 complete ")
                    }
                }
            }
            Rooms([]).add(to: &$0)
        } _: { server, _ in
            let listener = try RoomListener(port: server.port, target: "/room")
            try listener.join(0, newest: 0)
            #expect(room.listeners == 1)
            if way == "closes" {
                listener.sayClose()
                while !listener.hasEnded { try listener.read() }
                listener.client.close()
            } else {
                listener.client.reset()
            }
            try Self.probe(server) { room.listeners == 0 && socket.withLock { $0.socket == nil } }
            #expect(room.publish(.text("nobody")) == 1)
        }
    }

    private final class Ending: Sendable {
        private let flag = Atomic(false)
        var hasCome: Bool { flag.load(ordering: .relaxed) }
        func come() { flag.store(true, ordering: .relaxed) }
    }

    private struct Weak { weak var socket: WebSocket? }

    @Test(arguments: [false, true])
    func `of messages that replace each other a reader who stands still gets the newest, last`(
        isPersonal: Bool
    ) async throws {
        try await Self.withRooms([Topic(), Topic()]) { rooms, server in
            // Numbers below are of messages that both of them get.
            let slow = try RoomListener(port: server.port, buffers: 4 << 10, member: 5)
            let fast = try RoomListener(port: server.port, member: 10)
            for topic in 0...1 {
                try slow.join(topic, newest: 0)
                try fast.join(topic, newest: 0)
            }
            // Twenty times what may wait for a socket.
            var last = (topic0: 0, topic1: 0)
            for _ in 0..<252 {
                let sequence = rooms.publish(in: 0, key: "board", bytes: 20_000, isPersonal: isPersonal)
                rooms.publish(in: 1, key: "board", bytes: 100, isPersonal: isPersonal)
                if isPersonal, !Rooms.isFor(5, sequence) { continue }
                last = (sequence, sequence)
                while fast.hearings[0].last < last.topic0 || fast.hearings[1].last < last.topic1 { try fast.read() }
            }
            let mark = rooms.mark()
            func isBehind(_ listener: RoomListener) -> Bool {
                (0...1).contains { listener.hearings[$0].last < mark[$0] }
            }
            while !slow.hasEnded, isBehind(slow) { try slow.read() }
            while !fast.hasEnded, isBehind(fast) { try fast.read() }
            for (topic, newest) in [last.topic0, last.topic1].enumerated() {
                let sequences = slow.hearings[topic].sequences
                #expect(sequences.suffix(2) == [newest, mark[topic]])
                #expect(sequences == sequences.sorted() && Set(sequences).count == sequences.count)
                #expect(sequences.count < 200, "nothing was replaced")
                #expect(rooms.judge(slow.hearings[topic]) == [])
            }
            let heard = (slow.hearings + fast.hearings).reduce(0) { $0 + $1.sequences.count }
            let conflated = server.statistics.framesConflated
            if isPersonal {
                // What had nothing for them may have been replaced, too, before that was known.
                #expect(2 * (252 - 50 + 1) * 2...2 * 253 * 2 ~= heard + conflated)
            } else {
                #expect(heard + conflated == 2 * 253 * 2)
            }
        }
    }

    @Test func `on every loop each member hears its own, and some nothing, among what all hear`() async throws {
        try await Self.withRooms { rooms, server in
            let listeners = try (0..<20).map { try RoomListener(port: server.port, member: $0) }
            for listener in listeners { try listener.join(0, newest: 0) }
            for round in 0..<100 {
                rooms.publish(in: 0, key: "board", bytes: 500, isPersonal: true)
                rooms.publish(in: 0, key: nil, bytes: 10)
                rooms.publish(in: 0, key: "board", bytes: 20, isPersonal: true)
                let newest = rooms.mark()[0]
                for listener in listeners {
                    while listener.hearings[0].last < newest { try listener.read() }
                    let isForIt = Rooms.isFor(listener.member, newest - 1)
                    #expect(listener.hearings[0].sequences.contains(newest - 1) == isForIt, "round \(round)")
                }
            }
            for listener in listeners { #expect(rooms.judge(listener.hearings[0]) == []) }
        }
    }

    @Test func `a publisher learns when all have been offered what it published, on all loops`() async throws {
        try await Self.withRooms { rooms, server in
            let lags = Notes<(lag: Duration, sent: Int)>()
            let clock = ContinuousClock()
            func publish(_ number: Int) -> Duration {
                let began = clock.now
                let told: @Sendable (Duration) -> Void = { lags.add(($0, server.statistics.messagesSent)) }
                if number % 2 == 0 {
                    rooms.topics[0].publish(.binary(Array("m 0 \(number) - ".utf8)), onDelivered: told)
                } else {
                    rooms.topics[0].publish(
                        replacing: "k", personal: { .binary(Array("p 0 \($0) k \($1) ".utf8)) }, onDelivered: told)
                }
                return clock.now - began
            }
            let atMost = publish(0)
            #expect(lags.all.count == 1 && lags.all[0].lag <= atMost, "nobody listens: at once")
            let listeners = try (0..<21).map { try RoomListener(port: server.port, member: $0) }
            for listener in listeners { try listener.join(0, newest: 1) }
            for number in 1...40 {
                let (began, before) = (clock.now, server.statistics.messagesSent)
                _ = publish(number)
                let all = await lags.first(number + 1)
                #expect(all.count == number + 1 && all[number].lag <= clock.now - began && all[number].lag > .zero)
                #expect(all[number].sent == before + 21)
            }
        }
    }

    @Test func `a reader who stands still is closed with 1013, and the others hear everything`() async throws {
        try await Self.withRooms { rooms, server in
            let slow = try RoomListener(port: server.port, buffers: 4 << 10)
            let fast = try (0..<4).map { _ in try RoomListener(port: server.port) }
            for listener in [slow] + fast { try listener.join(0, newest: 0) }
            var published = 0
            while server.statistics.slowReaders == 0 {
                let last = rooms.publish(in: 0, key: nil, bytes: 10_000)
                published += 10_000
                for listener in fast {
                    while listener.hearings[0].last < last { try listener.read() }
                    #expect(!listener.hasEnded)
                }
                // Beside the 256 KiB there are the kernel's small buffers.
                try #require(published < WebSocket.pushedBytesMax + 200_000)
            }
            #expect(published > WebSocket.pushedBytesMax)
            #expect(rooms.topics[0].listeners == 4)
            while !slow.hasEnded { try slow.read() }
            #expect(slow.end == .closed(.tryAgainLater))
            #expect(rooms.judge(slow.hearings[0]) == [])
            #expect(slow.hearings[0].last < rooms.topics[0].sequence)
            slow.sayClose()

            // It comes back, and hears what it missed or that it is lost.
            let again = try RoomListener(port: server.port)
            try again.join(0, since: slow.hearings[0].last, newest: rooms.topics[0].sequence)
            #expect(again.hearings[0].isLost == (rooms.bytes(in: 0, after: slow.hearings[0].last) > 128 << 10))
            #expect(server.statistics.slowReaders == 1)
        }
    }
}

/// What happens between the rounds of a loop, with both sides of each socket on the same one.
@Suite(.timeLimit(.minutes(1))) struct TopicShardTests {
    /// The server's sides of sockets, and what their clients have got.
    private final class Hall: Sendable {
        let room: Topic
        private let sockets = Mutex<[WebSocket]>([])
        private let client = WebSocketClient()
        private let opened = Semaphore()

        init(_ room: Topic) { self.room = room }

        var router: Router {
            var router = Router()
            router.get("/hall") { _ in
                .webSocket { socket in
                    self.sockets.withLock { $0.append(socket) }
                    for await _ in socket.messages {}
                }
            }
            return router
        }

        /// Connects so many, and returns the server's and the client's side of each.
        func open(_ count: Int) async throws -> [(near: WebSocket, far: WebSocket)] {
            var pairs: [(WebSocket, WebSocket)] = []
            let router = router
            for _ in 0..<count {
                let far = try await client.connect(to: router, "/hall")
                // The handler has begun when its answer arrives.
                pairs.append((sockets.withLock { $0[$0.count - 1] }, far))
            }
            return pairs
        }

        func stop() async { await client.stop() }
    }

    /// Runs on the loop of `socket`, and returns when that is done.
    private static func onLoop<Result: Sendable>(
        of socket: WebSocket, _ body: @escaping @Sendable () -> Result
    ) async -> Result {
        await withCheckedContinuation { continuation in
            socket.loop.perform { continuation.resume(returning: body()) }
        }
    }

    private static func texts(_ socket: WebSocket, until last: String) async -> [String] {
        var texts: [String] = []
        for await message in socket.messages {
            texts.append(message.text)
            if message.text == last { break }
        }
        return texts
    }

    private static func number(_ sequence: Int) -> WebSocket.Message { .text("\(sequence)") }

    @Test func `who comes or goes between slices of a large audience misses and doubles nothing`() async throws {
        let hall = Hall(Topic())
        let room = hall.room
        let pairs = try await hall.open(620)
        let near = pairs.map(\.near)
        let (staying, leaving, coming) = (near[..<500], [near[10], near[400], near[499]], near[500...])
        for socket in staying { await room.subscribe(socket) }
        await Self.onLoop(of: near[0]) {
            room.publish(Self.number)
            near[0].loop.perform {
                // The first slice has been served, the second has not.
                for socket in leaving { socket.assumeIsolated { $0.leave(room) } }
                for socket in coming { socket.assumeIsolated { _ = $0.join(room, since: 0) } }
                room.publish(Self.number)
                near[0].loop.perform {
                    for socket in leaving { socket.assumeIsolated { _ = $0.join(room, since: nil) } }
                    room.publish(Self.number)
                }
            }
        }
        // Behind what was queued above, since the loop takes its calls in order, three rounds deep.
        for _ in 0..<4 { await Self.onLoop(of: near[0]) {} }
        room.publish { _ in .text("end") }
        for (index, pair) in pairs.enumerated() {
            let texts = await Self.texts(pair.far, until: "end")
            switch index {
            case 10: #expect(texts == ["1", "3", "end"])
            case 400, 499: #expect(texts == ["3", "end"])
            default: #expect(texts == ["1", "2", "3", "end"], "listener \(index)")
            }
        }
        #expect(room.listeners == 620)
        await hall.stop()
        #expect(room.listeners == 0)
    }

    @Test func `messages that replace each other take one slice at a time, and one delivery`() async throws {
        let hall = Hall(Topic())
        let room = hall.room
        let pairs = try await hall.open(300)
        for pair in pairs { await room.subscribe(pair.near) }
        let loop = pairs[0].near.loop
        let before = loop.counters.messagesSent.current
        let sentInRound = await withCheckedContinuation { continuation in
            loop.perform {
                for _ in 0..<1_000 { room.publish(replacing: "board", Self.number) }
                loop.perform { continuation.resume(returning: loop.counters.messagesSent.current - before) }
            }
        }
        room.publish { _ in .text("end") }
        for pair in pairs { #expect(await Self.texts(pair.far, until: "end") == ["1000", "end"]) }
        #expect(sentInRound == TopicShard.sliceMax)
        #expect(loop.counters.messagesSent.current == before + 2 * 300)
        await hall.stop()
    }

    @Test func `personal messages keep their place, and only the newest of a key is made`() async throws {
        let hall = Hall(Topic())
        let room = hall.room
        let pairs = try await hall.open(300)
        for (index, pair) in pairs.enumerated() { await room.subscribe(pair.near, as: 1_000 + index) }
        let asked = Notes<Int>()
        let loop = pairs[0].near.loop
        await Self.onLoop(of: pairs[0].near) {
            room.publish(.text("a"))
            room.publish(replacing: "board") { _, _ in .text("replaced before it was made") }
            room.publish(.text("b"))
            room.publish(.text("state 1"), replacing: "state")
            room.publish(replacing: "board") { sequence, member in
                asked.add(member)
                // Outside the topic's lock.
                return member % 2 == 0 ? .text("\(sequence) \(member) of \(room.sequence)") : nil
            }
            room.publish(.text("c"))
            room.publish(replacing: "state") { _, member in .text("state \(member)") }
            room.publish(.text("end"))
        }
        for (index, pair) in pairs.enumerated() {
            let member = 1_000 + index
            let own = member % 2 == 0 ? ["5 \(member) of 8"] : []
            #expect(await Self.texts(pair.far, until: "end") == ["a", "b"] + own + ["c", "state \(member)", "end"])
        }
        #expect(asked.all == Array(1_000..<1_300), "each is asked for once")
        #expect(loop.counters.framesConflated.current == 2 * 300)
        await hall.stop()
    }

    @Test func `who comes or goes between slices is not asked for, or asked for once`() async throws {
        let hall = Hall(Topic())
        let room = hall.room
        let pairs = try await hall.open(620)
        let near = pairs.map(\.near)
        for (index, socket) in near[..<600].enumerated() { await room.subscribe(socket, as: index) }
        let asked = Notes<Int>()
        let delivered = Notes<Int>()
        await Self.onLoop(of: near[0]) {
            room.publish(
                replacing: "board",
                personal: { _, member in
                    // Who has been served leaves in the middle of a slice, and one of the same slice who has not been.
                    if member == 100 {
                        for leaver in [99, 101] { near[leaver].assumeIsolated { $0.leave(room) } }
                    }
                    asked.add(member)
                    return .text("own \(member)")
                }, onDelivered: { _ in delivered.add(asked.all.count) })
            near[0].loop.perform {
                // The first slice has been served, the second has not.
                for socket in [near[10], near[400], near[599]] { socket.assumeIsolated { $0.leave(room) } }
                for (index, socket) in near.enumerated().dropFirst(600) {
                    socket.assumeIsolated { _ = $0.join(room, since: 0, as: index) }
                }
            }
        }
        let expected = Array(0..<600).filter { ![101, 400, 599].contains($0) }
        #expect(await delivered.first(1) == [expected.count], "told once, when the last slice is served")
        #expect(asked.all == expected)
        room.publish(.text("end"))
        for (index, pair) in pairs.enumerated() where ![10, 99, 101, 400, 599].contains(index) {
            #expect(await Self.texts(pair.far, until: "end") == (index < 600 ? ["own \(index)", "end"] : ["end"]))
        }
        #expect(delivered.all.count == 1)
        await hall.stop()
    }

    @Test func `the receipt of what was replaced comes with that of what took its place`() async throws {
        let hall = Hall(Topic())
        let room = hall.room
        let pair = try await hall.open(1)[0]
        await room.subscribe(pair.near)
        let told = Notes<(String, Duration)>()
        let atOnce = await Self.onLoop(of: pair.near) {
            room.publish(.text("1"), replacing: "board") { told.add(("first", $0)) }
            room.publish(replacing: "board") { _, _ in
                .text("2")
            } onDelivered: {
                told.add(("second", $0))
            }
            return told.all.count
        }
        #expect(atOnce == 0)
        let all = await told.first(2)
        #expect(all.map(\.0) == ["first", "second"] && all.allSatisfy { $0.1 > .zero })
        #expect(await Self.texts(pair.far, until: "2") == ["2"])
        await hall.stop()
    }

    @Test(arguments: ["leaves", "ends"])
    func `a receipt does not wait for who is gone`(_ way: String) async throws {
        let hall = Hall(Topic())
        let room = hall.room
        let pair = try await hall.open(1)[0]
        await room.subscribe(pair.near)
        let told = Notes<Int>()
        let counts = await Self.onLoop(of: pair.near) {
            room.publish(.text("nobody hears")) { _ in told.add(room.listeners) }
            let before = told.all.count
            pair.near.assumeIsolated { if way == "leaves" { $0.leave(room) } else { $0.breakOff() } }
            return [before, told.all.count]
        }
        #expect(counts == [0, 1])
        #expect(told.all == [0])
        await hall.stop()
    }

    @Test func `gaps that leavers left are closed, and nobody is skipped for it`() async throws {
        let hall = Hall(Topic())
        let room = hall.room
        let pairs = try await hall.open(100)
        for pair in pairs { await room.subscribe(pair.near) }
        for pair in pairs[..<80] { await room.unsubscribe(pair.near) }
        room.publish { _ in .text("a") }
        // Leaving twice is leaving once.
        for pair in pairs[90...] + pairs[90...] { await room.unsubscribe(pair.near) }
        for pair in pairs[..<5] { await room.subscribe(pair.near) }
        room.publish { _ in .text("b") }
        for pair in pairs[..<5] { #expect(await Self.texts(pair.far, until: "b") == ["b"]) }
        for pair in pairs[80..<90] { #expect(await Self.texts(pair.far, until: "b") == ["a", "b"]) }
        #expect(room.listeners == 15)
        await hall.stop()
    }

    @Test func `nothing waits for a loop on which nobody listens any more`() async throws {
        let hall = Hall(Topic())
        let pair = try await hall.open(1)[0]
        await hall.room.subscribe(pair.near)
        let shard = hall.room.admit(since: nil, on: pair.near.loop).shard
        await hall.stop()
        for _ in 0..<10 { hall.room.publish(.text("nobody")) }
        #expect(hall.room.takePending(for: shard).isEmpty)
    }

    /// A socket whose other side is gone, which it has not noticed, with something to send.
    private static func withBroken<Result: Sendable>(
        _ body: @escaping @Sendable (isolated WebSocket) -> Result
    ) async throws -> Result {
        let hall = Hall(Topic())
        let (near, far) = try await hall.open(1)[0]
        let result = await Self.onLoop(of: near) {
            far.assumeIsolated { $0.end(.abnormal, isRemote: false) }
            return near.assumeIsolated {
                $0.write(Frame(.text("waits for the end of the round")))
                return body($0)
            }
        }
        await hall.stop()
        return result
    }

    private static func frame(_ sequence: Int, _ count: Int) -> Topic.Published {
        Topic.Published(sequence: sequence, key: 0, bytes: Frame(.binary(Array(repeating: 0, count: count))).bytes)
    }

    @Test func `a socket that breaks while room is made for a message is left alone`() async throws {
        let bytesLeft = try await Self.withBroken { socket in
            socket.deliver([Self.frame(1, 200_000), Self.frame(2, 100_000)], after: 0)
            return socket.phase == .closed ? socket.sender.outbox.count : nil
        }
        #expect(bytesLeft == 0)
        let messagesSent = try await Self.withBroken { socket in
            let before = socket.loop.counters.messagesSent.current
            socket.deliver([Self.frame(1, 200_000)], after: 0)
            socket.deliver([Self.frame(2, 100_000)], after: 0)
            return socket.phase == .closed ? socket.loop.counters.messagesSent.current - before : nil
        }
        #expect(messagesSent == 1)
    }

    @Test func `a socket that breaks while it answers a close stays closed`() async throws {
        let phase = try await Self.withBroken { socket in
            socket.deliver([Self.frame(1, 100_000)], after: 0)
            socket.answer(.closed(.normal, reason: ""))
            socket.pump()
            return socket.phase
        }
        #expect(phase == .closed)
    }

    @Test func `a client that takes slowly what waits for it is not taken for dead`() async throws {
        let hall = Hall(Topic())
        let (near, far) = try await hall.open(1)[0]
        // Nobody reads the client's messages: after 64 KiB it leaves the rest in the kernel.
        let isStalled = await Self.onLoop(of: near) {
            near.assumeIsolated { socket in
                while !socket.sender.isStalled { socket.deliver([Self.frame(1, 60_000)], after: 0) }
                for _ in 0...WebSocket.missedPingsMax + 1 {
                    socket.deadline = 0
                    socket.checkDeadline()
                }
                return socket.sender.isStalled && socket.closure == nil
            }
        }
        #expect(isStalled)
        withExtendedLifetime(far) {}
        await hall.stop()
    }
}
