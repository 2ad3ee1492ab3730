/// Players by score; of equal scores who got there first is ahead.
///
/// `set`, `remove` and `rank` are O(log n), `members` O(log n + count), `standing` O(1), `forEach` O(n), at any size:
/// ranks are asked for after every answer, so neither sorting again nor counting who is ahead would do. In play a
/// member costs 26 to 34 bytes; a board of five takes 840 in all. `make bench` has it beside Redis.
///
/// It owns its memory alone, hence no copies: it may go to another thread as a whole, and has no lock.
struct Leaderboard: ~Copyable {
    /// `score` from -2^31 to 2^31 - 1; `since` rises with every change of a game, 0 to 2^32 - 2. `set` traps beyond.
    struct Standing: Equatable, Sendable {
        var score: Int
        var since: Int
    }

    /// What `keys` has for who is not on the board; no standing has this key.
    private static let absent = UInt64.max

    private(set) var tree = LeaderboardTree()
    /// By member, as `Standing.key`.
    private(set) var keys: [UInt64] = []

    init() {}

    var count: Int { tree.count }

    /// Puts `member` (0 to 2^32 - 1; 8 bytes are taken for every number up to the largest) where `score` belongs, newly
    /// or from where it was. Members that are equal in score and `since`, which a game does not make, go by number.
    mutating func set(_ member: Int, score: Int, since: Int) {
        let entry = LeaderboardEntry(member, Standing(score: score, since: since))
        let old = key(of: member)
        guard old != entry.key else { return }
        if old != Self.absent {
            tree.remove(LeaderboardEntry(key: old, member: entry.member))
        } else if member >= keys.count {
            keys.append(contentsOf: repeatElement(Self.absent, count: member + 1 - keys.count))
        }
        tree.insert(entry)
        keys[member] = entry.key
    }

    /// Does nothing for who is not on the board.
    mutating func remove(_ member: Int) {
        guard let entry = entry(of: member) else { return }
        tree.remove(entry)
        keys[member] = Self.absent
    }

    func standing(of member: Int) -> Standing? { entry(of: member)?.standing }

    /// From 0; nil for who is not on the board.
    func rank(of member: Int) -> Int? { entry(of: member).map { tree.rank(of: $0) } }

    /// Members from rank `start` (0 or more) on, at most `count`; none where the board has ended.
    func members(from start: Int, count: Int) -> [Int] {
        precondition(start >= 0 && count >= 0, "ranks begin with 0")
        guard start < tree.count else { return [] }
        let wanted = min(count, tree.count - start)
        return Array(unsafeUninitializedCapacity: wanted) { members, initialized in
            tree.forEach(from: start, count: wanted) { entry in
                members.initializeElement(at: initialized, to: Int(entry.member))
                initialized += 1
            }
        }
    }

    /// Every member in order.
    func forEach(_ body: (_ rank: Int, _ member: Int, _ score: Int) -> Void) {
        var rank = 0
        tree.forEach(from: 0, count: tree.count) { entry in
            body(rank, Int(entry.member), entry.standing.score)
            rank += 1
        }
    }

    private func entry(of member: Int) -> LeaderboardEntry? {
        let key = key(of: member)
        return key == Self.absent ? nil : LeaderboardEntry(key: key, member: UInt32(truncatingIfNeeded: member))
    }

    private func key(of member: Int) -> UInt64 { keys.indices.contains(member) ? keys[member] : Self.absent }
}
