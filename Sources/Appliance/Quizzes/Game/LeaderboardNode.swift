/// A node of `LeaderboardTree`: up to `capacity` entries in order, in one piece of memory of 784 bytes.
///
/// A leaf holds members. An inner node holds children: entry i is a lower bound of child i, which is to say not behind
/// any member there and behind all members of child i - 1; `sizes[i]` says how many members are in child i.
///
///     leaf   count, height, next │ keys 64 × 8 bytes │ members 64 × 4
///     inner  count, height, next │ keys 32 × 8       │ members 32 × 4 │ sizes 32 × 4 │ children 32 × 8
///
/// Keys lie side by side, since a search reads hardly anything else. This is a pointer: copies are the same node, and
/// `LeaderboardTree` alone makes and frees them. At `count` and behind keys are `.max`, which is behind every entry, so
/// that a search need not know where they end; all else there is not initialized.
struct LeaderboardNode: Equatable {
    private let start: UnsafeMutableRawPointer

    private struct Head {
        var count: Int32
        let height: Int32
        /// The one behind it, of the same height, whichever node is above them.
        var next: UnsafeMutableRawPointer?
    }

    private static let headBytes = 16
    static let leafCapacity = 64
    static let innerCapacity = 32
    /// Keys of one cache line.
    private static let group = 8
    static let bytes = headBytes + leafCapacity * (8 + 4)

    /// A leaf has height 0.
    init(height: Int) {
        start = .allocate(byteCount: Self.bytes, alignment: 16)
        start.initializeMemory(as: Head.self, to: Head(count: 0, height: Int32(height), next: nil))
        let capacity = height == 0 ? Self.leafCapacity : Self.innerCapacity
        (start + Self.headBytes).initializeMemory(as: UInt64.self, repeating: .max, count: capacity)
        (start + Self.headBytes + capacity * 8).bindMemory(to: UInt32.self, capacity: capacity)
        guard height > 0 else { return }
        (start + Self.headBytes + capacity * 12).bindMemory(to: UInt32.self, capacity: capacity)
        (start + Self.headBytes + capacity * 16).bindMemory(to: LeaderboardNode.self, capacity: capacity)
    }

    private init(_ start: UnsafeMutableRawPointer) { self.start = start }

    /// Frees this node, not its children.
    func free() { start.deallocate() }

    private var head: UnsafeMutablePointer<Head> { start.assumingMemoryBound(to: Head.self) }

    /// Entries from here on are the caller's to write; keys that are left over become `.max`.
    var count: Int {
        get { Int(head.pointee.count) }
        nonmutating set {
            if newValue < count { (keys + newValue).update(repeating: .max, count: count - newValue) }
            head.pointee.count = Int32(truncatingIfNeeded: newValue)
        }
    }

    var height: Int { Int(head.pointee.height) }

    var isLeaf: Bool { head.pointee.height == 0 }

    var capacity: Int { isLeaf ? Self.leafCapacity : Self.innerCapacity }

    var isFull: Bool { count == capacity }

    var next: LeaderboardNode? {
        get { head.pointee.next.map { LeaderboardNode($0) } }
        nonmutating set { head.pointee.next = newValue?.start }
    }

    var keys: UnsafeMutablePointer<UInt64> { (start + Self.headBytes).assumingMemoryBound(to: UInt64.self) }

    var members: UnsafeMutablePointer<UInt32> {
        (start + Self.headBytes + capacity * 8).assumingMemoryBound(to: UInt32.self)
    }

    /// Of an inner node only.
    var sizes: UnsafeMutablePointer<UInt32> {
        (start + Self.headBytes + Self.innerCapacity * 12).assumingMemoryBound(to: UInt32.self)
    }

    /// Of an inner node only.
    var children: UnsafeMutablePointer<LeaderboardNode> {
        (start + Self.headBytes + Self.innerCapacity * 16).assumingMemoryBound(to: LeaderboardNode.self)
    }

    subscript(place: Int) -> LeaderboardEntry {
        get { LeaderboardEntry(key: keys[place], member: members[place]) }
        nonmutating set {
            keys[place] = newValue.key
            members[place] = newValue.member
        }
    }

    /// How many entries are ahead of `entry`: its place, if it is here.
    ///
    /// Counts keys that are less, first of every eighth, then of the eight where it must be. Halving would look at
    /// fewer, but each time wait for memory and then guess which way to go: it took twice the time.
    func ahead(of entry: LeaderboardEntry) -> Int {
        let keys = keys
        var place = 0
        for last in stride(from: Self.group - 1, to: capacity - Self.group, by: Self.group) {
            place &+= Self.one(keys[last] < entry.key) &* Self.group
        }
        let group = keys + place
        for index in 0..<Self.group { place &+= Self.one(group[index] < entry.key) }
        while place < count, keys[place] == entry.key, members[place] < entry.member { place &+= 1 }
        return place
    }

    /// 1 for true. `condition ? 1 : 0` becomes a branch here, which no processor foretells.
    @inline(__always)
    private static func one(_ condition: Bool) -> Int { Int(unsafeBitCast(condition, to: UInt8.self)) }

    /// Of an inner node: where the child is that has `entry`, or would.
    func child(of entry: LeaderboardEntry) -> Int {
        let place = ahead(of: entry)
        return place < count && self[place] == entry ? place : max(0, place &- 1)
    }

    /// Of an inner node: how many members are in the children ahead of the one at `place`.
    func size(before place: Int) -> Int {
        var size: UInt32 = 0
        for index in 0..<place { size &+= sizes[index] }
        return Int(size)
    }

    /// How many members are in it and below.
    var size: Int { isLeaf ? count : size(before: count) }

    /// Copies `length` entries from `start` on to `place` of `other`, which may be this node; neither `count` changes.
    func copy(_ length: Int, from start: Int, to other: LeaderboardNode, at place: Int) {
        (other.keys + place).update(from: keys + start, count: length)
        (other.members + place).update(from: members + start, count: length)
        guard !isLeaf else { return }
        (other.sizes + place).update(from: sizes + start, count: length)
        (other.children + place).update(from: children + start, count: length)
    }

    /// Makes room for one at `place`, which the caller fills; there must be room.
    func open(at place: Int) {
        copy(count - place, from: place, to: self, at: place + 1)
        count += 1
    }

    func close(at place: Int) {
        copy(count - place - 1, from: place + 1, to: self, at: place)
        count -= 1
    }
}
