/// What became of look-ups in the directory since the start.
struct DirectoryStatistics: Equatable, Sendable {
    /// The directory answered.
    var fresh = 0
    /// It had answered a few minutes ago.
    var cached = 0
    /// It did not answer now; what it said some time before was taken.
    var lastKnown = 0
    /// It knows nobody of that id.
    var unknown = 0
    /// It did not answer, and had never said anything about that customer.
    var failed = 0
    /// Whether it fails so often that it is left alone for the moment.
    var isLeftAlone = false
}
