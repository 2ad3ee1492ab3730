/// `part` of `whole` to four digits behind the point; nil of nothing.
func share(of part: Int, in whole: Int) -> Double? {
    whole > 0 ? rounded(Double(part) / Double(whole), to: 10_000) : nil
}

/// To so many fractions of one.
func rounded(_ number: Double, to fractions: Double) -> Double { (number * fractions).rounded() / fractions }
