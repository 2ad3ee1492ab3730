/// One plain value of JSON: what customer attributes are made of, and what conditions compare with.
enum Scalar: Hashable, Sendable {
    case text(String)
    case number(Double)
    case truth(Bool)

    /// As it stands in a text: whole numbers without a point, truth as `yes` or `no`.
    var shown: String {
        switch self {
        case .text(let text): text
        case .number(let number): Self.shown(number)
        case .truth(let truth): truth ? "yes" : "no"
        }
    }

    /// The shortest digits that read back as the same number; `3`, not `3.0`.
    static func shown(_ number: Double) -> String {
        Int64(exactly: number).map { String($0) } ?? String(number)
    }
}

extension Scalar: Codable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let truth = try? container.decode(Bool.self) {
            self = .truth(truth)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        case .truth(let truth): try container.encode(truth)
        }
    }
}

extension Scalar: Exemplified {
    static let examples: [Scalar] = [.text("Berlin"), .number(3), .truth(true)]
}
