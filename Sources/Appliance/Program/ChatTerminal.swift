import Glibc
import Storage

/// The customer's side of `parley chat`: lines in, a conversation out.
///
/// Lines are read by a thread of its own, one at a time and only when one is wanted, since reading blocks.
final class ChatTerminal: Sendable {
    /// Below what the server takes as one message; a longer line becomes several.
    static let lineBytesMax = 16 << 10

    private let output: OutputText
    private let errors: OutputText
    /// Whether somebody types; if not, lines are echoed, so that the output is the whole conversation.
    private let isInteractive: Bool
    private let wanted = Semaphore()

    /// - Parameter onLine: called on the reading thread with each line, and with nil once at the end of the input.
    init(
        input: Int32 = STDIN_FILENO, output: OutputText = .standardOutput, errors: OutputText = .standardError,
        onLine: @escaping @Sendable (String?) -> Void
    ) throws(StorageError) {
        self.output = output
        self.errors = errors
        isInteractive = isatty(input) == 1
        let wanted = wanted
        _ = try Thread(named: "parley-terminal") {
            var lines = LineReader(descriptor: input)
            var more = true
            while more {
                wanted.wait()
                let line = lines.next()
                more = line != nil
                onLine(line)
            }
        }
    }

    /// Shows what the bot says: `BOT:  ` and six spaces before every further line.
    func show(_ text: String) {
        var isFirst = true
        var shown = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            shown += (isFirst ? "BOT:  " : line.isEmpty ? "" : "      ") + Self.printable(line) + "\n"
            isFirst = false
        }
        output.write(shown)
    }

    /// Shows where to type, and asks for a line unless one is awaited.
    func ask(again: Bool) {
        if isInteractive { output.write("USER: ") }
        if !again { wanted.signal() }
    }

    /// Shows a line that nobody saw being typed; the end of the input ends the prompt's line.
    func took(_ line: String?) {
        if let line, !isInteractive { output.write("USER: \(Self.printable(line[...]))\n") }
        if line == nil, isInteractive { output.write("\n") }
    }

    /// Says something of the program's own, on a line of its own.
    func tell(_ text: String, atPrompt: Bool) {
        if atPrompt, isInteractive { output.write("\n") }
        errors.write("parley: \(Self.printable(text[...]))\n")
    }

    /// Without control characters: a text must not steer the terminal.
    private static func printable(_ text: Substring) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 && !(0x7F...0x9F ~= $0.value) }))
    }
}

/// Lines of a descriptor, without their ends.
private struct LineReader {
    let descriptor: Int32
    private var unread: [UInt8] = []
    private var hasEnded = false

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// The next line; blocks until there is one. Nil at the end.
    mutating func next() -> String? {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) { return take(end, skipping: 1) }
            if unread.count >= ChatTerminal.lineBytesMax { return take(ChatTerminal.lineBytesMax, skipping: 0) }
            if hasEnded { return unread.isEmpty ? nil : take(unread.count, skipping: 0) }
            read()
        }
    }

    private mutating func take(_ count: Int, skipping: Int) -> String {
        var line = unread[..<count]
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        let text = String(decoding: line, as: UTF8.self)
        unread.removeFirst(count + skipping)
        return text
    }

    private mutating func read() {
        var piece = [UInt8](repeating: 0, count: 4_096)
        let count = Glibc.read(descriptor, &piece, piece.count)
        if count > 0 { unread += piece[..<count] } else if count == 0 || errno != EINTR { hasEnded = true }
    }
}
