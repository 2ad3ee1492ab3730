/// The prepared statements of one connection, found by the address of their SQL.
///
/// The address of a `StaticString` never changes and no other text can live there, so a lookup hashes one word.
struct StatementCache {
    /// More than the whole program has statements today; one compiled statement takes a few KiB.
    static let statementsMax = 512

    private let statementsMax: Int
    private var statements: [UnsafePointer<UInt8>: Statement] = [:]
    private var uses: UInt64 = 0

    init(statementsMax: Int = StatementCache.statementsMax) { self.statementsMax = statementsMax }

    var count: Int { statements.count }

    /// A statement ready to bind, marked as in use.
    ///
    /// A statement that is running already (a query inside its own rows) is left alone and a second one is made.
    mutating func take(
        _ sql: StaticString, on connection: OpaquePointer, isForeign: Bool = false
    ) throws(StorageError) -> Statement {
        precondition(sql.hasPointerRepresentation, "SQL of a single character")
        uses += 1
        if let statement = statements[sql.utf8Start], statement.sql.utf8CodeUnitCount == sql.utf8CodeUnitCount {
            guard statement.isInUse else {
                statement.isInUse = true
                statement.lastUse = uses
                return statement
            }
            return try Statement(sql, on: connection, isForeign: isForeign)
        }
        let statement = try Statement(sql, on: connection, isForeign: isForeign)
        if statements.count >= statementsMax { evict() }
        statement.isInUse = true
        statement.lastUse = uses
        statements[sql.utf8Start] = statement
        return statement
    }

    /// Finalises every statement.
    mutating func removeAll() { statements.removeAll() }

    private mutating func evict() {
        let idle = statements.lazy.filter { !$0.value.isInUse }
        guard let oldest = idle.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
        statements[oldest.key] = nil
    }
}
