/// How the children of an inner node are kept from being too full and too empty.
///
/// Between splitting at 64, joining up to 48 and evening out at 20 there is so much room (half of that in inner nodes)
/// that a player who goes to and fro cannot make a node split and join with every step.
extension LeaderboardNode {
    /// One with so few takes from its neighbour, or joins it, before it loses one. Only the root may have fewer.
    var fewest: Int { capacity * 5 / 16 }

    private var joinedMax: Int { capacity * 3 / 4 }

    /// Splits the full child at `place` in halves; this node must not be full.
    func split(_ place: Int) {
        let left = children[place]
        let right = LeaderboardNode(height: left.height)
        let half = left.count / 2
        left.copy(left.count - half, from: half, to: right, at: 0)
        right.count = left.count - half
        left.count = half
        right.next = left.next
        left.next = right
        open(at: place + 1)
        children[place + 1] = right
        describe(place)
    }

    /// Gives the child at `place` more entries: all of a neighbour's, or half of what that has more. Where which child
    /// is may have changed then.
    func replenish(_ place: Int) {
        let place = min(place, count - 2)
        let left = children[place]
        let right = children[place + 1]
        let both = left.count + right.count
        if both <= left.joinedMax {
            right.copy(right.count, from: 0, to: left, at: left.count)
            left.count = both
            left.next = right.next
            right.free()
            close(at: place + 1)
            sizes[place] = UInt32(left.size)
            return
        }
        let half = both / 2
        if left.count < half {
            let moved = half - left.count
            right.copy(moved, from: 0, to: left, at: left.count)
            right.copy(right.count - moved, from: moved, to: right, at: 0)
        } else {
            let moved = left.count - half
            right.copy(right.count, from: 0, to: right, at: moved)
            left.copy(moved, from: half, to: right, at: 0)
        }
        left.count = half
        right.count = both - half
        describe(place)
    }

    /// Writes down what became of the children at `place` and behind it.
    private func describe(_ place: Int) {
        sizes[place] = UInt32(children[place].size)
        sizes[place + 1] = UInt32(children[place + 1].size)
        self[place + 1] = children[place + 1][0]
    }
}
