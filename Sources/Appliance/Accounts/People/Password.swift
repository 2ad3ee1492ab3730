// How Foundation itself composes characters; only the full Foundation has a public name for it, and 30 MB of tables.
@_spi(_Unicode) import Swift

/// What a password must be like. Length is what counts; the rest refuses what every guesser tries first.
enum Password {
    static let characters = 12...256
    /// One character can be megabytes of accents, and takes as long to count and to compose.
    static let bytesMax = 1_024

    /// The bytes that are hashed: of the composed form (NFC), for keyboards differ in how they send an `é`.
    static func bytes(_ password: String) -> [UInt8] {
        var composed = String.UnicodeScalarView()
        composed.append(contentsOf: password._nfc)
        return Array(String(composed).utf8)
    }

    /// Why this cannot be the password of whoever has that address, in words for them; nil when it can.
    static func problem(with password: String, for email: String) -> String? {
        guard password.utf8.count <= bytesMax, characters.contains(password.count) else {
            return "Must have \(characters.lowerBound) to \(characters.upperBound) characters."
        }
        let folded = password.lowercased(), address = email.lowercased()
        if folded == address || folded == address.prefix(while: { $0 != "@" }) {
            return "Must not be the email address."
        }
        if Set(folded).count < differentMin { return "Must have at least \(differentMin) different characters." }
        let isGuessed = isRun(folded) || isRepetition(folded) || isCommon(folded)
        if isGuessed { return "This is among the first that are tried." }
        return nil
    }

    private static let differentMin = 5

    /// `abcdefghijkl`, `987654321098`: each character is the next, or the one before, but for a few.
    private static func isRun(_ text: String) -> Bool {
        let scalars = text.unicodeScalars.map { Int($0.value) }
        let steps = zip(scalars, scalars.dropFirst()).count { abs($0 - $1) == 1 }
        return steps >= scalars.count - 3
    }

    /// `passwordpassword`, `abc123abc123`: a piece of at most half of it, again and again.
    private static func isRepetition(_ text: String) -> Bool {
        let characters = Array(text)
        return (1...characters.count / 2).contains { length in
            characters.indices.dropFirst(length).allSatisfy { characters[$0] == characters[$0 - length] }
        } && characters.count < 24
    }

    /// One of the words that lists of stolen passwords are full of, with nothing but digits, signs or its like around.
    private static func isCommon(_ text: String) -> Bool {
        var rest = text
        for (sign, letter) in [("0", "o"), ("@", "a"), ("$", "s"), ("3", "e"), ("!", "i")] {
            rest = rest.replacing(sign, with: letter)
        }
        for word in common { rest = rest.replacing(word, with: "") }
        return rest.unicodeScalars.count { $0.properties.isAlphabetic } <= 2 && rest.count <= 8
            && rest.count < text.count
    }

    private static let common = [
        "password", "passwort", "parley", "qwertyuiop", "qwertzuiop", "azertyuiop", "qwerty", "qwertz", "azerty",
        "asdfghjkl", "zxcvbnm", "1q2w3e4r5t", "iqaz2wsx", "administrator", "admin", "welcome", "letmein", "iloveyou",
        "football", "baseball", "princess", "sunshine", "superman", "dragon", "monkey", "changeme", "secret",
        "123456789", "12345678", "123456", "987654321", "abc123", "abcdef", "test", "hello", "master", "login",
    ]
}
