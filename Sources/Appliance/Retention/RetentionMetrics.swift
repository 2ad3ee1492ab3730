import Storage

extension MetricSource {
    /// What retention has deleted, ever, and the erasures of persons.
    static let retention = MetricSource { text, snapshot, _ throws(StorageError) in
        text.add(try snapshot.retention(of: Retention.kinds), erasures: try snapshot.erasureCount())
    }
}

extension PrometheusText {
    fileprivate mutating func add(_ standings: [String: RetentionStanding], erasures: Int) {
        metric("parley_retention_deleted_rows_total", .counter, "Rows deleted for being old, by kind of data.")
        for (kind, standing) in standings.sorted(by: { $0.key < $1.key }) {
            sample("parley_retention_deleted_rows_total", standing.deleted, ["kind": kind])
        }
        metric(
            "parley_retention_last_run_seconds", .gauge,
            "When all that was old of a kind was gone, in Unix seconds; absent before.")
        for (kind, standing) in standings.sorted(by: { $0.key < $1.key }) {
            guard let ranAt = standing.ranAt else { continue }
            sample("parley_retention_last_run_seconds", Double(ranAt) / 1_000, ["kind": kind])
        }
        single("parley_erasures_total", .counter, "Persons who were erased.", erasures)
    }
}
