/// One step of a feature's tables from the version before to `version`.
///
/// Steps are numbered 1, 2, 3… per feature and never change once released. They run in the order given to
/// `Database.init`, so a feature comes after those it refers to. Foreign keys are not enforced while they run (a
/// table can be rebuilt) and are checked before the commit.
public struct Migration: Sendable {
    public let feature: StaticString
    public let version: Int
    let statements: [StaticString]

    public init(feature: StaticString, version: Int, _ statements: StaticString...) {
        precondition(version >= 1)
        self.feature = feature
        self.version = version
        self.statements = statements
    }
}

extension [Migration] {
    /// The version that they bring each feature to.
    public var versions: [String: Int] {
        Dictionary(map { ("\($0.feature)", $0.version) }, uniquingKeysWith: Swift.max)
    }
}
