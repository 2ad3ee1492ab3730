internal import Synchronization

/// What a loop does in each round: dispatch, deadlines, the end.
extension EventLoop {
    var isStopping: Bool { stop != nil }

    var hasEnded: Bool { stop?.isDrained == true && tasksRunning == 0 }

    /// Until deadlines must be looked at; for ever when nothing has one.
    var timeoutMilliseconds: Int32 {
        guard connections.count > 0 || listeners.contains(where: \.isPaused) else { return -1 }
        return Int32(clamping: max(0, nextTick - clock.now))
    }

    func dispatch(_ readiness: Readiness) {
        guard readiness.tag != Self.wakeTag else { return }
        if let connection = connections[readiness.tag] {
            connection.assumeIsolated { $0.becameReady(readiness) }
        } else if let index = listeners.firstIndex(where: { $0.tag == readiness.tag }) {
            listeners[index].accept(on: self)
        }
    }

    /// Takes over an accepted socket.
    func adopt(_ socket: Int32, from peer: Peer, for context: ServerContext, isExcess: Bool) {
        if connections.count == 0 { nextTick = clock.now + tickMilliseconds }
        let tag = connections.nextTag(for: socket)
        let connection = Connection(Transport(socket: socket), tag: tag, peer: peer, on: self, for: context)
        connections.insert(connection, tag: tag)
        guard epoll.add(socket, tag: tag) else {
            connection.assumeIsolated { $0.abort() }
            return
        }
        if isExcess {
            connection.assumeIsolated { $0.refuseExcess() }
        } else if isStopping {
            connection.assumeIsolated { $0.stopIfIdle() }
        }
    }

    /// Forgets a connection whose socket has been closed.
    func forget(_ connection: Connection) {
        connections.remove(connection.tag)
        counters.open.subtract(1, ordering: .relaxed)
        finishStopIfDrained()
    }

    /// Lets `connection` go on at the end of this round.
    func pumpAfterThisRound(_ connection: Connection) { later.append(connection) }

    func pumpLater() {
        guard !later.isEmpty else { return }
        let due = later
        later.removeAll(keepingCapacity: true)
        for connection in due { connection.assumeIsolated { $0.pumpAgain() } }
    }

    func tick() {
        nextTick = clock.now + tickMilliseconds
        for index in listeners.indices where listeners[index].isPaused { listeners[index].resume(on: self) }
        if let stop, clock.now >= stop.deadline, connections.count > 0 {
            self.stop?.unfinished += connections.count
            forEachConnection { $0.abort() }
        } else {
            forEachConnection { $0.checkDeadlines() }
        }
    }

    /// Takes no more connections, closes idle ones, and lets the others finish what they do.
    func beginStop(within milliseconds: Int, whenDrained: @escaping @Sendable (_ unfinished: Int) -> Void) {
        stop = LoopStop(deadline: clock.now + milliseconds, whenDrained: whenDrained)
        for listener in listeners { listener.close(on: self) }
        listeners = []
        forEachConnection { $0.stopIfIdle() }
        finishStopIfDrained()
    }

    /// Calls `body` with every connection there is now; it may close them.
    private func forEachConnection(_ body: @Sendable (isolated Connection) -> Void) {
        let all = connections.slots
        for connection in all { connection?.assumeIsolated { body($0) } }
    }

    private func finishStopIfDrained() {
        guard let stop, !stop.isDrained, connections.count == 0 else { return }
        self.stop?.isDrained = true
        stop.whenDrained(stop.unfinished)
    }
}

/// The connections of one loop, found by descriptor and told apart by generation.
///
/// The kernel reuses the number of a closed descriptor at once, and events that were taken before the close are
/// still in hand: a tag of the number alone would pass them to the successor.
struct ConnectionTable {
    private(set) var slots: [Connection?] = []
    private var generation: UInt32 = 0
    private(set) var count = 0

    /// `generation << 32 | socket`; generations 0 and above 0xFFFF_FF00 are left to the loop's own descriptors.
    mutating func nextTag(for socket: Int32) -> UInt64 {
        generation = generation >= 0xFFFF_FF00 ? 1 : generation + 1
        return UInt64(generation) << 32 | UInt64(UInt32(bitPattern: socket))
    }

    subscript(tag: UInt64) -> Connection? {
        let slot = Int(UInt32(truncatingIfNeeded: tag))
        guard slot < slots.count, let connection = slots[slot], connection.tag == tag else { return nil }
        return connection
    }

    mutating func insert(_ connection: Connection, tag: UInt64) {
        let slot = Int(UInt32(truncatingIfNeeded: tag))
        while slots.count <= slot { slots.append(nil) }
        slots[slot] = connection
        count += 1
    }

    mutating func remove(_ tag: UInt64) {
        guard self[tag] != nil else { return }
        slots[Int(UInt32(truncatingIfNeeded: tag))] = nil
        count -= 1
    }
}
