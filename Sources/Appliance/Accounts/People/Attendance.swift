import Synchronization

/// Who is signed in: a projection of the tables, so that a request costs a look-up.
final class Attendance: Sendable {
    private struct Entry {
        let session: AccountSession
        let account: String
        var usedAt: Int64

        func isLive(at now: Int64) -> Bool {
            now < AccountSession.end(createdAt: session.createdAt.milliseconds, usedAt: usedAt).milliseconds
        }
    }

    private struct Person {
        /// Nil for who was deleted.
        let account: Account?
        /// Of the sessions, by session id.
        var digests: [String: String] = [:]
        /// Nobody was signed in at the last sweep: the next one lets go.
        var isLeaving = false

        func isOlder(than other: Account) -> Bool { account.map { $0.revision < other.revision } ?? false }
    }

    private struct State {
        var entries: [String: Entry] = [:]     // by digest
        var people: [String: Person] = [:]     // by account id
    }

    private let state = Mutex(State())

    /// Replaces what is known of an account, unless that is newer: two writes may get here the other way round.
    func load(_ standing: AccountStanding) {
        state.withLock { state in
            let account = standing.account, before = state.people[account.id]
            guard before?.isOlder(than: account) ?? true else { return }
            let used = (before?.digests.values).map { digests in
                Dictionary(uniqueKeysWithValues: digests.compactMap { digest in
                    state.entries.removeValue(forKey: digest).map { ($0.session.id, $0.usedAt) }
                })
            }
            let sessions = account.disabledAt == nil ? standing.sessions : []
            var person = Person(account: account)
            for session in sessions {
                let usedAt = max(session.usedAt.milliseconds, used?[session.id] ?? 0)
                state.entries[session.digest] = Entry(session: session, account: account.id, usedAt: usedAt)
                person.digests[session.id] = session.digest
            }
            state.people[account.id] = person
        }
    }

    /// Ends everything of an account that was deleted.
    func forget(_ account: String) {
        state.withLock { state in
            for digest in (state.people[account]?.digests ?? [:]).values { state.entries[digest] = nil }
            state.people[account] = Person(account: nil)
        }
    }

    /// Who holds the secret of that digest, and notes that they do.
    func caller(_ digest: String, at now: Int64, _ notes: UseNotes) -> Caller? {
        state.withLock { state in
            guard let entry = state.entries[digest], entry.isLive(at: now),
                let account = state.people[entry.account]?.account
            else { return nil }
            if now - entry.usedAt >= UseNotes.pauseMs {
                state.entries[digest]?.usedAt = now
                notes.note(.session(entry.session.id, createdAt: entry.session.createdAt.milliseconds), at: now)
            }
            return Caller(account, session: entry.session.id)
        }
    }

    /// Whether somebody let in earlier is signed in still, with all that they could do then.
    func isWelcome(_ caller: Caller, at now: Int64) -> Bool {
        state.withLock { state in
            guard let session = caller.sessionID, let person = state.people[caller.id], let account = person.account,
                let digest = person.digests[session]
            else { return false }
            return state.entries[digest]?.isLive(at: now) == true && caller.scopes.isSubset(of: account.role.scopes)
        }
    }

    /// Lets go of sessions that have ended, and of who has had none since the sweep before: until then, what was read
    /// while they were signed in must not bring them back.
    func sweep(at now: Int64) {
        state.withLock { state in
            for (digest, entry) in state.entries where !entry.isLive(at: now) {
                state.entries[digest] = nil
                state.people[entry.account]?.digests[entry.session.id] = nil
            }
            state.people = state.people.filter { !$0.value.isLeaving }.mapValues { person in
                var person = person
                person.isLeaving = person.digests.isEmpty
                return person
            }
        }
    }

    /// Live sessions.
    var count: Int { state.withLock { $0.entries.count } }
}
