/// A value of the wire that shows by examples what it looks like: `/openapi.json` makes its schema from how they
/// encode.
///
/// One example is enough where every field is always there or is encoded with `encodeIfPresent`; where fields come and
/// go together, or hold null, there is one for each case.
protocol Exemplified: Encodable, SendableMetatype {
    static var examples: [Self] { get }
}

extension Timestamp {
    static let example = Timestamp(1_769_851_800_250)          // 2026-01-31T09:30:00.250Z
}
