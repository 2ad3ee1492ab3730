import Outbound
import Storage
import Synchronization
import Web

/// What of the board has been told, and when it is told again.
struct BoardFeed {
    /// Milliseconds between two boards: many answers share one, and everybody sees theirs within 250 ms.
    static let pause = 150

    /// Something changed since the last board was made.
    var isDirty = false
    /// When it first did.
    var dirtySince = ContinuousClock.now
    /// The last board is still on its way to somebody.
    var isUnderWay = false
    /// When the last board was made.
    var madeAt = Int.min / 2
    /// Rank and score by player number, as last told; index 0 is nobody.
    var places: [Place] = []
    var top: [UInt8] = []
    var counts = Counts()
    /// Its number among the messages to players.
    var sequence = 0

    /// What is told besides the places.
    struct Counts: Equatable, Sendable {
        var players = 0
        var answered = 0
        var present = 0
    }

    struct Place: Equatable, Sendable {
        var rank: Int32
        var score: Int32
    }

    /// What all hear of it.
    ///
    /// - Parameter top: nil when it did not change.
    func frame(_ counts: Counts, top: [UInt8]?) -> GameFrame {
        GameFrame("board", capacity: 768).with { writer in
            writer.field("players", counts.players)
            writer.field("answered", counts.answered)
            writer.field("present", counts.present)
            if let top { writer.field("top", json: top) }
        }
    }

    /// All of it for one player, out of the order of messages and without a number; nil for who has no place on it.
    func whole(for player: Int) -> WebSocket.Message? {
        guard places.indices ~= player else { return nil }
        return frame(counts, top: top).with { writer in
            writer.field("you", places[player])
        }.message
    }

    /// When the next board is due; nil when there is nothing to tell, or somebody has yet to hear the last.
    var dueAt: Int? { isDirty && !isUnderWay ? madeAt + Self.pause : nil }
}

extension Room {
    /// The board is told soon: at once if it has not been told lately.
    func boardChanged(_ state: inout RoomState) {
        // What is due and never told would be due for ever.
        guard !state.board.isDirty, state.game.standing.phase != .finished else { return }
        state.board.isDirty = true
        state.board.dirtySince = .now
    }

    /// Tells the board: everybody the first places if they changed, and each player their own place.
    ///
    /// What did not change for a player is not sent to them. That is measured against the last board, which is why the
    /// next is not made before the last has been offered to all.
    func publishBoard(_ state: inout RoomState) {
        guard !state.board.isUnderWay, state.game.standing.phase != .finished else { return }
        let game = state.game, began = state.board.isDirty ? state.board.dirtySince : .now
        let (before, oldTop) = (state.board.places, state.board.top)
        let places = game.standings
        let top = JSONWriter(capacity: 640).with { game.writeTop(to: &$0) }.bytes
        state.board.places = places
        state.board.top = top
        state.board.isDirty = false
        state.board.madeAt = house.clock.now()
        state.board.isUnderWay = true
        house.tally.add { $0.boards += 1 }

        let counts = BoardFeed.Counts(
            players: game.board.count, answered: game.answeredCount, present: game.playersPresent)
        let hasNewTop = top != oldTop
        if hasNewTop || counts != state.board.counts {
            state.board.counts = counts
            let feed = state.board
            let toHosts = feed.frame(counts, top: top)
            let toScreens = feed.frame(counts, top: quiz.showsBoard ? top : nil)
            hosts.publish(replacing: "board") { seq in toHosts.with { $0.field("seq", seq) }.message }
            screens.publish(replacing: "board") { seq in toScreens.with { $0.field("seq", seq) }.message }
        }
        guard quiz.showsBoard else { return boardDelivered(since: began, &state) }
        let shared = state.board.frame(counts, top: hasNewTop ? top : nil)
        let personal: Web.Topic.Personal = { sequence, number in
            guard places.indices ~= number, hasNewTop || !(before.indices ~= number) || places[number] != before[number]
            else { return nil }
            return shared.with { writer in
                writer.field("you", places[number])
                writer.field("seq", sequence)
            }.message
        }
        let key = hasNewTop ? "top" : "board"
        state.board.sequence = players.publish(replacing: key, personal: personal) { [weak self] _ in
            // Not here: when nobody listens, this is still under the lock.
            Task { self?.state.withLock { self?.boardDelivered(since: began, &$0) } }
        }
    }

    private func boardDelivered(since began: ContinuousClock.Instant, _ state: inout RoomState) {
        house.tally.add { $0.boardSeconds.add(began.duration(to: .now) / .seconds(1)) }
        state.board.isUnderWay = false
        setAlarm(&state)
    }

    /// Wakes the room when the game or the board is due.
    func setAlarm(_ state: inout RoomState) {
        let next = [state.gameDueAt, state.board.dueAt].compactMap { $0 }.min()
        guard next != state.alarm?.at else { return }
        state.alarm?.task.cancel()
        state.alarm = nil
        guard let next, !state.isClosed else { return }
        state.alarm = RoomState.Alarm(
            at: next,
            task: Task { [weak self, clock = house.clock] in
                await clock.sleep(next)
                if !Task.isCancelled { self?.ring(next) }
            })
    }

    private func ring(_ at: Int) {
        let isGameDue = state.withLock { state in
            guard state.alarm?.at == at else { return false }
            state.alarm = nil
            let now = house.clock.now()
            if let due = state.board.dueAt, due <= now { publishBoard(&state) }
            let isGameDue = state.gameDueAt.map { $0 <= now } ?? false
            if isGameDue { state.isTimeComing = true }
            setAlarm(&state)
            return isGameDue
        }
        if isGameDue { submit(.time, .nobody) }
    }
}

extension Game {
    /// Rank and score by player number.
    fileprivate var standings: [BoardFeed.Place] {
        var places = [BoardFeed.Place](repeating: BoardFeed.Place(rank: 0, score: 0), count: players.count + 1)
        board.forEach { rank, number, score in
            places[number] = BoardFeed.Place(rank: Int32(rank + 1), score: Int32(clamping: score))
        }
        return places
    }
}

extension JSONWriter {
    func with(_ body: (inout JSONWriter) -> Void) -> JSONWriter {
        var writer = self
        body(&writer)
        return writer
    }

    fileprivate mutating func field(_ name: String, _ place: BoardFeed.Place) {
        self.name(name)
        open()
        field("rank", Int(place.rank))
        field("score", Int(place.score))
        close()
    }
}
