/// What is known of somebody at one moment, and where each value came from.
struct CustomerLookup: Equatable, Sendable {
    /// By attribute name.
    var customer: [String: Sourced]
    /// Whether there is such a customer, as far as anybody can tell now. Somebody known may have no attributes.
    var isKnown: Bool

    static let unknown = CustomerLookup(customer: [:], isKnown: false)

    /// The attributes without their sources, as rules and texts see them.
    var values: [String: Scalar] { customer.mapValues(\.value) }
}

/// An attribute's value and who said so; kept with a response as `{"value": …, "source": …}`.
struct Sourced: Hashable, Codable, Sendable {
    enum Source: String, CaseIterable, Codable, Sendable {
        /// Written by the team.
        case table
        /// Said by the directory just now.
        case directory
        /// Said by the directory minutes ago.
        case cache
        /// Said by the directory the last time that it answered.
        case lastKnown = "last_known"
    }

    var value: Scalar
    var source: Source
}

extension CustomerLookup {
    /// Both sides together: what the team wrote wins, since they can see it and the directory cannot be argued with.
    ///
    /// - Parameters:
    ///   - attributes: the team's; nil when they wrote nothing.
    ///   - fetched: the directory's; nil when it knows nobody of that id or has never answered.
    init(attributes: [String: Scalar]?, fetched: [String: Scalar]?, from source: Sourced.Source) {
        let theirs = (fetched ?? [:]).mapValues { Sourced(value: $0, source: source) }
        let ours = (attributes ?? [:]).mapValues { Sourced(value: $0, source: .table) }
        customer = theirs.merging(ours) { _, own in own }
        isKnown = attributes != nil || fetched != nil
    }
}
