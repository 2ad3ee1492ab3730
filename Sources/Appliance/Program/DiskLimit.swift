import Storage

/// How much of the disk has to be free: with less, by either measure, the program is not ready.
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
        let (bytes, percent) = (bytes * Int64(factor), percent * factor)
        guard room.freeBytes < bytes || room.freePercent < Double(percent) else { return nil }
        let free = "\(room.freeBytes >> 20) MB or \((room.freePercent * 10).rounded() / 10) % of the disk is free"
        return "\(free); at least \(bytes >> 20) MB and \(percent) % are wanted. Make room."
    }
}
