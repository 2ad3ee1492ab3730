/// What a loop drives: a connection, whatever it speaks. All of it is called on the loop's thread.
protocol LoopMember: Actor {
    nonisolated var tag: UInt64 { get }
    /// Its socket became readable, writable, or broke.
    nonisolated func becameReady(_ readiness: Readiness)
    /// Called once at the end of the round in which it asked `pumpAfterThisRound` for it.
    nonisolated func pumpLater()
    /// Time has passed: deadlines are to be compared with the loop's clock.
    nonisolated func tick()
    /// The server stops: end as soon as what is under way is done.
    nonisolated func beginStop()
    /// End here and now.
    nonisolated func breakOff()
}

/// The members of one loop, found by descriptor and told apart by generation.
///
/// The kernel reuses the number of a closed descriptor at once, and events that were taken before the close are
/// still in hand: a tag of the number alone would pass them to the successor.
struct MemberTable {
    private var slots: [(any LoopMember)?] = []
    private var generation: UInt32 = 0
    private(set) var count = 0

    /// `generation << 32 | socket`; generations 0 and above 0xFFFF_FF00 are left to the loop's own descriptors.
    mutating func nextTag(for socket: Int32) -> UInt64 {
        generation = generation >= 0xFFFF_FF00 ? 1 : generation + 1
        return UInt64(generation) << 32 | UInt64(UInt32(bitPattern: socket))
    }

    subscript(tag: UInt64) -> (any LoopMember)? {
        let slot = Int(UInt32(truncatingIfNeeded: tag))
        guard slot < slots.count, let member = slots[slot], member.tag == tag else { return nil }
        return member
    }

    mutating func insert(_ member: any LoopMember) {
        let slot = Int(UInt32(truncatingIfNeeded: member.tag))
        while slots.count <= slot { slots.append(nil) }
        if slots[slot] == nil { count += 1 }
        slots[slot] = member
    }

    mutating func remove(_ tag: UInt64) {
        guard self[tag] != nil else { return }
        slots[Int(UInt32(truncatingIfNeeded: tag))] = nil
        count -= 1
    }

    /// Calls `body` with every member there is now; it may end them.
    func forEach(_ body: (any LoopMember) -> Void) {
        for case let member? in slots { body(member) }
    }
}
