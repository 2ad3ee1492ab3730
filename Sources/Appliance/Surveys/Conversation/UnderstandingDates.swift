extension Understanding {
    /// A day of the calendar, written with its year: `2026-12-31`, `31.12.2026`, `December 31st, 2026`, "tomorrow".
    ///
    /// `3/4/2026` is the third of April, but March the fourth in English (other than `en-gb` and its like). Where only
    /// one order makes a day, or points part the numbers, that one is taken. Years have four digits: `3/4/05` is asked
    /// again.
    static func readDate(
        _ text: String, _ limits: Question.DateLimits, in language: String, now: Timestamp
    ) -> Reading {
        guard text.utf8.count <= dateBytesMax, let day = day(in: text, language, now: now) else {
            return .miss(.notADate)
        }
        if let earliest = limits.earliest, day < earliest { return .miss(.tooEarly(earliest)) }
        if let latest = limits.latest, day > latest { return .miss(.tooLate(latest)) }
        return .answer(.date(day))
    }

    private static func day(in text: String, _ language: String, now: Timestamp) -> String? {
        let words = Words.of(language)
        let folded = FoldedText(text)
        if let offset = words.days[folded.text] ?? words.days[words.withoutPoliteness(folded.text)] {
            return String(Timestamp(now.milliseconds + Timestamp.hours(24) * Int64(offset)).iso8601.prefix(10))
        }
        var numbers: [Substring] = []
        var month: Int?
        for word in folded.words {
            if let first = word.utf8.first, (0x30...0x39).contains(first) {
                let digits = word.prefix { $0.isASCII && $0.isNumber }
                let ending = word.dropFirst(digits.count)
                guard ending.isEmpty || words.ordinalEndings.contains(String(ending)) else { return nil }
                numbers.append(digits)
            } else if let named = words.months[String(word)], month == nil {
                month = named
            } else if !words.dateFillers.contains(String(word)) {
                return nil
            }
        }
        let values = numbers.compactMap { $0.utf8.count <= 4 ? Int($0) : nil }
        guard values.count == numbers.count else { return nil }
        let isYear = numbers.map { $0.utf8.count == 4 }
        if let month {
            guard values.count == 2, let year = isYear.firstIndex(of: true), !isYear[1 - year] else { return nil }
            return date(values[year], month, values[1 - year])
        }
        switch isYear {
        case [true, false, false]: return date(values[0], values[1], values[2])
        case [false, false, true]:
            let dayFirst = date(values[2], values[1], values[0]), monthFirst = date(values[2], values[0], values[1])
            let isMonthFirst = putsMonthFirst(language) && !text.contains(".")
            return isMonthFirst ? monthFirst ?? dayFirst : dayFirst ?? monthFirst
        default: return nil
        }
    }

    /// Of the English-speaking countries, the United States and those that follow them.
    private static func putsMonthFirst(_ language: String) -> Bool {
        ["en", "en-us", "en-ph", "en-ca"].contains(language)
    }

    /// Nil when there is no such day.
    private static func date(_ year: Int, _ month: Int, _ day: Int) -> String? {
        guard (1_000...9_999).contains(year), CalendarDay.isReal(year, month, day) else { return nil }
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(year)-\(padded(month))-\(padded(day))"
    }

    private static let dateBytesMax = 200
}
