import Outbound
import Storage

/// A poll that has not ended: where it stands.
struct OpenPoll: Sendable {
    let number: Int64
    let window: PollWindow
    let beganAt: Timestamp
    /// The page to ask for, or the one that is stored raw, from 0.
    var page: Int64
    var url: String
    /// A page that was stored and not understood yet: the program was interrupted.
    var raw: [UInt8]?
    var isReleased: Bool
    /// Of the settings that it was begun with.
    let revision: Int64
}

extension Snapshot {
    /// The poll that was not finished, if there is one.
    borrowing func openPoll() throws(StorageError) -> OpenPoll? {
        let poll = try first(
            """
            SELECT p.poll, p.from_s, p.until_s, p.began_at, p.pages, p.next_url, p.is_released, b.revision
            FROM bridge_poll p, bridge b WHERE p.ended_at IS NULL AND b.id = 1 ORDER BY p.poll DESC LIMIT 1
            """
        ) { row in
            OpenPoll(
                number: row.integer(0), window: PollWindow(from: row.integer(1), until: row.integer(2)),
                beganAt: Timestamp(row.integer(3)), page: row.integer(4), url: row.optionalText(5) ?? "",
                raw: nil, isReleased: row.truth(6), revision: row.integer(7))
        }
        guard var poll else { return nil }
        let stored = try first(
            "SELECT url, body FROM bridge_page WHERE poll = ? AND page = ? AND state = 'raw'", .integer(poll.number),
            .integer(poll.page)
        ) { row in (url: row.text(0), body: row.blob(1)) }
        if let stored {
            poll.url = stored.url
            poll.raw = stored.body
        }
        return poll
    }

    /// The bytes and the address of a page that was understood; nil: it is not kept any more, or never was.
    borrowing func takenPage(_ page: Int64, ofPoll poll: Int64) throws(StorageError) -> (url: String, body: [UInt8])? {
        try first(
            "SELECT url, body FROM bridge_page WHERE poll = ? AND page = ? AND state = 'taken'", .integer(poll),
            .integer(page)
        ) { row in (row.text(0), row.blob(1)) }
    }
}

extension Transaction {
    /// Begins a poll and returns its number.
    borrowing func beginPoll(_ window: PollWindow, url: String, at now: Int64) throws(StorageError) -> Int64 {
        // One that was begun by a write whose end nobody heard of would be taken up at the next start.
        try endPolls(at: now)
        try run("UPDATE bridge SET polls = polls + 1 WHERE id = 1")
        let number = try first("SELECT polls FROM bridge WHERE id = 1") { row in row.integer(0) }
        guard let number else { preconditionFailure("a poll without a bridge") }
        try run(
            """
            INSERT INTO bridge_poll (poll, from_s, until_s, began_at, pages, next_url, events, known, aside,
                is_released)
            VALUES (?, ?, ?, ?, 0, ?, 0, 0, 0, 0)
            """, .integer(number), .integer(window.from), .integer(window.until), .integer(now), .text(url))
        return number
    }

    /// Keeps what came for a page, whatever it is: nobody can ask for it again.
    borrowing func storePage(
        _ page: Int64, ofPoll poll: Int64, url: String, _ body: [UInt8], at now: Int64
    ) throws(StorageError) {
        try run(
            """
            INSERT INTO bridge_page (poll, page, url, received_at, state, body) VALUES (?, ?, ?, ?, 'raw', ?)
            ON CONFLICT (poll, page) DO UPDATE SET url = excluded.url, received_at = excluded.received_at,
                state = excluded.state, body = excluded.body
            """, .integer(poll), .integer(page), .text(url), .integer(now), .blob(body))
    }

    /// Notes that a stored page is no page at all; the next one that comes takes its place.
    borrowing func markUnreadable(page: Int64, ofPoll poll: Int64) throws(StorageError) {
        try run(
            "UPDATE bridge_page SET state = 'unreadable' WHERE poll = ? AND page = ?", .integer(poll), .integer(page))
    }

    /// Takes a stored page in: its events, the cursor, and the work that they cause.
    ///
    /// - Parameter release: whether what came so far in this poll may be applied although it has not ended.
    /// - Returns: false where settings have changed since the window was begun, and it ends here: what came counts, and
    ///   where to go on is what the settings say.
    borrowing func take(
        _ content: IdentifiedPage, page: Int64, of poll: OpenPoll, _ ending: PageEnding, release: Bool, at now: Int64
    ) throws(StorageError) -> Bool {
        let news = try insert(content, page: page, ofPoll: poll.number, at: now)
        let isCurrent = try snapshot.bridgeSetup().revision == poll.revision
        let nextURL: String?, warning: String?, isLast: Bool
        switch ending {
        case _ where !isCurrent: (nextURL, warning, isLast) = (nil, Self.endedBySettings, true)
        case .next(let url): (nextURL, warning, isLast) = (url, nil, false)
        case .last(let text): (nextURL, warning, isLast) = (nil, text, true)
        }
        try run(
            "UPDATE bridge_page SET state = 'taken' WHERE poll = ? AND page = ?", .integer(poll.number), .integer(page))
        try run(
            """
            UPDATE bridge_poll SET pages = ?, next_url = ?, events = events + ?, known = known + ?, aside = aside + ?,
                warning = ?, ended_at = ?
            WHERE poll = ?
            """, .integer(page + 1), .optional(nextURL), .integer(news.events), .integer(news.known),
            .integer(content.aside.count), .optional(warning), isLast ? .integer(now) : .null, .integer(poll.number))
        if isLast, isCurrent { try run("UPDATE bridge SET cursor = ? WHERE id = 1", .integer(poll.window.until)) }
        if poll.isReleased {
            for id in news.conversations { try wake(id, at: now) }
        } else if isLast || release {
            try releasePoll(poll.number, at: now)
        }
        return isCurrent
    }

    /// Ends what is under way on BigChat's side; what came of it may be applied.
    borrowing func endPolls(at now: Int64) throws(StorageError) {
        try run(
            "UPDATE bridge_poll SET ended_at = ?, next_url = NULL, warning = ? WHERE ended_at IS NULL", .integer(now),
            .text(Self.endedBySettings))
        let held = try all("SELECT poll FROM bridge_poll WHERE is_released = 0") { row in row.integer(0) }
        for poll in held { try releasePoll(poll, at: now) }
    }

    private static var endedBySettings: String { "It was ended from outside, as by new settings." }

    /// Takes a page in that was read anew: events that were missed then; and everything it tells of is compared with
    /// what OurAPI has.
    borrowing func retake(_ content: IdentifiedPage, page: Int64, ofPoll poll: Int64, at now: Int64)
        throws(StorageError)
    {
        let gone = try run("DELETE FROM bridge_aside WHERE poll = ? AND page = ?", .integer(poll), .integer(page))
        try count("aside", -Int64(gone))
        _ = try insert(content, page: page, ofPoll: poll, at: now)
        for id in Set(content.entries.map(\.event.conversation)).sorted() {
            try doubt(conversation: id)
            try wake(id, at: now)
        }
    }

    /// Lets what came in a poll so far be applied.
    borrowing func releasePoll(_ poll: Int64, at now: Int64) throws(StorageError) {
        try run("UPDATE bridge_poll SET is_released = 1 WHERE poll = ?", .integer(poll))
        let ids = try all(
            "SELECT DISTINCT conversation FROM bridge_event WHERE poll = ? ORDER BY conversation", .integer(poll)
        ) { row in row.integer(0) }
        for id in ids { try wake(id, at: now) }
    }

    private struct News {
        var events: Int64 = 0
        var known: Int64 = 0
        var conversations: [Int64] = []
    }

    private borrowing func insert(_ content: IdentifiedPage, page: Int64, ofPoll poll: Int64, at now: Int64)
        throws(StorageError) -> News
    {
        var news = News()
        var counts: [Int64: Int64] = [:]
        var kinds: [BridgeEvent.Kind: Int64] = [:]
        var advisors: Set<Int64> = []
        for entry in content.entries {
            let id = entry.event.conversation
            if counts[id] == nil { counts[id] = try eventCount(ofConversation: id, poll: poll, at: now) }
            let number = counts[id, default: 0] + 1
            guard try insert(entry, number: number, page: page, ofPoll: poll, at: now) else {
                news.known += 1
                continue
            }
            counts[id] = number
            news.events += 1
            kinds[entry.event.kind, default: 0] += 1
            advisors.formUnion(entry.event.advisors)
        }
        for (id, count) in counts.sorted(by: { $0.key < $1.key }) {
            let changes = try run(
                """
                UPDATE bridge_conversation SET events = ?, poll = CASE WHEN poll < ? THEN ? ELSE poll END
                WHERE id = ? AND events < ?
                """, .integer(count), .integer(poll), .integer(poll), .integer(id), .integer(count))
            if changes > 0 { news.conversations.append(id) }
        }
        for advisor in advisors.sorted() { try askAboutAdvisor(advisor, at: now) }
        for aside in content.aside { try keepAside(aside, page: page, ofPoll: poll, at: now) }
        for (kind, count) in kinds { try self.count("events.\(kind.rawValue)", count) }
        try count("fate.\(EventFate.pending.rawValue)", news.events)
        try count("known", news.known)
        try count("aside", Int64(content.aside.count))
        return news
    }

    /// Events of a conversation so far; one that was never heard of is made, and BigChat will be asked about it.
    private borrowing func eventCount(
        ofConversation id: Int64, poll: Int64, at now: Int64
    ) throws(StorageError) -> Int64 {
        let count = try first("SELECT events FROM bridge_conversation WHERE id = ?", .integer(id)) { row in
            row.integer(0)
        }
        if let count { return count }
        try run(
            """
            INSERT INTO bridge_conversation (id, first_seen_at, events, poll, ask_at, asked, was_made)
            VALUES (?, ?, 0, ?, ?, 0, 0)
            """, .integer(id), .integer(now), .integer(poll), .integer(now))
        try self.count("conversations", 1)
        return 0
    }

    /// False when it was known already.
    private borrowing func insert(
        _ entry: IdentifiedPage.Entry, number: Int64, page: Int64, ofPoll poll: Int64, at now: Int64
    ) throws(StorageError) -> Bool {
        var text: String?, old: Int64?, new: Int64?
        switch entry.event.content {
        case .start, .end: break
        case .message(let message): text = message
        case .transfer(let from, let to): (old, new) = (from, to)
        }
        let changes = try run(
            """
            INSERT INTO bridge_event (conversation, number, kind, at, body, old_advisor, new_advisor, fingerprint,
                occurrence, poll, page, received_at, fate)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending')
            ON CONFLICT (conversation, fingerprint, occurrence) DO NOTHING
            """, .integer(entry.event.conversation), .integer(number), .text(entry.event.kind.rawValue),
            .integer(entry.event.at), .optional(text), .optional(old), .optional(new), .text(entry.fingerprint),
            .integer(entry.occurrence), .integer(poll), .integer(page), .integer(now))
        return changes > 0
    }

    private borrowing func keepAside(
        _ aside: SourcePage.Aside, page: Int64, ofPoll poll: Int64, at now: Int64
    ) throws(StorageError) {
        try run(
            """
            INSERT INTO bridge_aside (poll, page, position, conversation, reason, excerpt, received_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, .integer(poll), .integer(page), .integer(Int64(aside.position)), .optional(aside.conversation),
            .text(aside.reason), .text(aside.excerpt), .integer(now))
    }

    /// Adds to what is counted under a name.
    borrowing func count(_ name: String, _ change: Int64) throws(StorageError) {
        guard change != 0 else { return }
        try run(
            """
            INSERT INTO bridge_tally (name, count) VALUES (?, ?)
            ON CONFLICT (name) DO UPDATE SET count = bridge_tally.count + excluded.count
            """, .text(name), .integer(change))
    }
}
