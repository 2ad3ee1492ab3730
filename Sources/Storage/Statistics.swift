/// What a database has done since it was opened, and how it stands now.
public struct Statistics: Sendable, Equatable {
    /// Writes that were acknowledged.
    public var writes: UInt64 = 0
    /// Writes that threw: by themselves, or because their commit failed.
    public var writesFailed: UInt64 = 0
    /// Reads and writes refused at once because a queue was full.
    public var refused: UInt64 = 0
    public var commits: UInt64 = 0
    public var commitsFailed: UInt64 = 0
    /// Writes per commit.
    public var batchSizes = Histogram(bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512])
    /// How long `COMMIT` took, fsync included.
    public var commitSeconds = Histogram(bounds: Self.secondsBounds)
    /// How long a checkpoint kept the writer.
    public var checkpointSeconds = Histogram(bounds: Self.secondsBounds)
    /// Checkpoints that a reader kept from finishing.
    public var checkpointsHeld: UInt64 = 0
    /// Writes waiting now.
    public var queueDepth = 0
    /// Bytes of the write-ahead log in use now.
    public var walBytes: Int64 = 0
    public var reads: UInt64 = 0
    /// Reader threads started, and how many of them are in a read now.
    public var readersOpen = 0
    public var readersBusy = 0
    /// Reads waiting now.
    public var readQueueDepth = 0

    private static let secondsBounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1]
}
