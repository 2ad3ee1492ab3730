/// Entries in order, each found by its rank and its rank by it: a B+ tree whose inner nodes count what is below.
///
/// Why this: a search reads two or three nodes for 100,000 members where a balanced binary tree reads seventeen, and
/// each is a few cache lines side by side; a skip list, as Redis has, is as deep as the binary tree and takes more
/// memory. An array in order would move half of the board with every answer.
///
/// It goes from the root to a leaf once and never back: on the way down full nodes are split before something is put
/// in, and nodes with few entries filled up before something is taken out, so there is always room for what may come
/// from below. All leaves are equally deep; every node but the root has at least 5/16 of its capacity.
struct LeaderboardTree: ~Copyable {
    private(set) var root = LeaderboardNode(height: 0)
    private(set) var count = 0

    init() {}

    deinit { Self.free(root) }

    private static func free(_ node: LeaderboardNode) {
        if !node.isLeaf {
            for place in 0..<node.count { free(node.children[place]) }
        }
        node.free()
    }

    /// `entry` must not be in the tree.
    mutating func insert(_ entry: LeaderboardEntry) {
        if root.isFull { raise() }
        var node = root
        while !node.isLeaf {
            var place = node.child(of: entry)
            if node.children[place].isFull {
                node.split(place)
                place = node.child(of: entry)
            }
            if entry < node[place] { node[place] = entry }
            node.sizes[place] += 1
            node = node.children[place]
        }
        let place = node.ahead(of: entry)
        node.open(at: place)
        node[place] = entry
        count += 1
    }

    /// `entry` must be in the tree.
    mutating func remove(_ entry: LeaderboardEntry) {
        var node = root
        while !node.isLeaf {
            var place = node.child(of: entry)
            if node.children[place].count <= node.children[place].fewest {
                node.replenish(place)
                place = node.child(of: entry)
            }
            node.sizes[place] -= 1
            node = node.children[place]
        }
        let place = node.ahead(of: entry)
        precondition(place < node.count && node[place] == entry, "the member is on the board")
        node.close(at: place)
        count -= 1
        if !root.isLeaf, root.count == 1 { lower() }
    }

    /// From 0. `entry` must be in the tree.
    func rank(of entry: LeaderboardEntry) -> Int {
        var rank = 0
        var node = root
        while !node.isLeaf {
            let place = node.child(of: entry)
            rank += node.size(before: place)
            node = node.children[place]
        }
        return rank + node.ahead(of: entry)
    }

    /// Calls `body` for `length` entries from rank `start` on; all these ranks must be there.
    func forEach(from start: Int, count length: Int, _ body: (LeaderboardEntry) -> Void) {
        precondition(start >= 0 && length >= 0 && start <= count && length <= count - start, "ranks of the board")
        guard length > 0 else { return }
        var left = length
        var (node, place) = find(start)
        while true {
            let end = min(node.count, place + left)
            for index in place..<end { body(node[index]) }
            left -= end - place
            guard left > 0, let next = node.next else { return }
            (node, place) = (next, 0)
        }
    }

    /// The leaf that has the entry of `rank`, which must be there, and its place in it.
    private func find(_ rank: Int) -> (LeaderboardNode, Int) {
        var rank = rank
        var node = root
        while !node.isLeaf {
            var place = 0
            while rank >= Int(node.sizes[place]) {
                rank -= Int(node.sizes[place])
                place += 1
            }
            node = node.children[place]
        }
        return (node, rank)
    }

    /// A root above the full root.
    private mutating func raise() {
        let top = LeaderboardNode(height: root.height + 1)
        top[0] = root[0]
        top.sizes[0] = UInt32(count)
        top.children[0] = root
        top.count = 1
        top.split(0)
        root = top
    }

    /// The root's only child as root.
    private mutating func lower() {
        let top = root
        root = top.children[0]
        top.free()
    }
}
