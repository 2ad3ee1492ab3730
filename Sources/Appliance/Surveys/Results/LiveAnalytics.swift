import Storage
import Synchronization
import Web

/// Sends the figures of surveys to those who watch them, as they change.
///
/// They are counted once for all who watch a survey, and not at all while nobody does or nothing changes. Who comes
/// gets the whole, `{"type":"analytics","seq":n,…}`, and from then on `{"type":"changes",…}`: the survey's own
/// figures and the questions that changed, at most four times a second. When a version is published the whole comes
/// again.
final class LiveAnalytics: Sendable {
    /// Between two counts; four times as long as one takes, where that is longer.
    static let pauseMin = Duration.milliseconds(250)
    /// About how large one message of changes gets: far from what may wait for a slow reader.
    static let changesBytesMax = 32 << 10

    private let database: Database
    private let lookup: SurveyLookup
    private let pause: @Sendable (Duration) async -> Void
    private let boards = Mutex<[String: Board]>([:])
    /// Number of boards: whether anybody watches anything, without a lock.
    private let watched = Atomic(0)

    /// - Parameter pause: waits; tests decide how long.
    init(
        database: Database, pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) },
        lookup: @escaping SurveyLookup
    ) {
        self.database = database
        self.pause = pause
        self.lookup = lookup
    }

    /// Figures of `survey` may have changed: to be called after each commit that tallied, from any thread.
    func changed(_ survey: String) {
        guard watched.load(ordering: .relaxed) > 0 else { return }
        guard let board = boards.withLock({ $0[survey] }) else { return }
        wake(board)
    }

    /// The same for every survey: somebody's part was taken out of all of them.
    func changedSomewhere() {
        for board in boards.withLock({ Array($0.values) }) { wake(board) }
    }

    /// Shows a survey to `socket` until it ends.
    ///
    /// - Parameter isWelcome: asked before each change is shown; whoever is not any more is closed with 1008.
    /// - Returns: false at once when there is no such survey.
    func watch(
        _ survey: String, _ socket: WebSocket, while isWelcome: @escaping @Sendable () -> Bool
    ) async throws(StorageError) -> Bool {
        let board = enter(survey, Watcher(socket: socket, isWelcome: isWelcome))
        defer { leave(board, socket) }
        repeat {
            guard let shown = try await whole(of: board) else { return false }
            await socket.send(shown.message)
            // What was kept since may be too little for who took long to read: then the whole is due again.
            if await board.topic.subscribe(socket, since: shown.sequence) == .complete { break }
        } while true
        for await _ in socket.messages {}
        return true
    }

    private func enter(_ survey: String, _ watcher: Watcher) -> Board {
        boards.withLock { boards in
            let board = boards[survey] ?? Board(survey)
            boards[survey] = board
            board.state.withLock { $0.watchers.append(watcher) }
            watched.store(boards.count, ordering: .relaxed)
            return board
        }
    }

    private func leave(_ board: Board, _ socket: WebSocket) {
        boards.withLock { boards in
            let isLast = board.state.withLock { state in
                state.watchers.removeAll { $0.socket == socket }
                return state.watchers.isEmpty
            }
            if isLast { boards[board.survey] = nil }
            watched.store(boards.count, ordering: .relaxed)
        }
    }

    /// What the board shows, once there is something.
    private func whole(of board: Board) async throws(StorageError) -> Shown? {
        let counted: Result<SurveyAnalytics?, StorageError> = await withCheckedContinuation { continuation in
            let shown = board.state.withLock { state in
                if state.shown == nil { state.waiting.append(continuation) }
                return state.shown
            }
            if let shown { return continuation.resume(returning: .success(shown)) }
            wake(board)
        }
        guard try counted.get() != nil else { return nil }
        return board.state.withLock { state in
            state.shown.map { Shown(sequence: board.topic.sequence, analytics: $0) }
        }
    }

    /// Counts again, now or when the pause that runs is over.
    private func wake(_ board: Board) {
        let isIdle = board.state.withLock { state in
            state.isDue = true
            defer { state.isCounting = true }
            return !state.isCounting
        }
        if isIdle { Task { await count(board) } }
    }

    private func count(_ board: Board) async {
        while board.state.withLock({ $0.beginCount() }) {
            let began = ContinuousClock.now
            let result: Result<SurveyAnalytics?, StorageError>
            do throws(StorageError) {
                result = .success(
                    try await database.read { [lookup, survey = board.survey] snapshot throws(StorageError) in
                        try snapshot.analytics(of: survey, AnalyticsFilter(), lookup)
                    })
            } catch {
                result = .failure(error)
            }
            board.show(result)
            await pause(max(Self.pauseMin, began.duration(to: .now) * 4))
        }
    }
}

/// Who watches.
private struct Watcher: Sendable {
    let socket: WebSocket
    let isWelcome: @Sendable () -> Bool
}

/// The whole as it was when `sequence` was the newest number of the topic.
private struct Shown {
    let sequence: Int
    let analytics: SurveyAnalytics

    var message: WebSocket.Message { .report("analytics", sequence, JSON.bytes(analytics)) }
}

/// One survey that is watched.
private final class Board: Sendable {
    struct State {
        var shown: SurveyAnalytics?
        var watchers: [Watcher] = []
        var waiting: [CheckedContinuation<Result<SurveyAnalytics?, StorageError>, Never>] = []
        /// Something may have changed since the last count began.
        var isDue = false
        var isCounting = false

        /// Whether there is a reason to count; if not, counting ends.
        mutating func beginCount() -> Bool {
            isCounting = isDue && !watchers.isEmpty
            isDue = false
            return isCounting
        }
    }

    let survey: String
    let topic = Web.Topic()
    let state = Mutex(State())

    init(_ survey: String) { self.survey = survey }

    /// Takes what was counted, tells the watchers what is new about it, and those who wait for the whole.
    func show(_ result: Result<SurveyAnalytics?, StorageError>) {
        dismissUnwelcome()
        let waiting = state.withLock { state in
            switch result {
            case .success(let analytics?):
                if let before = state.shown, before != analytics { publish(analytics, after: before) }
                state.shown = analytics
            case .success(nil): break
            case .failure(let error): if error.isTransient { state.isDue = true }
            }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: result) }
    }

    private func dismissUnwelcome() {
        for watcher in state.withLock({ $0.watchers }) where !watcher.isWelcome() {
            watcher.socket.close(.policyViolation, "auth.unauthenticated")
        }
    }

    private func publish(_ analytics: SurveyAnalytics, after before: SurveyAnalytics) {
        guard analytics.version == before.version, analytics.questions.map(\.id) == before.questions.map(\.id) else {
            let whole = JSON.bytes(analytics)
            topic.publish { sequence in .report("analytics", sequence, whole) }
            return
        }
        let changed = zip(analytics.questions, before.questions).filter { $0 != $1 }.map(\.0)
        for questions in changed.pieces(bytesMax: LiveAnalytics.changesBytesMax) {
            let changes = JSON.bytes(AnalyticsChanges(totals: analytics.totals, questions: questions))
            topic.publish { sequence in .report("changes", sequence, changes) }
        }
    }
}

extension [QuestionFigures] {
    /// The same in as few lists as fit into so many bytes each, but at least one list, and one question in each.
    fileprivate func pieces(bytesMax: Int) -> [[QuestionFigures]] {
        var pieces: [[QuestionFigures]] = [[]]
        var bytes = 0
        for question in self {
            let size = JSON.bytes(question).count
            if bytes + size > bytesMax, !pieces[pieces.count - 1].isEmpty {
                pieces.append([])
                bytes = 0
            }
            pieces[pieces.count - 1].append(question)
            bytes += size
        }
        return pieces
    }
}

extension WebSocket.Message {
    /// An object of JSON with its type and number put in front.
    fileprivate static func report(_ type: String, _ sequence: Int, _ object: [UInt8]) -> WebSocket.Message {
        .text(utf8: Array("{\"type\":\"\(type)\",\"seq\":\(sequence),".utf8) + object.dropFirst())
    }
}
