/// A number that a player answered with: finite, and no further from 0 than `magnitudeMax`.
struct TypedNumber: Equatable, Sendable {
    let number: Double

    /// Up to here neighbouring `Double`s are an eighth apart, so that whole numbers are told apart with certainty.
    static let magnitudeMax = 1e15

    init?(_ number: Double) {
        guard number.isFinite, number.magnitude <= Self.magnitudeMax else { return nil }
        self.number = number
    }

    /// Reads `42`, `-3.5`, `+,5`, `2,50`: digits of any script, at most one mark, which is always the decimal mark.
    ///
    /// `1,000` is 1 and `1.000` too: who guesses that marks of thousands were meant is wrong in half of the languages.
    /// So `1.000,5`, like exponents, units and spaces within, is no number.
    init?(_ text: String) {
        guard text.utf8.count <= Self.bytesMax, let digits = Self.plain(text), let number = Double(digits) else {
            return nil
        }
        self.init(number)
    }

    /// The shortest digits that read back as the same number; also as JSON.
    var shown: String { Scalar.shown(number) }

    /// Whether people would say that it differs from `right` by no more than `tolerance`.
    ///
    /// 2.4 is within 0.1 of 2.3, but not so the `Double`s nearest to them: their difference is 0.10000000000000009.
    /// Each of the three may be half a unit in the last place off what was written, and subtracting, or a client that
    /// added up 0.1 and 0.2, adds as much again. Four units of the largest of them are allowed: at most half of 1 at
    /// 10^15, so a whole number is never taken for its neighbour.
    func isWithin(_ tolerance: Double, of right: Double) -> Bool {
        let slack = 4 * max(number.magnitude, right.magnitude, tolerance).ulp
        return (number - right).magnitude <= tolerance + slack
    }

    private static let bytesMax = 200

    /// As `Double` reads it; nil when it is not of that form.
    private static func plain(_ text: String) -> String? {
        var plain = ""
        var digits = 0
        var hasMark = false
        for scalar in text.unicodeScalars.drop(while: isSpace).reversed().drop(while: isSpace).reversed() {
            switch scalar {
            case "0"..."9":
                plain.unicodeScalars.append(scalar)
                digits += 1
            case "-", "−", "–", "－":
                guard plain.isEmpty else { return nil }
                plain = "-"
            case "+", "＋":
                guard plain.isEmpty else { return nil }
                plain = "+"
            case ".", ",", "．", "，", "٫":
                guard !hasMark else { return nil }
                hasMark = true
                plain += digits == 0 ? "0." : "."
            default:
                let properties = scalar.properties
                guard properties.generalCategory == .decimalNumber, let value = properties.numericValue else {
                    return nil
                }
                plain += String(Int(value))
                digits += 1
            }
        }
        guard digits > 0 else { return nil }
        // `5.` is five.
        return plain.last == "." ? plain + "0" : plain
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }
}
