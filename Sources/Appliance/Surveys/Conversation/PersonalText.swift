extension Known {
    /// A text of the survey with what is known put in its places: `{customer.name|there}`, `{answers.flavour|it}`.
    func filled(_ text: LocalText, of map: SurveyMap, in language: String) -> String {
        text[language].filled { name in
            if let attribute = name.dropping("customer.") { return customer[attribute]?.shown }
            guard let id = name.dropping("answers."), let answer = answer(id) else { return nil }
            return shown(answer, to: id, of: map, in: language)
        }
    }

    /// An answer as it reads in a text: the label for a pick, several with commas between.
    func shown(_ answer: Answer, to id: String, of map: SurveyMap, in language: String) -> String? {
        switch answer {
        case .option(let option): return label(option, of: id, in: map, language)
        case .options(let ids):
            return ids.compactMap { label($0, of: id, in: map, language) }.joined(separator: ", ")
        case .truth(let truth): return map.phrase(truth ? .optionYes : .optionNo, in: language)
        default: return answer.stored
        }
    }

    private func label(_ option: String, of id: String, in map: SurveyMap, _ language: String) -> String? {
        guard let position = map.position(of: id) else { return nil }
        let label = map.survey.questions[position].kind.options.first { $0.id == option }?.label
        // Within a label answers have no say: labels that show each other's answers would never end.
        return label.map { Known(path: [], answers: [:], customer: customer).filled($0, of: map, in: language) }
    }
}

extension String {
    /// What follows `start`; nil when it does not begin with it.
    fileprivate func dropping(_ start: StaticString) -> String? {
        let start = start.description
        return utf8.starts(with: start.utf8) ? String(utf8.dropFirst(start.utf8.count)) : nil
    }
}
