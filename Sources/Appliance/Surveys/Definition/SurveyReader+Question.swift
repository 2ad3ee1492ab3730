import Web

extension SurveyReader {
    /// What every question may have; a statement, which nobody answers, has less.
    private static let keys = ["id", "kind", "text", "optional", "reply", "next"]
    private static let statementKeys = ["id", "kind", "text", "next"]

    private enum KindName: String, CaseIterable {
        case text, choice, choices, rating, number, date, email
        case yesNo = "yes_no"
        case statement

        var keys: [String] {
            switch self {
            case .text: ["min_length", "max_length", "pattern"]
            case .choice: ["options"]
            case .choices: ["options", "min_picks", "max_picks"]
            case .rating: ["from", "to", "low", "high", "nps"]
            case .number: ["min", "max", "whole"]
            case .date: ["earliest", "latest"]
            case .yesNo: ["yes", "no"]
            case .email, .statement: []
            }
        }
    }

    mutating func question(_ value: JSONValue, _ path: String) -> Question {
        guard let object = flow({ $0.object(value, path, nil) }) else {
            return Question(id: "", text: LocalText([:]), kind: .statement)
        }
        let id = flow { $0.identifier(object) }
        if id == "end" { refuse(object.path(of: "id"), "'end' is where a survey ends, not a question.") }
        var name: KindName?
        if required(object, "kind") != nil { name = word(object, "kind", as: KindName.self) }
        if let name {
            _ = self.object(value, path, (name == .statement ? Self.statementKeys : Self.keys) + name.keys)
        } else {
            gaps.kinds.insert(id)
        }
        return Question(
            id: id,
            text: requiredText(object, "text"),
            kind: name.map { kind($0, object) } ?? .statement,
            isOptional: truth(object, "optional") ?? false,
            reply: text(object, "reply"),
            rules: flow { $0.rules(object) })
    }

    private mutating func kind(_ name: KindName, _ object: Object) -> Question.Kind {
        switch name {
        case .text: return .text(textLimits(object))
        case .choice: return .choice(options(object))
        case .choices:
            let options = options(object)
            return .choices(options, picks: picks(object, of: options.count))
        case .rating: return .rating(scale(object))
        case .number: return .number(numberLimits(object))
        case .date: return .date(dateLimits(object))
        case .email: return .email
        case .yesNo: return .yesNo(yes: text(object, "yes"), no: text(object, "no"))
        case .statement: return .statement
        }
    }

    private mutating func textLimits(_ object: Object) -> Question.TextLimits {
        let limits = 1...Question.TextLimits.lengthMax
        let least = whole(object, "min_length", limits) ?? limits.lowerBound
        let most = whole(object, "max_length", limits) ?? limits.upperBound
        var pattern: Pattern?
        if let source = word(object, "pattern", "text", { _ in true }) {
            do throws(Refusal) {
                pattern = try Pattern(source)
            } catch {
                refuse(object.path(of: "pattern"), error.detail)
            }
        }
        let length = range(least, most, object, "min_length", "max_length", within: limits)
        return Question.TextLimits(length: length, pattern: pattern)
    }

    private mutating func options(_ object: Object) -> [Question.Option] {
        guard let value = required(object, "options") else { return [] }
        let path = object.path(of: "options")
        return list(value, path, 2...SurveyDefinition.optionsMax).enumerated().map { index, value in
            guard let option = self.object(value, "\(path)[\(index)]", ["id", "label", "reply"]) else {
                return Question.Option(id: "", label: LocalText([:]))
            }
            return Question.Option(
                id: identifier(option),
                label: requiredText(
                    option, "label", charactersMax: SurveyDefinition.labelCharactersMax, isLine: true),
                reply: text(option, "reply"))
        }
    }

    private mutating func picks(_ object: Object, of count: Int) -> ClosedRange<Int> {
        let count = max(count, 1)
        let least = whole(object, "min_picks", 0...count) ?? 1
        let most = whole(object, "max_picks", 1...count) ?? count
        return range(least, most, object, "min_picks", "max_picks", within: 0...count)
    }

    private mutating func scale(_ object: Object) -> Question.Scale {
        let isNPS = truth(object, "nps") ?? false
        let limits = -100...100
        var from = whole(object, "from", limits) ?? 1
        var to = whole(object, "to", limits) ?? 5
        if isNPS {
            for key in ["from", "to"] where object.has(key) {
                refuse(object.path(of: key), "A net promoter score always goes from 0 to 10.")
            }
            (from, to) = (0, 10)
        } else if from == to {
            refuse(object.path(of: "to"), "Must be more than 'from'.")
        } else if to - from >= SurveyDefinition.ratingStepsMax {
            refuse(object.path(of: "to"), "A rating has at most \(SurveyDefinition.ratingStepsMax) steps.")
        }
        return Question.Scale(
            range: range(from, to, object, "from", "to", within: limits), low: text(object, "low"),
            high: text(object, "high"), isNPS: isNPS)
    }

    private mutating func numberLimits(_ object: Object) -> Question.NumberLimits {
        let limits = -SurveyDefinition.numberMax...SurveyDefinition.numberMax
        let minimum = number(object, "min", limits)
        let maximum = number(object, "max", limits)
        let isWhole = truth(object, "whole") ?? false
        if let minimum, let maximum {
            if minimum > maximum {
                refuse(object.path(of: "max"), "Must not be less than 'min'.")
            } else if isWhole, minimum.rounded(.up) > maximum {
                refuse(object.path(of: "max"), "No whole number lies between 'min' and 'max'.")
            }
        }
        return Question.NumberLimits(minimum: minimum, maximum: maximum, isWhole: isWhole)
    }

    private mutating func dateLimits(_ object: Object) -> Question.DateLimits {
        let wanted = "a day of the calendar such as 2026-01-31"
        let earliest = word(object, "earliest", wanted, SurveyDefinition.isDay)
        let latest = word(object, "latest", wanted, SurveyDefinition.isDay)
        if let earliest, let latest, earliest > latest {
            refuse(object.path(of: "latest"), "Must not be before 'earliest'.")
        }
        return Question.DateLimits(earliest: earliest, latest: latest)
    }

    /// `least...most`, or `standIn` after noting that they are the wrong way round.
    private mutating func range(
        _ least: Int, _ most: Int, _ object: Object, _ leastKey: String, _ mostKey: String,
        within standIn: ClosedRange<Int>
    ) -> ClosedRange<Int> {
        guard least <= most else {
            // A bound that was left out can be the one in the way: name the one that stands there.
            let key = object.has(mostKey) ? mostKey : leastKey
            let detail = key == mostKey ? "Must not be less than '\(leastKey)', which is \(least)."
                : "Must not be more than '\(mostKey)', which is \(most)."
            refuse(object.path(of: key), detail)
            return standIn
        }
        return least...most
    }
}
