import Storage

/// How much of the disk has to be free: with less, by either measure, the program is not ready. Nor is any of it taken
/// for a backup.
struct DiskLimit: Equatable, Sendable {
    var bytes: Int64 = 0
    var percent = 0

    /// A warning comes at so many times the limit.
    static let warningFactor = 2

    init() {}

    /// Reads `200M,5%`: bytes (`K`, `M`, `G` are powers of 1,024), a part of the disk, or both; `0` asks for nothing.
    init?(_ text: String) {
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            if part.last == "%" {
                guard let percent = Int(part.dropLast()), (0...50).contains(percent) else { return nil }
                self.percent = percent
            } else {
                let shift = ["K": 10, "M": 20, "G": 30][part.suffix(1).uppercased()]
                guard let count = Int64(shift == nil ? part : part.dropLast()), (0...1 << 20).contains(count)
                else { return nil }
                bytes = count << (shift ?? 0)
            }
        }
    }

    /// What is wrong with so much room, times `factor` wanted; nil when nothing is.
    func shortfall(of room: DiskRoom, factor: Int = 1) -> String? {
        guard room.freeBytes < reserve(on: room) * Int64(factor) else { return nil }
        let (bytes, percent) = (bytes * Int64(factor), percent * factor)
        let free = "\(room.freeBytes >> 20) MB or \((room.freePercent * 10).rounded() / 10) % of the disk is free"
        return "\(free); at least \(bytes >> 20) MB and \(percent) % are wanted. Make room."
    }

    /// Why so many bytes are not to be written there, in numbers; nil when enough stays free beside them.
    func refusal(of needed: Int64, in room: DiskRoom) -> String? {
        let reserve = reserve(on: room)
        guard room.freeBytes - needed < reserve else { return nil }
        func text(_ bytes: Int64) -> String { "\((bytes + (1 << 20) - 1) >> 20) MiB" }
        return "There is not enough room: it takes \(text(needed)), \(text(room.freeBytes)) are free, and "
            + "\(text(reserve)) of them must stay so."
    }

    /// Bytes that have to be free on such a disk.
    private func reserve(on room: DiskRoom) -> Int64 { max(bytes, room.totalBytes / 100 * Int64(percent)) }
}
