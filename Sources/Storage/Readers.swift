import Synchronization

/// The threads that read, each with a connection of its own. Started on demand: an idle program has none.
final class Readers: Sendable {
    private let queue: Mailbox<QueuedRead>
    private let path: String
    private let configuration: Database.Configuration
    private let threads = Mutex<[Thread]>([])
    private let stop = StopFlag()
    private let busy = Atomic(0)
    private let reads = Atomic<UInt64>(0)

    init(path: String, _ configuration: Database.Configuration) {
        queue = Mailbox(countMax: configuration.readQueueMax)
        self.path = path
        self.configuration = configuration
    }

    func add(to statistics: inout Statistics) {
        statistics.reads = reads.load(ordering: .relaxed)
        statistics.readersBusy = busy.load(ordering: .relaxed)
        statistics.readersOpen = threads.withLock { $0.count }
        statistics.readQueueDepth = queue.count
    }

    var isCurrentThread: Bool { threads.withLock { $0.contains { $0.isCurrent } } }

    /// Hands the read to a free reader, or to a new one while there may be more.
    ///
    /// - Returns: why it was not taken in.
    func put(_ read: QueuedRead) -> StorageError? {
        switch queue.put(read) {
        case .full: return .busy
        case .closed: return .closed
        case .accepted(unattended: false): return nil
        case .accepted(unattended: true):
            startReader()
            return nil
        }
    }

    private func startReader() {
        let nobodyReads = threads.withLock { threads in
            // A close that has listed the threads must not miss one; it refuses what waits.
            guard threads.count < configuration.readersMax, !stop.isSet else { return false }
            if let thread = try? Thread(named: "parley-reader", { self.work() }) { threads.append(thread) }
            return threads.isEmpty
        }
        if nobodyReads { for read in queue.takeAll() { read.finish(.outOfMemory) } }
    }

    /// Stops the reads that run, refuses those that wait, closes the connections; waits for all of it.
    func close() {
        stop.set()
        queue.close()
        for thread in threads.withLock({ $0 }) { thread.join() }
        for read in queue.takeAll() { read.finish(.closed) }
    }

    private func work() {
        var connection: Connection?
        while let read = queue.take() {
            busy.add(1, ordering: .relaxed)
            let fault = perform(read, on: &connection)
            busy.subtract(1, ordering: .relaxed)
            reads.add(1, ordering: .relaxed)
            read.finish(fault)
        }
        connection?.close()
    }

    /// Runs one read; opens the connection if there is none, so that one that failed to open is tried again.
    ///
    /// - Returns: why there was no snapshot to read.
    private func perform(_ read: QueuedRead, on connection: inout Connection?) -> StorageError? {
        do throws(StorageError) {
            guard !stop.isSet else { throw .closed }
            let connection = try opened(&connection)
            try connection.begin("BEGIN")
            read.run(in: Snapshot(connection))
            connection.rollback()
            return nil
        } catch {
            return error
        }
    }

    private func opened(_ connection: inout Connection?) throws(StorageError) -> Connection {
        if let connection { return connection }
        let opened = try Connection.reader(path: path, configuration)
        opened.stop(when: stop)
        connection = opened
        return opened
    }
}
