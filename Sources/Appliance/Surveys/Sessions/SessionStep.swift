import Outbound
import Storage
import Web

/// A session with all that a step needs.
struct SessionPlace: Sendable {
    var session: SurveySession
    var conversation: Conversation
    let step: SurveyStep
}

extension Snapshot {
    /// Nil when there is no session of this id, or its version cannot be read any more.
    borrowing func place(of id: String, on shelf: SurveyShelf, at now: Int64) throws(StorageError) -> SessionPlace? {
        guard let (session, bare) = try session(id),
            let map = try shelf.edition(session.survey, session.version, in: self)
        else { return nil }
        var conversation = bare
        conversation.answers = try answers(in: id, to: map)
        if conversation.isCompleted { conversation.feedback = try feedback(in: id) }
        let person = session.customer == nil ? [:] : try person(in: id)
        return SessionPlace(
            session: session, conversation: conversation,
            step: SurveyStep(map: map, customer: person.mapValues(\.value), now: Timestamp(now)))
    }

    /// The same for who has this right to it, as long as it is that.
    borrowing func place(
        by right: SessionRight, on shelf: SurveyShelf, at now: Int64
    ) throws(StorageError) -> SessionPlace? {
        guard let place = try place(of: right.session, on: shelf, at: now), place.session.right == right
        else { return nil }
        return place
    }
}

extension Transaction {
    /// What becomes of somebody who asks for a survey. Whoever would begin under a customer's name has to be looked up
    /// first: then nothing is changed.
    borrowing func enter(
        _ wish: Wish, _ claim: Claim, as found: CustomerLookup?, by conversations: Conversations, at now: Int64
    ) throws(StorageError) -> Passage {
        guard let head = try snapshot.surveyHead(wish.survey), head.version > 0,
            let map = try conversations.shelf.edition(wish.survey, head.version, in: snapshot)
        else { return .refused(.notFound("survey")) }
        let survey = map.survey
        switch (survey.access, claim.opening) {
        case (.invited, .anonymous), (.invited, .named): return .refused(.invitationNeeded)
        case (.known, .anonymous): return .refused(.customerNeeded)
        default: break
        }
        if let customer = claim.customer, let id = try snapshot.latestSession(of: customer, in: wish.survey),
            var place = try snapshot.place(of: id, on: conversations.shelf, at: now),
            !place.conversation.isCompleted || !survey.allowsMany,
            place.conversation.isCompleted || place.session.turns < SurveySession.turnsMax
        {
            // Naming a customer is no proof of being them: it does not open what a proof has opened.
            guard place.session.opening == .named || claim.opening == .invited else {
                return .refused(.invitationNeeded)
            }
            if place.conversation.place == .completed {
                return .entered(.ended(.init("completed", .alreadyCompleted, place.step, place.conversation.language)))
            }
            // From here on the invitation is needed: what its bearer says is not for whoever else names them, nor for
            // who did so before and has a token.
            if claim.opening == .invited {
                try setOpening(.invited, ofSession: id)
                place.session.opening = .invited
            }
            return .entered(.conversation(try goOn(place, since: wish.since, at: now)))
        }
        if let customer = claim.customer, found == nil { return .needsCustomer(customer) }
        let person = found ?? .unknown
        // Whoever was invited is known by that.
        if survey.access == .known, !person.isKnown, claim.opening != .invited { return .refused(.customerNeeded) }
        let step = SurveyStep(map: map, customer: person.values, now: Timestamp(now))
        let language = survey.language(for: wish, person)
        if let (status, phrase) = try shut(head, survey, at: now) {
            return .entered(.ended(.init(status, phrase, step, language)))
        }
        return .entered(.conversation(try begin(wish.survey, head.version, claim, person, step, language, at: now)))
    }

    private borrowing func begin(
        _ survey: String, _ version: Int, _ claim: Claim, _ person: CustomerLookup, _ step: SurveyStep,
        _ language: String, at now: Int64
    ) throws(StorageError) -> Standing {
        let (conversation, message) = step.begin(in: language)
        var session = SurveySession(
            id: UUIDv7.next(at: now), survey: survey, version: version, customer: claim.customer,
            opening: claim.opening, status: .active, turns: 1, startedAt: now, lastAt: now)
        let turn = StoredTurn(seq: 1, message: message, at: now)
        if conversation.isCompleted { session.end(at: now) }
        try insert(
            session, conversation, person.customer,
            idleAt: conversation.isCompleted ? nil : Abandonment.next(after: now, step.survey))
        try insert(turn, in: session.id)
        try tally(session, step.survey, from: nil, to: conversation, at: now)
        let place = SessionPlace(session: session, conversation: conversation, step: step)
        if conversation.isCompleted { try handOn(place, request: nil) }
        var standing = Standing(place, [turn])
        standing.isNew = true
        return standing
    }

    /// Takes a session up again: repeats what the client has missed, or the last message.
    ///
    /// Who left with "stop", or stayed away so long that the session counted as abandoned, is welcomed and asked anew.
    borrowing func goOn(_ place: SessionPlace, since seq: Int?, at now: Int64) throws(StorageError) -> Standing {
        var place = place
        if place.conversation.place == .completed, seq == nil {
            let (_, message) = place.step.resume(place.conversation)
            return Standing(place, [StoredTurn(seq: place.session.turns, message: message, at: now)])
        }
        let known = min(seq ?? place.session.turns - 1, place.session.turns)
        var turns = try snapshot.turns(in: place.session.id, after: max(0, known), atMost: Standing.turnsMax)
        var last = turns.last
        if last?.seq != place.session.turns {
            last = try snapshot.turns(in: place.session.id, after: place.session.turns - 1).last
        }
        if place.session.status == .abandoned || last?.message.kind == .paused {
            let before = place.conversation
            let (conversation, message) = place.step.resume(before)
            // Whoever named no place has seen "stop" already, or has forgotten it.
            if seq == nil { turns = [] }
            let isCut = turns.last.map { $0.seq < place.session.turns } ?? false
            let turn = try store(message, conversation, in: &place, said: nil, at: now)
            if !isCut { turns.append(turn) }
        }
        return Standing(place, turns)
    }

    /// Takes one answer, or repeats what was said to it the first time.
    borrowing func answer(
        _ said: Saying, by right: SessionRight, of conversations: Conversations, at now: Int64
    ) throws(StorageError) -> Result<Standing, Problem> {
        guard var place = try snapshot.place(by: right, on: conversations.shelf, at: now) else {
            return .failure(.sessionUnknown)
        }
        if let key = said.key, let earlier = try snapshot.turn(answeredBy: key, in: right.session) {
            var standing = Standing(place, [earlier])
            standing.isRepeated = true
            return .success(standing)
        }
        if let wanted = said.question,
            place.conversation.place != .question(wanted) || place.conversation.aside != nil
        {
            return .failure(.questionPassed)
        }
        guard place.session.turns < SurveySession.turnsMax else { return .failure(.conversationTooLong) }
        if place.conversation.place == .completed {
            // Nothing changes any more, so nothing is stored.
            let (_, message) = place.step.answer(place.conversation, said.text)
            return .success(
                Standing(place, [StoredTurn(seq: place.session.turns, message: message, at: place.session.lastAt)]))
        }
        let (conversation, message) = place.step.answer(place.conversation, said.text)
        let wasCompleted = place.conversation.isCompleted
        let turn = try store(message, conversation, in: &place, said: said, at: now)
        var standing = Standing(place, [turn])
        standing.isEnd = conversation.isCompleted && !wasCompleted
        return .success(standing)
    }

    /// Stores one step: what was said, what the bot says to it, and all that follows.
    private borrowing func store(
        _ message: BotMessage, _ conversation: Conversation, in place: inout SessionPlace, said: Saying?,
        at now: Int64
    ) throws(StorageError) -> StoredTurn {
        let before = place.conversation
        let survey = place.step.survey
        // A clock that jumps back must not make what follows seem earlier.
        let now = max(now, place.session.lastAt)
        if place.session.status == .abandoned {
            try tallyAbandoned(place.session, before, isAbandoned: false)
            place.session.status = .active
            place.session.endedAt = nil
            try setIdle(Abandonment.next(after: now, survey), ofSession: place.session.id)
        }
        try tally(place.session, survey, from: before, to: conversation, at: now)
        let isEnd = conversation.isCompleted && !before.isCompleted
        if isEnd {
            place.session.end(at: now)
            try setIdle(nil, ofSession: place.session.id)
        }
        place.session.turns += 1
        place.session.lastAt = now
        place.conversation = conversation
        let turn = StoredTurn(
            seq: place.session.turns, said: said?.kept, key: said?.key, message: message, at: now)
        try update(place.session, from: before, to: conversation)
        try insert(turn, in: place.session.id)
        if isEnd { try handOn(place, request: said?.request) }
        return turn
    }

    /// Why nobody can begin now; nil when they can.
    private borrowing func shut(_ head: CatalogueHead, _ survey: Survey, at now: Int64) throws(StorageError) -> (
        String, Phrase
    )? {
        if head.status == .archived { return ("closed", .closed) }
        if let opens = survey.opensAt, now < opens.milliseconds { return ("not_open_yet", .notOpenYet) }
        if let closes = survey.closesAt, now >= closes.milliseconds { return ("closed", .closed) }
        if let quota = survey.quota, try snapshot.completedCount(of: head.id) >= quota {
            return ("full", .quotaReached)
        }
        return nil
    }
}

/// What came of one look at who asks for a survey.
enum Passage: Sendable {
    case entered(Entry)
    case refused(Problem)
    /// Nothing is known of this customer yet.
    case needsCustomer(String)
}

extension Entry.Ended {
    fileprivate init(_ status: String, _ phrase: Phrase, _ step: SurveyStep, _ language: String) {
        self.init(status: status, text: step.phrase(phrase, in: language), language: language)
    }
}

extension SurveySession {
    /// Turns of one session: nobody answers so often, and each is a row.
    static let turnsMax = 500

    fileprivate mutating func end(at now: Int64) {
        status = .completed
        endedAt = now
    }
}

extension Survey {
    /// What they asked for by name, else what is known of the customer, else what their program prefers.
    fileprivate func language(for wish: Wish, _ person: CustomerLookup) -> String {
        var wanted: [String] = []
        if let language = wish.language { wanted.append(language) }
        if case .text(let language)? = person.customer["language"]?.value { wanted.append(language) }
        for tag in wanted + wish.languagesPreferred {
            if let offered = language(offering: tag) { return offered }
        }
        return languages[0]
    }
}
