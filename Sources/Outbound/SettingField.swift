/// One setting that a courier declares, so that channels can be checked, documented and masked without knowing the
/// kind.
public struct SettingField: Sendable, Equatable {
    public enum Kind: String, Sendable { case text, url, number, truth, list }

    public var name: String
    public var kind: Kind
    public var required: Bool
    /// Never shown again once stored, and scrubbed from every answer that is kept.
    public var secret: Bool
    /// Characters of a text or URL, entries of a list, or the value of a number: the least and the most allowed.
    public var limits: ClosedRange<Double>
    /// For people: what it is, with its default where there is one.
    public var explanation: String

    public init(
        _ name: String, _ kind: Kind, required: Bool = false, secret: Bool = false, limits: ClosedRange<Double>,
        explanation: String
    ) {
        self.name = name
        self.kind = kind
        self.required = required
        self.secret = secret
        self.limits = limits
        self.explanation = explanation
    }
}

/// What is wrong with one setting, for people.
public struct SettingProblem: Sendable, Equatable {
    public var field: String
    public var detail: String

    public init(field: String, detail: String) {
        self.field = field
        self.detail = detail
    }
}

extension SettingField {
    /// What the declaration alone can tell about a value: kind and limits.
    func problem(with value: SettingValue) -> SettingProblem? {
        switch (kind, value) {
        case (_, .text(let text)) where Vault.isSealed(text):
            // What is stored of a secret looks like that: it would be taken for one that cannot be opened.
            SettingProblem(field: name, detail: "Must not begin with 'sealed:'.")
        case (.text, .text(let text)): measure(text.count, "characters long")
        case (.url, .text(let text)):
            measure(text.count, "characters long")
                ?? (WebAddress(text) == nil
                    ? SettingProblem(field: name, detail: "Must be a URL with a scheme and a host, without user name.")
                    : nil)
        case (.number, .number(let number)):
            limits.contains(number)
                ? nil
                : SettingProblem(
                    field: name, detail: "Must be from \(plain(limits.lowerBound)) to \(plain(limits.upperBound)).")
        case (.truth, .truth): nil
        case (.list, .list(let list)): measure(list.count, "entries long")
        case (.text, _), (.url, _): SettingProblem(field: name, detail: "Must be a text.")
        case (.number, _): SettingProblem(field: name, detail: "Must be a number.")
        case (.truth, _): SettingProblem(field: name, detail: "Must be true or false.")
        case (.list, _): SettingProblem(field: name, detail: "Must be a list of texts.")
        }
    }

    private func measure(_ size: Int, _ unit: String) -> SettingProblem? {
        if limits.contains(Double(size)) { return nil }
        let detail = "Must be \(plain(limits.lowerBound)) to \(plain(limits.upperBound)) \(unit)."
        return SettingProblem(field: name, detail: detail)
    }

    private func plain(_ number: Double) -> String {
        number == number.rounded() && number.magnitude < 1e15 ? "\(Int(number))" : "\(number)"
    }
}
