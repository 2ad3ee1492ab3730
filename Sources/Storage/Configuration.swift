extension Database {
    /// Where the data is, and the limits of its use.
    public struct Configuration: Sendable {
        /// The data folder; made, with its parents, when it does not exist.
        public var folder: String
        /// Page cache of the writer, used as needed. With 2 MiB the write rate halves as soon as the tables outgrow it.
        public var cacheBytes = 64 << 20
        /// Page cache of each reader, used as needed: the kernel keeps the file's pages once for all of them.
        public var readerCacheBytes = 1 << 20
        /// Reads that run side by side; a thread and a connection each, started on demand. More than cores helps
        /// while some wait for the disk.
        public var readersMax = 4
        /// Writes that share one commit: at 10 µs each they hold the next commit up by 5 ms at most.
        public var batchMax = 512
        /// Writes that may wait; at the rate of a small machine (20,000/s) a second's work. One more is `.busy`.
        public var queueMax = 16_384
        /// Reads that may wait. One more is `.busy`.
        public var readQueueMax = 4_096
        /// Pages in the write-ahead log after which it is copied into the file: 4 MiB, a few milliseconds' work.
        public var checkpointPages = 1_000
        /// Pages in the log after which the writer waits, up to `checkpointWaitMilliseconds`, for readers in its way.
        public var checkpointPagesForced = 8_000
        /// How long writes may wait for those readers; longer than a usual read, shorter than people notice.
        public var checkpointWaitMilliseconds = 50
        /// How long a statement waits for a lock that only another program can hold.
        public var lockWaitMilliseconds = 1_000
        /// How long a close waits for a backup that is being made or checked to end: the disk that it is on may hang.
        public var backupEndMilliseconds = 5_000
        /// Called on the thread on which it happens; must not block.
        public var onEvent: @Sendable (StorageEvent) -> Void

        /// The virtual file system below SQLite; tests put one in that fails.
        var vfs: String?

        public init(folder: String, onEvent: @escaping @Sendable (StorageEvent) -> Void = { _ in }) {
            self.folder = folder
            self.onEvent = onEvent
        }
    }
}
