import Storage

extension MetricSource {
    /// How the directory of customers answers, where there is one.
    static func directory(_ directory: Directory) -> MetricSource {
        MetricSource { text, _, _ throws(StorageError) in
            if directory.isThere { text.add(directory.statistics) }
        }
    }
}

extension PrometheusText {
    fileprivate mutating func add(_ directory: DirectoryStatistics) {
        let name = "parley_directory_lookups_total"
        metric(name, .counter, "Customers looked up in the directory, by what came of it.")
        sample(name, directory.fresh, ["outcome": "fresh"])
        sample(name, directory.cached, ["outcome": "cached"])
        sample(name, directory.lastKnown, ["outcome": "last_known"])
        sample(name, directory.unknown, ["outcome": "unknown"])
        sample(name, directory.failed, ["outcome": "failed"])
        single(
            "parley_directory_left_alone", .gauge, "1 while the directory is not asked because it keeps failing.",
            directory.isLeftAlone ? 1 : 0)
    }
}
