import Glibc

/// Writes text to a descriptor, whole, at once: what must be seen even if the next instruction ends the process.
struct OutputText: Sendable {
    let descriptor: Int32

    static let standardOutput = OutputText(descriptor: STDOUT_FILENO)
    static let standardError = OutputText(descriptor: STDERR_FILENO)

    func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { return }   // nobody is left to tell
        }
    }
}
