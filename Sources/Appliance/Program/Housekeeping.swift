import Storage

/// What has to be forgotten from time to time.
struct Housekeeping: Sendable {
    /// Keys live for 24 hours, and sessions that nobody goes on with are found at most a minute late.
    static let interval = Duration.seconds(60)
    /// Rows of one write: a fraction of a millisecond each, so that other writes do not wait for this one.
    static let rowsMax = 500

    let database: Database
    let conversations: Conversations
    let rooms: Rooms
    let log: Log
    let now: WallClock

    /// Runs until its task is cancelled.
    func run() async {
        repeat {
            do throws(StorageError) {
                try await forget()
                while try await conversations.markAbandoned() == Abandonment.sessionsMax {}
                await rooms.sweep()
            } catch {
                log.warning("housekeeping failed", ["cause": .text(error.code)])
            }
        } while (try? await Task.sleep(for: Self.interval)) != nil
    }

    /// Forgets everything that is old enough, in writes of `rowsMax` rows.
    func forget() async throws(StorageError) {
        let now = now()
        var count = Self.rowsMax
        while count == Self.rowsMax {
            count = try await database.write { transaction throws(StorageError) in
                try transaction.forgetOldIdempotencyKeys(at: now, limit: Self.rowsMax)
            }
        }
    }
}
