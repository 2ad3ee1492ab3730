import Storage

extension PrometheusText {
    /// Readiness, the disk, and the process.
    mutating func add(_ health: Health.Report) {
        let readiness = health.readiness
        single("parley_ready", .gauge, "1 while the program can do its work.", readiness.reasons.isEmpty ? 1 : 0)
        metric("parley_ready_reason", .gauge, "1 for each thing that keeps the program from its work now.")
        for finding in readiness.reasons { sample("parley_ready_reason", 1, ["code": finding.code]) }
        metric("parley_warning", .gauge, "1 for each thing that will, if nobody looks after it.")
        for finding in readiness.warnings { sample("parley_warning", 1, ["code": finding.code]) }
        single(
            "parley_outbox_due_seconds", .gauge, "For how long the delivery that should go next has been due; 0 without.",
            readiness.outboxOldestSeconds ?? 0)
        guard let look = health.look else { return }
        single("parley_disk_free_bytes", .gauge, "Free room on the disk of the data folder.", look.room.freeBytes)
        single("parley_disk_bytes", .gauge, "Size of that disk.", look.room.totalBytes)
        single("parley_database_bytes", .gauge, "Size of the database file.", look.databaseBytes)
        add(look.process)
    }

    /// Under the names that every Prometheus client uses.
    private mutating func add(_ process: ProcessFigures) {
        single("process_resident_memory_bytes", .gauge, "Memory in use.", process.residentBytes)
        single("process_cpu_seconds_total", .counter, "Processor time used.", process.cpuSeconds)
        single("process_open_fds", .gauge, "Open descriptors.", process.descriptors)
        single("process_max_fds", .gauge, "Descriptors that may be open.", process.descriptorsMax)
        single("process_start_time_seconds", .gauge, "When the process began, in Unix seconds.", process.startedAt)
    }
}
