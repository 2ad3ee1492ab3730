/// One member's place in the order of a board, as numbers that are quickly compared: less is ahead.
struct LeaderboardEntry: Equatable {
    /// Upper 32 bits: the score turned round, so that the highest is 0. Lower 32 bits: `since`.
    let key: UInt64
    /// Decides between equal keys, so that there is one order whatever comes in.
    let member: UInt32

    @inline(__always)
    init(key: UInt64, member: UInt32) {
        self.key = key
        self.member = member
    }

    /// Traps for what does not fit; see `Leaderboard.Standing`.
    init(_ member: Int, _ standing: Leaderboard.Standing) {
        guard let number = UInt32(exactly: member) else { preconditionFailure("a member is 0 to 2^32 - 1") }
        guard let score = Int32(exactly: standing.score) else { preconditionFailure("a score has 32 bits") }
        guard let since = UInt32(exactly: standing.since), since < .max else {
            preconditionFailure("`since` is 0 to 2^32 - 2")
        }
        // All bits turned but the sign: 2^31 - 1 is 0, 0 is 2^31 - 1, -1 is 2^31, -2^31 is 2^32 - 1.
        key = UInt64(UInt32(bitPattern: score) ^ UInt32(Int32.max)) << 32 | UInt64(since)
        self.member = number
    }

    var standing: Leaderboard.Standing {
        let score = Int32(bitPattern: UInt32(truncatingIfNeeded: key >> 32) ^ UInt32(Int32.max))
        return Leaderboard.Standing(score: Int(score), since: Int(UInt32(truncatingIfNeeded: key)))
    }

    @inline(__always)
    static func < (a: LeaderboardEntry, b: LeaderboardEntry) -> Bool {
        a.key < b.key || a.key == b.key && a.member < b.member
    }
}
