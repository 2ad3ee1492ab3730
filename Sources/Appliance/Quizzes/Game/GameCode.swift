/// What people join a game by: six characters that are not mistaken for each other.
enum GameCode {
    static let length = 6
    /// Without 0 and O, 1 and I, 2 and Z, 5 and S, 8 and B: of two that look alike neither is used, so that there is
    /// nothing to guess when one of them is typed.
    static let alphabet = Array("ACDEFGHJKLMNPQRTUVWXY34679".utf8)
    /// Six characters with spaces and hyphens between them, and a few to spare.
    private static let typedBytesMax = 32

    /// As people type it: any case, with spaces or hyphens between. Nil when it cannot be one.
    static func read(_ text: String) -> String? {
        guard text.utf8.count <= typedBytesMax else { return nil }
        var code = ""
        for byte in text.utf8 where byte != UInt8(ascii: " ") && byte != UInt8(ascii: "-") {
            let capital = (0x61...0x7A).contains(byte) ? byte - 0x20 : byte
            guard alphabet.contains(capital) else { return nil }
            code.unicodeScalars.append(Unicode.Scalar(capital))
        }
        return code.utf8.count == length ? code : nil
    }

    /// - Parameter random: `SystemRandomNumberGenerator` in earnest: whoever could guess codes could join any game.
    static func make(using random: inout some RandomNumberGenerator) -> String {
        String(decoding: (0..<length).map { _ in alphabet.randomElement(using: &random)! }, as: UTF8.self)
    }
}
