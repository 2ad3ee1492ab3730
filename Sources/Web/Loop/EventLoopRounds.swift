internal import Synchronization

/// What a loop does in each round: dispatch, deadlines, the end.
extension EventLoop {
    var isStopping: Bool { stop != nil }

    var hasEnded: Bool { stop?.isDrained == true && tasksRunning == 0 }

    /// Until deadlines must be looked at; for ever when nothing has one.
    var timeoutMilliseconds: Int32 {
        guard members.count > 0 || listeners.contains(where: \.isPaused) || stop?.isDrained == false
        else { return -1 }
        return Int32(clamping: max(0, nextTick - clock.now))
    }

    func dispatch(_ readiness: Readiness) {
        guard readiness.tag != Self.wakeTag else { return }
        if let member = members[readiness.tag] {
            member.becameReady(readiness)
        } else if let index = listeners.firstIndex(where: { $0.tag == readiness.tag }) {
            listeners[index].accept(on: self)
        }
    }

    /// Takes over an accepted socket.
    func adopt(_ socket: Int32, from peer: Peer, for context: ServerContext, isExcess: Bool) {
        let tag = members.nextTag(for: socket)
        let connection = Connection(Transport(socket: socket), tag: tag, peer: peer, on: self, for: context)
        guard watch(socket, for: connection) else { return connection.breakOff() }
        if isExcess {
            connection.assumeIsolated { $0.refuseExcess() }
        } else if isStopping {
            connection.beginStop()
        }
    }

    /// Lets a new member hear of its socket; false when the kernel has no room for that.
    func watch(_ socket: Int32, for member: any LoopMember) -> Bool {
        if members.count == 0 { nextTick = clock.now + tickMilliseconds }
        members.insert(member)
        return epoll.add(socket, tag: member.tag)
    }

    /// Forgets a member whose socket has been closed.
    func forget(_ member: any LoopMember) {
        members.remove(member.tag)
        counters.open.subtract(1, ordering: .relaxed)
        finishStopIfDrained()
    }

    /// Lets `member` go on at the end of this round.
    func pumpAfterThisRound(_ member: any LoopMember) { later.append(member) }

    func pumpLater() {
        guard !later.isEmpty else { return }
        let due = later
        later.removeAll(keepingCapacity: true)
        for member in due { member.pumpLater() }
    }

    func tick() {
        nextTick = clock.now + tickMilliseconds
        for index in listeners.indices where listeners[index].isPaused { listeners[index].resume(on: self) }
        if let stop, clock.now >= stop.deadline, members.count > 0 {
            self.stop?.unfinished += members.count
            let all = members
            all.forEach { $0.breakOff() }
        } else {
            let all = members
            all.forEach { $0.tick() }
        }
        finishStopIfDrained()
    }

    /// A handler or producer begins to run here; a stop waits for it.
    func taskBegan() {
        tasksRunning += 1
        counters.handlersRunning.add(1)
    }

    func taskEnded() {
        tasksRunning -= 1
        counters.handlersRunning.add(-1)
        finishStopIfDrained()
    }

    /// Takes no more members, closes idle ones, and lets the others finish what they do. Who asked before is told too.
    func beginStop(within milliseconds: Int, whenDrained: @escaping @Sendable (_ unfinished: Int) -> Void) {
        let earlier = stop.flatMap { $0.isDrained ? nil : $0.whenDrained }
        stop = LoopStop(deadline: clock.now + milliseconds) { unfinished in
            earlier?(unfinished)
            whenDrained(unfinished)
        }
        for listener in listeners { listener.close(on: self) }
        listeners = []
        let all = members
        all.forEach { $0.beginStop() }
        finishStopIfDrained()
    }

    private func finishStopIfDrained() {
        guard let stop, !stop.isDrained, members.count == 0, tasksRunning == 0 || clock.now >= stop.deadline
        else { return }
        self.stop?.isDrained = true
        stop.whenDrained(stop.unfinished)
    }
}
