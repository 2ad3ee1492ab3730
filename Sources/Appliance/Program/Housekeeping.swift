import Storage

/// What has to be looked after from time to time.
struct Housekeeping: Sendable {
    /// Sessions that nobody goes on with are found at most a minute late.
    static let interval = Duration.seconds(60)

    let accounts: Accounts
    let conversations: Conversations
    let rooms: Rooms
    let retention: Retention
    let log: Log

    /// Runs until its task is cancelled.
    func run() async {
        // Beside the rest: years of data may take it hours.
        async let retained: Void = repeating { () throws(StorageError) in try await retention.runIfDue() }
        await repeating { () throws(StorageError) in
            while try await conversations.markAbandoned() == Abandonment.sessionsMax {}
            await rooms.sweep()
            try await accounts.keepHouse()
        }
        await retained
    }

    private func repeating(_ work: () async throws(StorageError) -> Void) async {
        repeat {
            do throws(StorageError) {
                try await work()
            } catch {
                log.warning("housekeeping failed", ["cause": .text(error.code)])
            }
        } while (try? await Task.sleep(for: Self.interval)) != nil
    }
}
