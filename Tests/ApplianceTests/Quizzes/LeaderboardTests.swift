import Testing

@testable import Appliance

@Suite struct LeaderboardTests {
    @Test("more points are ahead; of equal ones who had them first")
    func order() {
        var board = Leaderboard()
        board.set(1, score: 900, since: 4)
        board.set(2, score: 1_000, since: 7)
        board.set(3, score: 900, since: 5)
        board.set(4, score: -300, since: 2)
        board.set(5, score: 0, since: 1)
        board.set(6, score: 0, since: 6)
        #expect(rows(of: board).map(\.member) == [2, 1, 3, 5, 6, 4])

        board.set(5, score: 900, since: 8)
        let raised = rows(of: board)
        #expect(raised.map(\.member) == [2, 1, 3, 5, 6, 4])
        #expect(raised.map(\.score) == [1_000, 900, 900, 900, 0, -300])

        board.set(1, score: 800, since: 9)
        board.set(1, score: 900, since: 10)
        let regained = rows(of: board).map(\.member)
        #expect(regained == [2, 3, 5, 1, 6, 4], "who lost points and has them again comes after those who kept them")
    }

    @Test("32 bits of score and of since are in order to their ends")
    func extremes() {
        let places = [
            Place(-2_147_483_647, 0, 1), Place(-2_147_483_648, 0, 2), Place(2_147_483_647, 4_294_967_294, 3),
            Place(2_147_483_646, 0, 4), Place(0, 4_294_967_294, 5), Place(-1, 0, 6), Place(1, 4_294_967_294, 7),
            Place(0, 0, 8), Place(-2_147_483_648, 4_294_967_294, 9), Place(2_147_483_647, 0, 10), Place(0, 1, 11),
        ]
        var model = Model()
        for place in places { model.set(place) }
        #expect(model.differences().isEmpty)
        #expect(model.order.map(\.member) == [10, 3, 4, 7, 8, 11, 5, 6, 1, 2, 9])
    }

    @Test("who is not there has no standing and no rank, and is removed in vain")
    func absent() {
        var board = Leaderboard()
        board.set(3, score: 10, since: 1)
        for member in [-1, 0, 2, 4, 1 << 40, .min, .max] {
            board.remove(member)
            let (standing, rank) = (board.standing(of: member), board.rank(of: member))
            #expect(standing == nil && rank == nil)
        }
        #expect(rows(of: board) == [Row(rank: 0, member: 3, score: 10)])
        board.remove(3)
        board.remove(3)
        let (standing, rank, count) = (board.standing(of: 3), board.rank(of: 3), board.count)
        #expect(standing == nil && rank == nil && count == 0)
        #expect(rows(of: board).isEmpty)
    }

    @Test(
        "members from a rank on end where the board ends",
        arguments: [
            (0, 3, [100, 101, 102]), (0, 0, []), (98, 10, [198, 199]), (99, 1, [199]), (100, 1, []), (100, .max, []),
            (.max, .max, []), (97, .max, [197, 198, 199]), (62, 4, [162, 163, 164, 165]),
        ] as [(Int, Int, [Int])])
    func members(_ start: Int, _ count: Int, _ expected: [Int]) {
        var board = Leaderboard()
        for member in 100..<200 { board.set(member, score: -member, since: 0) }
        let members = board.members(from: start, count: count)
        #expect(members == expected)
        let none = Leaderboard().members(from: 0, count: 10)
        #expect(none.isEmpty)
    }

    @Test("the same standing again changes nothing")
    func again() {
        var board = Leaderboard()
        for member in 0..<1_000 { board.set(member, score: member % 7, since: member) }
        let before = rows(of: board)
        for member in 0..<1_000 { board.set(member, score: member % 7, since: member) }
        #expect(rows(of: board) == before)
        #expect(faults(of: board).isEmpty)
    }

    /// What comes upon one board: how many members there may be, how often one leaves, and how alike standings are.
    struct Play: CustomTestStringConvertible, Sendable {
        let seed: UInt64
        let members: Int
        let steps: Int
        let leaving: Int
        let scores: ClosedRange<Int>
        /// Nil: every change has its own.
        let sinces: Range<Int>?

        var testDescription: String { "seed \(seed): \(steps) steps of \(members) members" }

        func run(_ check: (borrowing Model, Int, Int) -> [String]) -> [String] {
            var random = SeededRandom(seed: seed)
            var model = Model()
            for step in 0..<steps {
                let member = Int.random(in: 0..<members, using: &random)
                if Int.random(in: 0..<100, using: &random) < leaving {
                    model.remove(member)
                } else {
                    let since = sinces?.randomElement(using: &random) ?? step
                    model.set(Place(Int.random(in: scores, using: &random), since, member))
                }
                let found = check(model, member, step)
                if !found.isEmpty { return ["step \(step): \(found)"] }
            }
            return []
        }
    }

    static let plays: [Play] = (0..<30 as Range<UInt64>).map { seed in
        var random = SeededRandom(seed: seed &+ 1_000)
        let scores = [0...20_000, -500...500, 0...0, -2_147_483_648...2_147_483_647, 0...3]
        return Play(
            seed: seed, members: [1, 2, 5, 64, 65, 130, 700, 1_500].randomElement(using: &random)!, steps: 1_000,
            leaving: [0, 10, 45, 60].randomElement(using: &random)!, scores: scores.randomElement(using: &random)!,
            sinces: [nil, nil, 0..<3, 0..<1, 0..<4_294_967_295].randomElement(using: &random)!)
    }

    @Test("after every change the board is what sorting would make it, in its form too", arguments: plays)
    func simulated(_ play: Play) {
        let found = play.run { model, member, step in
            let looksAtAll = play.members <= 130 || step % 50 == 0
            return model.differences(sample: looksAtAll ? nil : member) + (looksAtAll ? faults(of: model.board) : [])
        }
        #expect(found.isEmpty)
    }

    @Test("thousands come, move and leave, and nobody else changes places", arguments: 0..<2 as Range<UInt64>)
    func thousands(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var model = Model()
        var found: [String] = []
        var since = 0
        func change(_ member: Int) {
            since += 1
            model.set(Place(Int.random(in: 0...20_000, using: &random) / 100 * 100, since, member))
        }
        for member in 0..<5_000 { change(member) }
        found += model.differences()
        for _ in 0..<2_500 where found.isEmpty {
            let member = Int.random(in: 0..<5_000, using: &random)
            if Int.random(in: 0..<3, using: &random) == 0 { model.remove(member) } else { change(member) }
            found += model.differences(sample: member)
        }
        found += faults(of: model.board)
        for member in (0..<5_000).shuffled(using: &random) where found.isEmpty {
            model.remove(member)
            found += model.differences(sample: member)
            if member % 100 == 0 { found += faults(of: model.board) }
        }
        #expect(found.isEmpty)
        let (count, isLeaf) = (model.board.count, model.board.tree.root.isLeaf)
        #expect(count == 0 && isLeaf)
    }

    @Test(
        "members that come and go at one end leave the tree in its form",
        arguments: [(true, true), (true, false), (false, true), (false, false)])
    func ends(_ atTheTop: Bool, _ fromTheTop: Bool) {
        var model = Model()
        var found: [String] = []
        for member in 0..<3_000 {
            model.set(Place(atTheTop ? member : -member, 0, member))
            if member % 50 == 0 { found += faults(of: model.board) }
        }
        found += model.differences()
        for count in stride(from: 3_000, to: 0, by: -1) {
            model.remove(model.order[fromTheTop ? 0 : count - 1].member)
            if count % 50 == 0 { found += faults(of: model.board) + model.differences() }
        }
        #expect(found.isEmpty)
    }

    @Test("100,000 members after 200,000 changes")
    func large() {
        var random = SeededRandom(seed: 5)
        var board = Leaderboard()
        var standings: [Int: Place] = [:]
        for since in 0..<300_000 {
            let member = since < 100_000 ? since : Int.random(in: 0..<100_000, using: &random)
            let score = (standings[member]?.score ?? 0) + Int.random(in: -200...1_000, using: &random)
            let place = Place(score, since, member)
            if since % 11 == 10 {
                board.remove(member)
                standings[member] = nil
            } else {
                board.set(member, score: score, since: since)
                standings[member] = place
            }
        }
        let order = standings.values.sorted()
        #expect(rows(of: board) == order.rows)
        let ranks = order.map { board.rank(of: $0.member) }
        #expect(ranks == Array(order.indices))
        #expect(faults(of: board).isEmpty)
    }

    @Test(
        "a small board takes about a kilobyte, a large one at most 48 bytes a member",
        arguments: [(5, 1_000), (64, 64 * 48), (5_000, 5_000 * 48), (20_000, 20_000 * 48)])
    func memory(_ members: Int, _ bytesMax: Int) {
        var random = SeededRandom(seed: 5)
        var board = Leaderboard()
        for since in 0..<(members * 5) {
            let member = 1 + (since < members ? since : Int.random(in: 0..<members, using: &random))
            let score = board.standing(of: member)?.score ?? 0
            board.set(member, score: score + Int.random(in: 0...1_000, using: &random), since: since)
            if since == members - 1 || since == members * 5 - 1 {
                let bytes = board.keys.capacity * 8 + nodes(from: board.tree.root) * LeaderboardNode.bytes
                #expect(bytes <= bytesMax, "\(Double(bytes) / Double(members)) a member")
            }
        }
    }

    @Test("what a board cannot hold ends the program rather than stand in the wrong place")
    func preconditions() async {
        await #expect(processExitsWith: .failure) {
            var board = Leaderboard()
            board.set(-1, score: 0, since: 0)
        }
        await #expect(processExitsWith: .failure) {
            var board = Leaderboard()
            board.set(0, score: 1 << 31, since: 0)
        }
        await #expect(processExitsWith: .failure) {
            var board = Leaderboard()
            board.set(0, score: 0, since: 4_294_967_295)
        }
        await #expect(processExitsWith: .failure) { _ = Leaderboard().members(from: -1, count: 1) }
        await #expect(processExitsWith: .failure) { _ = Leaderboard().members(from: 0, count: -1) }
    }
}

/// One place of an order that is made by plain comparison.
private struct Place: Comparable {
    let score: Int
    let since: Int
    let member: Int

    init(_ score: Int, _ since: Int, _ member: Int) {
        self.score = score
        self.since = since
        self.member = member
    }

    static func < (a: Place, b: Place) -> Bool {
        if a.score != b.score { return a.score > b.score }
        return (a.since, a.member) < (b.since, b.member)
    }
}

/// A board, and beside it an array that is always sorted.
struct Model: ~Copyable {
    fileprivate private(set) var board = Leaderboard()
    fileprivate private(set) var order: [Place] = []
    /// Of `order`, as they are compared most often.
    private var members: [Int] = []
    private var places: [Int: Place] = [:]

    fileprivate mutating func set(_ place: Place) {
        board.set(place.member, score: place.score, since: place.since)
        forget(place.member)
        let index = index(of: place)
        order.insert(place, at: index)
        members.insert(place.member, at: index)
        places[place.member] = place
    }

    fileprivate mutating func remove(_ member: Int) {
        board.remove(member)
        forget(member)
    }

    private mutating func forget(_ member: Int) {
        guard let place = places.removeValue(forKey: member) else { return }
        let index = index(of: place)
        order.remove(at: index)
        members.remove(at: index)
    }

    /// Of the first place not ahead of `place`.
    private func index(of place: Place) -> Int {
        var (low, high) = (0, order.count)
        while low < high {
            let middle = (low + high) / 2
            if order[middle] < place { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// In what the board differs: in everything, or in its order and what it says of one member.
    fileprivate func differences(sample: Int? = nil) -> [String] {
        var found: [String] = []
        if board.count != order.count { found.append("count \(board.count), not \(order.count)") }
        if board.members(from: 0, count: .max) != members { found.append("members") }
        for member in sample.map({ [$0] }) ?? Array(places.keys) {
            let place = places[member]
            let standing = place.map { Leaderboard.Standing(score: $0.score, since: $0.since) }
            if board.standing(of: member) != standing { found.append("standing of \(member)") }
            let rank = place.map { index(of: $0) }
            if board.rank(of: member) != rank { found.append("rank of \(member)") }
            guard let rank else { continue }
            let around = board.members(from: max(0, rank - 2), count: 5)
            if around != Array(members.dropFirst(max(0, rank - 2)).prefix(5)) { found.append("around \(member)") }
        }
        if sample == nil, rows(of: board) != order.rows { found.append("rows") }
        return found
    }
}

private struct Row: Equatable {
    let rank: Int
    let member: Int
    let score: Int
}

extension [Place] {
    fileprivate var rows: [Row] { enumerated().map { Row(rank: $0, member: $1.member, score: $1.score) } }
}

private func rows(of board: borrowing Leaderboard) -> [Row] {
    var rows: [Row] = []
    board.forEach { rows.append(Row(rank: $0, member: $1, score: $2)) }
    return rows
}

private func nodes(from node: LeaderboardNode) -> Int {
    node.isLeaf ? 1 : (0..<node.count).reduce(1) { $0 + nodes(from: node.children[$1]) }
}

/// Where the tree is not as `LeaderboardTree` says it is.
private func faults(of board: borrowing Leaderboard) -> [String] {
    let root = board.tree.root
    var faults: [String] = []
    var leaves: [LeaderboardNode] = []

    /// Looks at `node`, and everything below; returns how many members there are.
    func look(at node: LeaderboardNode, from low: LeaderboardEntry?, to high: LeaderboardEntry?) -> Int {
        let fewest = node == root ? (node.isLeaf ? 0 : 2) : node.fewest
        if !(fewest...node.capacity).contains(node.count) { faults.append("\(node.count) entries") }
        let entries = (0..<node.count).map { node[$0] }
        if !zip(entries, entries.dropFirst()).allSatisfy({ $0 < $1 }) { faults.append("order") }
        if let low, let first = entries.first, first < low { faults.append("below its bound") }
        if let high, let last = entries.last, !(last < high) { faults.append("above its bound") }
        if !(node.count..<node.capacity).allSatisfy({ node.keys[$0] == .max }) { faults.append("keys behind the end") }
        guard !node.isLeaf else {
            leaves.append(node)
            return node.count
        }
        var size = 0
        for place in 0..<node.count {
            let child = node.children[place]
            if child.height != node.height - 1 { faults.append("height") }
            let below = look(at: child, from: node[place], to: place + 1 < node.count ? node[place + 1] : high)
            if Int(node.sizes[place]) != below { faults.append("size \(node.sizes[place]), not \(below)") }
            size += below
        }
        return size
    }
    if look(at: root, from: nil, to: nil) != board.count { faults.append("count") }
    let chained = sequence(first: leaves[0]) { $0.next }
    if Array(chained.prefix(leaves.count + 1)) != leaves { faults.append("chain of leaves") }
    return faults
}
