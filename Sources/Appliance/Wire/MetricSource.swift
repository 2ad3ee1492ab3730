import Storage

/// What one part of the program counts, for `/metrics`: each part has its own, and the page is all of them.
struct MetricSource: Sendable {
    /// Adds its metrics, with help texts; called on a reader's thread, with the time in Unix milliseconds.
    let add: @Sendable (
        _ text: inout PrometheusText, _ snapshot: borrowing Snapshot, _ now: Int64
    ) throws(StorageError) -> Void
}
