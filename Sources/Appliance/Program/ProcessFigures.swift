import Glibc

/// What the kernel says of this process, as Prometheus' own clients tell it.
struct ProcessFigures: Equatable, Sendable {
    var residentBytes = 0
    var cpuSeconds = 0.0
    var descriptors = 0
    var descriptorsMax = 0
    /// Unix seconds.
    var startedAt = 0.0

    /// Looks, blocking for some milliseconds when there are thousands of descriptors to count.
    ///
    /// - Parameter now: Unix milliseconds.
    init(at now: Int64) {
        if let pages = Self.words(of: "/proc/self/statm").dropFirst().first.flatMap({ Int($0) }) {
            residentBytes = pages * sysconf(Int32(_SC_PAGESIZE))
        }
        var usage = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            cpuSeconds = Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime)
        }
        // Less the two dots and the descriptor that reads the folder.
        descriptors = max(0, Self.countNames(in: "/proc/self/fd") - 3)
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            descriptorsMax = Int(clamping: limit.rlim_cur)
        }
        startedAt = Double(now) / 1_000 - Self.ageSeconds
    }

    /// proc_pid_stat(5): field 22, in ticks since the machine started. Not by the time of that start: units may not see
    /// /proc/stat (`ProcSubset=pid`).
    private static var ageSeconds: Double {
        guard let ticks = words(of: "/proc/self/stat").dropFirst(21).first.flatMap({ Double($0) }) else { return 0 }
        var up = timespec()
        clock_gettime(CLOCK_BOOTTIME, &up)
        return Double(up.tv_sec) + Double(up.tv_nsec) / 1e9 - ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Of a file of a single line; the name of our program has no space in it.
    private static func words(of path: String) -> [Substring] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1_024)
        let count = read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes[..<max(0, count)], as: UTF8.self).split(separator: " ")
    }

    private static func countNames(in folder: String) -> Int {
        guard let stream = opendir(folder) else { return 0 }
        defer { closedir(stream) }
        var count = 0
        while readdir(stream) != nil { count += 1 }
        return count
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
}
