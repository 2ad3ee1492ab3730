import Glibc

/// The copies of the file from before its upgrades, beside it in the data folder.
struct UpgradeCopies {
    /// Upgrades one can go back over; each copy takes as much room as the data did.
    static let copiesMax = 3
    static let prefix = "parley.sqlite.before-"

    let folder: String

    /// What a copy is called until it is complete.
    var unfinished: String { "\(folder)/parley.sqlite.copying" }

    /// Makes a copy, removes others past the newest two, and returns its name: `parley.sqlite.before-` and the time
    /// in UTC, so that names sort by age.
    func add(_ connection: Connection, at unixMilliseconds: Int64) throws(StorageError) -> String {
        let name = Self.prefix + Self.stamp(unixMilliseconds)
        DiskFile.remove(unfinished)
        try OnlineCopy.make(of: connection, at: unfinished)
        try DiskFile.rename(unfinished, to: "\(folder)/\(name)")
        try DiskFile.sync(folder)
        // Not among them, the new one: where the clock was set back, others bear later times.
        let others = ((try? DiskFile.names(in: folder, beginningWith: Self.prefix)) ?? [])
            .filter { !$0.hasPrefix(Restore.replacedPrefix) && $0 != name }
        for old in others.dropLast(Self.copiesMax - 1) {
            DiskFile.remove("\(folder)/\(old)")
        }
        return name
    }

    /// 1732147620123 → `20241121T000700.123Z`.
    static func stamp(_ unixMilliseconds: Int64) -> String {
        var seconds = time_t(unixMilliseconds / 1_000)
        var fields = tm()
        gmtime_r(&seconds, &fields)
        func digits(_ number: Int32, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return digits(fields.tm_year + 1_900, 4) + digits(fields.tm_mon + 1, 2) + digits(fields.tm_mday, 2)
            + "T" + digits(fields.tm_hour, 2) + digits(fields.tm_min, 2) + digits(fields.tm_sec, 2)
            + "." + digits(Int32(unixMilliseconds % 1_000), 3) + "Z"
    }
}
