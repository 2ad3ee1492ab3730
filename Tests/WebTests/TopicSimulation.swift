import Glibc
import Synchronization
import Testing

@testable import Web

/// Listeners that come, stall, are cut off, leave and come back while others publish, drawn from a seed.
///
/// For every socket and topic: numbers rise; of what was published since it joined only messages that a later one of
/// the same key made needless may be missing, and those that had nothing for it; what was for each alone says its own
/// name; and who is still there at the end has everything.
@Suite(.timeLimit(.minutes(2)), .serialized) struct TopicSimulation {
    @Test("whoever listens misses nothing but what was replaced", arguments: 0..<40 as Range<UInt64>)
    func comingAndGoing(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let history = Topic.History(
            messagesMax: [0, 10, 256, 256, 256].randomElement(using: &random) ?? 0,
            bytesMax: [4 << 10, 128 << 10, 128 << 10].randomElement(using: &random) ?? 0)
        let rooms = Rooms((0..<Int.random(in: 1...2, using: &random)).map { _ in Topic(keeping: history) }, history)
        try await withServer {
            $0.loops = 2
        } routes: {
            rooms.add(to: &$0)
        } _: { [random] server, _ in
            let threads = [TestThread(), TestThread()]
            defer { for thread in threads { thread.end() } }
            var random = random
            var crowd = try Crowd(rooms, port: server.port, &random)
            for _ in 0..<Int.random(in: 5...30, using: &random) {
                let isFlood = Int.random(in: 0..<6, using: &random) == 0
                let publishing = threads.map { thread in
                    let seed = random.next()
                    return Task(executorPreference: thread) { Self.publish(in: rooms, isFlood: isFlood, seed: seed) }
                }
                try crowd.act(&random)
                for task in publishing { await task.value }
                try crowd.listen(until: rooms.mark(), isLast: false)
            }
            try crowd.listen(until: rooms.mark(), isLast: true)
            for problem in crowd.problems { Issue.record("\(problem), seed \(seed)") }

            // Who was cut off is forgotten as the kernel tells; one too many or too few runs into the time limit.
            let probe = try WireClient(port: server.port)
            func wait(until isMet: () -> Bool) throws {
                while !isMet() { _ = try probe.ask("GET /rooms HTTP/1.1\r\nHost: a\r\n\r\n") }
            }
            try wait { rooms.listeners == crowd.subscriptions }
            crowd.goHome()
            try wait { rooms.listeners == 0 && server.statistics.webSockets == 0 }
        }
    }

    private static func publish(in rooms: Rooms, isFlood: Bool, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<Int.random(in: 1...40, using: &random) {
            let key = [nil, nil, "a", "b", "c"].randomElement(using: &random) ?? nil
            rooms.publish(
                in: .random(in: rooms.topics.indices, using: &random), key: key,
                bytes: (isFlood ? [300, 20_000, 40_000] : [0, 30, 300, 1_000]).randomElement(using: &random) ?? 0,
                isPersonal: key != nil && Bool.random(using: &random))
        }
    }
}

/// The clients of one simulation, and what each must have heard.
private struct Crowd {
    struct Member {
        var listener: RoomListener?
        /// Rounds in which it reads nothing.
        var stallsFor = 0
        /// The last it saw of each topic, with which it comes back.
        var seen: [Int: Int] = [:]
    }

    var members: [Member]
    private let rooms: Rooms
    private let port: Int
    /// All there were, with those that are gone.
    private var all: [RoomListener] = []
    private var closings: [String] = []

    init(_ rooms: Rooms, port: Int, _ random: inout SeededRandom) throws {
        self.rooms = rooms
        self.port = port
        members = Array(repeating: Member(), count: .random(in: 3...8, using: &random))
    }

    var subscriptions: Int { members.reduce(0) { $0 + ($1.listener?.open.count ?? 0) } }

    /// Lets everybody do one thing, while messages are being published.
    mutating func act(_ random: inout SeededRandom) throws {
        for index in members.indices {
            guard let listener = members[index].listener else {
                if Bool.random(using: &random) { try enter(index, &random) }
                continue
            }
            let choice = Int.random(in: 0..<16, using: &random)
            // Of those that stall some are cut off, and nobody does anything else.
            if members[index].stallsFor > 0, choice > 1 { continue }
            switch choice {
            case 0, 1:
                members[index].remember(listener)
                members[index].listener = nil
                listener.client.reset()
            case 2:
                listener.sayClose()
                while !listener.hasEnded { try listener.read() }
                judgeClosing(of: index)
            case 3, 4:
                try turn(index, &random)
            case 5, 6:
                for _ in 0..<5 { listener.say("say \(Int.random(in: rooms.topics.indices, using: &random)) a 50") }
            case 7, 8, 9:
                members[index].stallsFor = Int.random(in: 1...4, using: &random)
            default:
                break
            }
        }
    }

    /// Lets those who do not stall read up to the marks, one for each topic.
    mutating func listen(until marks: [Int], isLast: Bool) throws {
        for index in members.indices {
            guard let listener = members[index].listener else { continue }
            if !isLast, members[index].stallsFor > 0 {
                members[index].stallsFor -= 1
                continue
            }
            while !listener.hasEnded, listener.open.contains(where: { $0.value.last < marks[$0.key] }) {
                try listener.read()
            }
            if listener.hasEnded { judgeClosing(of: index) } else { listener.noteCaughtUp(to: marks) }
        }
    }

    func goHome() { for member in members { member.listener?.client.close() } }

    private mutating func enter(_ index: Int, _ random: inout SeededRandom) throws {
        let listener = try RoomListener(
            port: port, buffers: Bool.random(using: &random) ? 8 << 10 : nil, member: all.count)
        all.append(listener)
        members[index].listener = listener
        members[index].stallsFor = 0
        for topic in rooms.topics.indices where topic == 0 || Bool.random(using: &random) {
            try join(index, topic, isResuming: Int.random(in: 0..<4, using: &random) > 0)
        }
    }

    /// Leaves a topic, or joins one it is not in.
    private mutating func turn(_ index: Int, _ random: inout SeededRandom) throws {
        guard let listener = members[index].listener else { return }
        let topic = Int.random(in: rooms.topics.indices, using: &random)
        guard listener.open[topic] != nil
        else { return try join(index, topic, isResuming: Bool.random(using: &random)) }
        listener.say("leave \(topic)")
        while !listener.hasEnded, listener.open[topic] != nil { try listener.read() }
        members[index].remember(listener)
        if listener.hasEnded { judgeClosing(of: index) }
    }

    private mutating func join(_ index: Int, _ topic: Int, isResuming: Bool) throws {
        guard let listener = members[index].listener, !listener.hasEnded else { return }
        let since = isResuming ? members[index].seen[topic] : nil
        try listener.join(topic, since: since, newest: rooms.topics[topic].sequence)
        if listener.hasEnded { judgeClosing(of: index) }
    }

    /// The server closes nobody but those that are behind.
    private mutating func judgeClosing(of index: Int) {
        guard let listener = members[index].listener else { return }
        members[index].remember(listener)
        members[index].listener = nil
        listener.client.close()
        switch listener.end {
        case .closed(.tryAgainLater)?:
            let behind = listener.caughtUp.reduce(0) { $0 + rooms.bytes(in: $1.key, after: $1.value) }
            if behind <= WebSocket.pushedBytesMax { closings.append("closed with 1013, \(behind) bytes behind") }
        case .closed(.normal)? where listener.hasSaidClose:
            break
        case let end:
            closings.append("ended with \(String(describing: end))")
        }
    }

    /// Every rule that was broken.
    var problems: [String] { closings + all.flatMap { listener in listener.hearings.flatMap { rooms.judge($0) } } }
}

extension Crowd.Member {
    fileprivate mutating func remember(_ listener: RoomListener) {
        for hearing in listener.hearings where hearing.isJoined || !hearing.sequences.isEmpty {
            seen[hearing.topic] = hearing.last
        }
    }
}

/// Topics behind a WebSocket that is told what to do, and a record of all that was published in them.
///
/// `join <topic> <since or -> <member>` is answered `joined <topic> <low> <high> <replay> <newest of each key>`, where
/// the numbers of the topic just before and after bound the one that was joined at. `leave <topic>` is answered
/// `left <topic>`, and `say <topic> <key or -> <bytes>` publishes.
final class Rooms: Sendable {
    private struct Entry {
        let key: String?
        let bytes: Int
        /// Each member gets its own, or nothing; nobody gets it later.
        let isPersonal: Bool
    }

    let topics: [Topic]
    private let history: Topic.History
    private let published: Mutex<[[Entry]]>

    init(_ topics: [Topic], _ history: Topic.History = Topic.History()) {
        self.topics = topics
        self.history = history
        published = Mutex(topics.map { _ in [] })
    }

    func add(to router: inout Router) {
        router.get("/rooms") { request in
            let sendBuffer = request.query["buffer"].flatMap { Int32($0) }
            return .webSocket { socket in
                if let sendBuffer { await socket.shrinkSendBuffer(to: sendBuffer) }
                for await message in socket.messages { await self.obey(message.text, of: socket) }
            }
        }
        router.post("/rooms/{topic}") { (request, topic: Int) in
            .text("\(self.publish(in: topic, key: nil, bytes: request.body.count))")
        }
    }

    private func obey(_ command: String, of socket: WebSocket) async {
        let words = command.split(separator: " ")
        guard words.count >= 2, let index = Int(words[1]), topics.indices.contains(index) else { return }
        switch words[0] {
        case "join":
            let low = topics[index].sequence
            let replay = await topics[index].subscribe(socket, since: Int(words[2]), as: Int(words[3]) ?? 0)
            let (high, state) = (topics[index].sequence, newest(in: index))
            let keys = state.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
            await socket.send("joined \(index) \(low) \(high) \(replay) \(keys)")
        case "leave":
            await topics[index].unsubscribe(socket)
            await socket.send("left \(index)")
        case "say":
            publish(in: index, key: words[2] == "-" ? nil : String(words[2]), bytes: Int(words[3]) ?? 0)
        default:
            socket.close(.policyViolation, command)
        }
    }

    var listeners: Int { topics.reduce(0) { $0 + $1.listeners } }

    /// Whether a personal message has something for a member.
    static func isFor(_ member: Int, _ sequence: Int) -> Bool { (sequence + member) % 5 != 0 }

    @discardableResult
    func publish(in topic: Int, key: String?, bytes: Int, isPersonal: Bool = false) -> Int {
        let rest = Array(repeating: UInt8(ascii: "."), count: bytes)
        // Entries must be in the order of the numbers, and personal messages are made later.
        return published.withLock { published in
            if isPersonal, let key {
                published[topic].append(Entry(key: key, bytes: 40 + bytes, isPersonal: true))
                return topics[topic].publish(replacing: key) { sequence, member in
                    guard Self.isFor(member, sequence) else { return nil }
                    return .binary(Array("p \(topic) \(sequence) \(key) \(member) ".utf8) + rest)
                }
            }
            return topics[topic].publish(replacing: key) { sequence in
                let head = Array("m \(topic) \(sequence) \(key ?? "-") ".utf8)
                published[topic].append(Entry(key: key, bytes: head.count + bytes, isPersonal: false))
                return .binary(head + rest)
            }
        }
    }

    /// Publishes in every topic what nothing replaces.
    func mark() -> [Int] { topics.indices.map { publish(in: $0, key: nil, bytes: 0) } }

    func bytes(in topic: Int, after sequence: Int) -> Int {
        // Heads of frames take ten bytes at most.
        published.withLock { $0[topic].dropFirst(sequence).reduce(0) { $0 + $1.bytes + 10 } }
    }

    private func newest(in topic: Int) -> [String: Int] {
        published.withLock { published in
            var newest: [String: Int] = [:]
            for (index, entry) in published[topic].enumerated() { if let key = entry.key { newest[key] = index + 1 } }
            return newest
        }
    }

    /// What is wrong with what one socket heard of one topic.
    func judge(_ hearing: RoomListener.Hearing) -> [String] {
        let entries = published.withLock { $0[hearing.topic] }
        var problems: [String] = []
        for (earlier, later) in zip(hearing.sequences, hearing.sequences.dropFirst()) where later <= earlier {
            problems.append("\(later) came after \(earlier)")
        }
        // Where it does not go on from what it knew it joined somewhere between two numbers.
        let first = hearing.sequences.first ?? Int.max
        let start = hearing.isExact ? hearing.since ?? 0 : hearing.isJoined ? min(first - 1, hearing.high) : first - 1
        if first <= (hearing.isExact ? start : hearing.isJoined ? hearing.low : 0) {
            problems.append("\(first) came again")
        }
        let heard = Set(hearing.sequences)
        var laterKeys = Set(entries.dropFirst(hearing.last).compactMap(\.key))
        for sequence in stride(from: hearing.last, to: start, by: -1) {
            let key = entries[sequence - 1].key
            let isMissing = !heard.contains(sequence) && !(key.map { laterKeys.contains($0) } ?? false)
            // It joined after that, or somewhere there.
            let isNotForIt =
                entries[sequence - 1].isPersonal
                && (sequence <= hearing.high || !Self.isFor(hearing.member, sequence))
            if isMissing, !isNotForIt {
                problems.append("\(sequence) of topic \(hearing.topic) is missing between \(start) and \(hearing.last)")
            }
            if let key { laterKeys.insert(key) }
        }
        guard hearing.isJoined else { return problems }
        if hearing.isLost, let since = hearing.since, since <= hearing.low {
            let missed = entries[since..<hearing.high].filter { !$0.isPersonal }
            let bytes = missed.reduce(0) { $0 + $1.bytes + 10 }
            if missed.count <= history.messagesMax, bytes <= history.bytesMax {
                problems.append("what came after \(since) was lost, though only \(missed.count) messages had come")
            }
        }
        for (index, entry) in entries[..<hearing.low].enumerated() {
            if let key = entry.key, hearing.state[key, default: 0] <= index {
                problems.append("the state at \(hearing.low) lacks \(index + 1)")
            }
        }
        return problems
    }
}

extension WebSocket {
    /// So that a reader is slow before megabytes are in the kernel.
    fileprivate func shrinkSendBuffer(to bytes: Int32) {
        var bytes = bytes
        setsockopt(sender.transport.socket, SOL_SOCKET, SO_SNDBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
    }
}

/// A client of `Rooms` that reads only when it is told to.
final class RoomListener {
    /// What came from one topic between joining and leaving it.
    struct Hearing {
        let topic: Int
        let member: Int
        let since: Int?
        var isJoined = false
        /// The numbers of the topic just before and just after it was joined.
        var low: Int
        var high = 0
        var isLost = false
        var state: [String: Int] = [:]
        var sequences: [Int] = []

        /// It goes on exactly where it was, as it asked to.
        var isExact: Bool { since != nil && isJoined && !isLost }
        var last: Int { sequences.last ?? (isExact ? since ?? 0 : low) }
    }

    enum End: Equatable {
        case closed(WebSocket.CloseCode?)
        /// The connection ended without a close frame.
        case cut
    }

    let client: WireClient
    let member: Int
    private(set) var hearings: [Hearing] = []
    /// By topic, where in `hearings` what is being heard is.
    private var places: [Int: Int] = [:]
    /// Up to where it had read each topic it had not left when it last read everything.
    private(set) var caughtUp: [Int: Int] = [:]
    private(set) var end: End?
    private(set) var hasSaidClose = false
    private var reader = FrameReader(as: .client, limits: WebSocket.Limits(messageBytesMax: 16 << 20))

    /// - Parameters:
    ///   - buffers: the kernel's, on both sides.
    ///   - member: whose personal messages it gets.
    init(port: Int, target: String = "/rooms", buffers: Int32? = nil, member: Int = 0) throws {
        self.member = member
        client = try WireClient(port: port, receiveBufferBytes: buffers)
        let target = target + (buffers.map { "?buffer=\($0)" } ?? "")
        client.send(ClientHandshake().request(host: "localhost", target: target))
        var head: [UInt8] = []
        // Nothing follows the head until something has been said.
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            guard let bytes = try client.read() else { throw WireClient.Fault.ended(got: "\(head.count) bytes") }
            head += bytes
        }
    }

    var hasEnded: Bool { end != nil }
    var open: [Int: Hearing] { places.mapValues { hearings[$0] } }

    func say(_ text: String) { client.send(Frame(.text(text)).masked(with: .random(in: .min ... .max))) }

    func sayClose() {
        hasSaidClose = true
        client.send(Frame.close(.normal).masked(with: 1))
    }

    /// Joins, and reads until that has been answered.
    ///
    /// - Parameter newest: what the topic has reached before.
    func join(_ topic: Int, since: Int? = nil, newest: Int) throws {
        places[topic] = hearings.count
        hearings.append(Hearing(topic: topic, member: member, since: since, low: newest))
        caughtUp[topic] = min(since ?? newest, newest, caughtUp[topic] ?? .max)
        say("join \(topic) \(since.map(String.init) ?? "-") \(member)")
        while !hasEnded, !hearings[hearings.count - 1].isJoined { try read() }
    }

    func noteCaughtUp(to marks: [Int]) { caughtUp = places.reduce(into: [:]) { $0[$1.key] = marks[$1.key] } }

    /// One read, and all that it brings.
    func read() throws {
        guard let bytes = try client.read() else {
            end = end ?? .cut
            return
        }
        var used = 0
        do throws(WebSocket.Fault) {
            while let event = try reader.next(bytes.span, &used) { take(event) }
        } catch {
            Issue.record("torn: \(error)")
            end = .cut
        }
    }

    private func take(_ event: FrameReader.Event) {
        switch event {
        case .message(let message): hear(message)
        case .close(let code, _): end = .closed(code)
        case .ping, .pong: break
        }
    }

    private func hear(_ message: WebSocket.Message) {
        let words = String(decoding: message.isText ? message.bytes[...] : message.bytes.prefix(40), as: UTF8.self)
            .split(separator: " ", omittingEmptySubsequences: false)
        guard words.count >= 2, let topic = Int(words[1]), let place = places[topic] else {
            Issue.record("heard of what it has not joined: \(words)")
            return
        }
        switch words[0] {
        case "m":
            hearings[place].sequences.append(Int(words[2]) ?? 0)
        case "p":
            hearings[place].sequences.append(Int(words[2]) ?? 0)
            if words[4] != "\(member)" { Issue.record("\(member) got what was for \(words[4])") }
        case "joined":
            hearings[place].isJoined = true
            hearings[place].low = Int(words[2]) ?? 0
            hearings[place].high = Int(words[3]) ?? 0
            hearings[place].isLost = words[4] == "lost"
            for pair in words[5].split(separator: ",") {
                let parts = pair.split(separator: "=")
                hearings[place].state[String(parts[0])] = Int(parts[1])
            }
        case "left":
            places[topic] = nil
        default:
            Issue.record("unknown: \(words)")
        }
    }
}
