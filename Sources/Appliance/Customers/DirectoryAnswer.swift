import Outbound

/// What an answer of the directory to `customer.get` means.
enum DirectoryAnswer: Equatable, Sendable {
    case customer([String: Scalar])
    /// It knows nobody of that id.
    case nobody
    /// It is well and would not say, about this customer.
    case refused
    /// It did not answer, or not so that anything can be made of it.
    case failed
}

extension DirectoryAnswer {
    /// Whether it says something that can be told again.
    var isKept: Bool {
        switch self {
        case .customer, .nobody: true
        case .refused, .failed: false
        }
    }

    /// Takes of a result what can be kept: plain values under names that texts and rules can use.
    ///
    /// What a directory has besides (lists, objects, names in another manner, a novel) is its own business and no
    /// reason to know nothing at all.
    init(_ answer: JSONRPCAnswer<JSONValue>) {
        switch answer {
        case .result(.null): self = .nobody
        case .result(.object(let object)):
            let usable = object.compactMapValues(\.scalar).filter { Customer.problem(with: $0.key, $0.value) == nil }
            let first = usable.sorted { $0.key < $1.key }.prefix(Customer.attributesMax)
            self = .customer(Dictionary(uniqueKeysWithValues: first.map { ($0.key, $0.value) }))
        case .result: self = .failed
        case .error(let error): self = error.isOfThisCall ? .refused : .failed
        case .failed: self = .failed
        }
    }
}
