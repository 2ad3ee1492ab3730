// What the leaderboard does by itself, on the core this runs on; leaderboard.py builds and runs it.
//
//     leaderboard <members>
//
// prints a line for each operation: its name, seconds and CPU seconds of one, with tabs between; and one for memory:
// `bytes`, how many a member takes when all have joined, and after all changes. Scores begin between 0 and 20,000; a
// change adds up to 1,000, as an answer does, and is the newest.

import Glibc

/// Dice (SplitMix64), the same in every run.
struct Dice {
    private var state: UInt64 = 5

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((mixed ^ (mixed >> 31)).multipliedFullWidth(by: UInt64(bound)).high)
    }
}

@main
struct Measured {
    static let operations = 2_000_000
    static let scoreMax = 20_000
    static let stepMax = 1_000
    static let top = 10
    /// On either side.
    static let neighbours = 2

    let members: Int
    var dice = Dice()
    var since = 0
    var scores: [Int]
    /// Of what was found; it decides how the program ends, so that nothing measured is left out as unused.
    var sum = 0

    static func main() {
        guard CommandLine.arguments.count == 2, let members = Int(CommandLine.arguments[1]), members > 0 else {
            fatalError("leaderboard <members>")
        }
        var measured = Measured(members)
        measured.run()
        exit(measured.sum == 0 ? 1 : 0)
    }

    init(_ members: Int) {
        self.members = members
        scores = Array(repeating: 0, count: members)
    }

    mutating func run() {
        var board = Leaderboard()
        time("join", members) { measured, member in
            measured.scores[member] = measured.dice.below(Self.scoreMax + 1)
            board.set(member, score: measured.scores[member], since: measured.next())
        }
        let joined = board.bytes
        time("change", Self.operations) { measured, _ in
            let member = measured.dice.below(measured.members)
            measured.scores[member] += 1 + measured.dice.below(Self.stepMax)
            board.set(member, score: measured.scores[member], since: measured.next())
        }
        print("bytes", Double(joined) / Double(members), Double(board.bytes) / Double(members), separator: "\t")
        time("rank", Self.operations) { measured, _ in
            measured.sum &+= board.rank(of: measured.dice.below(measured.members)) ?? 0
        }
        time("top 10", Self.operations) { measured, _ in
            measured.sum &+= board.members(from: 0, count: Self.top).last ?? 0
        }
        time("rank and 5 around it", Self.operations) { measured, _ in
            let rank = board.rank(of: measured.dice.below(measured.members)) ?? 0
            let first = max(0, rank - Self.neighbours)
            measured.sum &+= board.members(from: first, count: 2 * Self.neighbours + 1).last ?? 0
        }
    }

    mutating func next() -> Int {
        since += 1
        return since
    }

    mutating func time(_ name: String, _ count: Int, _ body: (inout Measured, Int) -> Void) {
        let (began, spent) = (seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID))
        for index in 0..<count { body(&self, index) }
        let (ended, used) = (seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID))
        print(name, (ended - began) / Double(count), (used - spent) / Double(count), separator: "\t")
    }
}

func seconds(_ clock: clockid_t) -> Double {
    var now = timespec()
    clock_gettime(clock, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
}

extension Leaderboard {
    /// What it has allocated.
    var bytes: Int { keys.capacity * 8 + Self.nodes(from: tree.root) * LeaderboardNode.bytes }

    private static func nodes(from node: LeaderboardNode) -> Int {
        guard !node.isLeaf else { return 1 }
        return (0..<node.count).reduce(1) { $0 + nodes(from: node.children[$1]) }
    }
}
