import Outbound
import Storage
import Web

/// Holds the conversations of all surveys: whatever a customer does is one write that loads where they are, makes the
/// step, and stores what comes of it. What is returned is on disk.
///
/// Nothing of a conversation lives in memory, so that it does not matter which device, connection or start of the
/// program comes next.
struct Conversations: Sendable {
    let database: Database
    let shelf: SurveyShelf
    let directory: Directory
    let key: SessionKey
    let now: WallClock
    /// Told after each commit that changed the figures of a survey.
    let changed: @Sendable (_ survey: String) -> Void
    /// Whoever shows a conversation is told that it has moved on.
    let chats = LiveChats()
    let statistics = ConversationTally()

    /// Opens a survey: begins a conversation, or goes on with the one there is.
    ///
    /// - Throws: `Problem` when this caller may not; `StorageError`.
    func open(_ wish: Wish) async throws -> Entry {
        if let token = wish.session {
            guard let right = key.right(of: token) else { throw Problem.sessionUnknown }
            return .conversation(try await goOn(right, in: wish.survey, since: wish.since))
        }
        let claim = try claim(of: wish)
        let now = now()
        var passage = try await database.write { [self] transaction throws(StorageError) in
            try transaction.enter(wish, claim, as: nil, by: self, at: now)
        }
        while case .needsCustomer(let customer) = passage {
            let erasures = directory.erasures
            let found = await directory.find(customer)
            passage = try await database.write { [self] transaction throws(StorageError) in
                // Whoever was deleted meanwhile must not come back with what was known of them.
                if directory.erasures != erasures { return .needsCustomer(customer) }
                return try transaction.enter(wish, claim, as: found, by: self, at: now)
            }
        }
        switch passage {
        case .entered(let entry):
            if case .conversation(let standing) = entry {
                if standing.isNew { statistics.add { $0.begun += 1 } }
                chats.chat(showing: standing.session.id)?.leaveOut(unless: standing.session.right)
                changed(wish.survey)
            }
            return entry
        case .refused(let problem): throw problem
        case .needsCustomer: preconditionFailure("the customer was looked up")
        }
    }

    /// Takes what a customer said in a session.
    ///
    /// - Throws: `Problem` when the answer was meant for another question, or the conversation is too long.
    func answer(_ said: Saying, by right: SessionRight) async throws -> Standing {
        let now = now(), start = ContinuousClock.now
        let standing = try await database.write { [self] transaction throws(StorageError) in
            try transaction.answer(said, by: right, of: self, at: now)
        }.get()
        let took = start.duration(to: .now)
        statistics.add { statistics in
            statistics.answerSeconds.add(took / .seconds(1))
            if standing.isRepeated { statistics.repeated += 1 } else { statistics.answers += 1 }
            if standing.isEnd { statistics.completed += 1 }
        }
        changed(standing.session.survey)
        return standing
    }

    /// Shows what was said where the conversation is open over a WebSocket, whoever said it and by which way.
    func show(_ standing: Standing) async throws {
        guard let chat = chats.chat(showing: standing.session.id), !chat.show(standing) else { return }
        try await catchUp(chat)
    }

    /// Shows what has been said elsewhere.
    func catchUp(_ chat: LiveChat) async throws {
        var isCut = true
        while isCut {
            let standing = try await messages(by: chat.right, after: chat.seq)
            isCut = chat.show(standing) && standing.isCut
        }
    }

    /// Where a session is, and what was said in it after `seq`.
    func read(_ token: String, since seq: Int) async throws -> Standing {
        guard let right = key.right(of: token) else { throw Problem.sessionUnknown }
        return try await messages(by: right, after: seq)
    }

    /// Where a session is, and what was said in it after `seq`: of much, the first part.
    func messages(by right: SessionRight, after seq: Int) async throws -> Standing {
        let now = now()
        let standing = try await database.read { [self] snapshot throws(StorageError) -> Standing? in
            guard let place = try snapshot.place(by: right, on: shelf, at: now) else { return nil }
            return Standing(place, try snapshot.turns(in: right.session, after: seq, atMost: Standing.turnsMax))
        }
        guard let standing else { throw Problem.sessionUnknown }
        return standing
    }

    private func goOn(_ right: SessionRight, in survey: String, since seq: Int?) async throws -> Standing {
        let now = now()
        let standing = try await database.write { [self] transaction throws(StorageError) -> Standing? in
            guard let place = try transaction.snapshot.place(by: right, on: shelf, at: now),
                place.session.survey == survey
            else { return nil }
            return try transaction.goOn(place, since: seq, at: now)
        }
        guard let standing else { throw Problem.sessionUnknown }
        changed(survey)
        return standing
    }

    /// Who the caller says they are, and how good a word that is.
    private func claim(of wish: Wish) throws(Problem) -> Claim {
        if let token = wish.invitation {
            guard let invitation = key.invitation(of: token), invitation.survey == wish.survey
            else { throw .invitationInvalid }
            guard invitation.expiresAt.milliseconds > now() else { throw .invitationExpired }
            return Claim(customer: invitation.customer, opening: .invited)
        }
        guard let customer = wish.customer else { return Claim(customer: nil, opening: .anonymous) }
        guard Customer.isValid(id: customer) else {
            throw .invalid([FieldProblem("customer", Customer.idExplanation)])
        }
        return Claim(customer: customer, opening: .named)
    }
}

/// How somebody asks for a survey.
struct Wish: Sendable {
    var survey: String
    var session: String?
    var invitation: String?
    var customer: String?
    /// A language tag they asked for by name.
    var language: String?
    /// Language tags their program prefers.
    var languagesPreferred: [String] = []
    /// The last message they have.
    var since: Int?
}

struct Claim: Sendable {
    var customer: String?
    var opening: SurveySession.Opening
}

/// What a customer said.
struct Saying: Sendable {
    /// Bytes of one answer: far more than any question takes, so that the bot can say that it is too long.
    static let bytesMax = 32 << 10
    static let keyBytesMax = 64

    var text: String
    /// The client's name for this answer: said again under the same key it counts once.
    var key: String?
    /// The question it is meant for; nil for whichever is open.
    var question: String?
    /// The `x-request-id` of the call that brought it, or of the one that opened the WebSocket.
    var request: String?

    /// What the transcript keeps of it: as much as an answer can have.
    var kept: String {
        guard text.utf8.count > Question.TextLimits.lengthMax else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(Question.TextLimits.lengthMax)))
    }
}

/// What came of asking for a survey.
enum Entry: Sendable {
    case conversation(Standing)
    /// There is nothing to be said but this, in a friendly way.
    case ended(Ended)

    struct Ended: Sendable {
        /// Stable: `completed`, `closed`, `not_open_yet`, `full`.
        var status: String
        var text: String
        var language: String
    }
}

/// Where a conversation is, and the messages of it that the client may not have.
struct Standing: Sendable {
    let session: SurveySession
    let conversation: Conversation
    let turns: [StoredTurn]
    private let step: SurveyStep
    /// The answer was sent before: this is what was said to it then.
    var isRepeated = false
    /// The session has just begun.
    var isNew = false
    /// This answer was the survey's last.
    var isEnd = false

    init(_ place: SessionPlace, _ turns: [StoredTurn]) {
        session = place.session
        conversation = place.conversation
        step = place.step
        self.turns = turns
    }

    /// Messages handed out at once: the longest that customers can cause are a few hundred kilobytes then.
    static let turnsMax = 50

    /// Whether there are more messages behind these.
    var isCut: Bool { turns.last.map { $0.seq < session.turns && !isRepeated } ?? false }

    var question: OpenQuestion? { step.openQuestion(of: conversation) }

    /// Whether there is nothing more to say for now.
    var isOver: Bool {
        guard conversation.place != .completed, let last = turns.last else { return conversation.place == .completed }
        // Who stopped and came back has not stopped any more, even if "stop" is sent again.
        return last.message.kind == .paused && last.seq == session.turns
    }

    func phrase(_ phrase: Phrase) -> String { step.phrase(phrase, in: conversation.language) }
}

extension Problem {
    static let sessionUnknown = Problem(.notFound, "session.unknown", "There is no such session.")
    static let invitationInvalid = Problem(
        .forbidden, "invitation.invalid", "This invitation is not for this survey, or was not made here.")
    static let invitationExpired = Problem(.forbidden, "invitation.expired", "This invitation has expired.")
    static let invitationNeeded = Problem(.forbidden, "invitation.needed", "This needs the link of your invitation.")
    static let customerNeeded = Problem(
        .forbidden, "customer.needed", "This survey is for customers who are known here: name one.")
    static let questionPassed = Problem(
        .conflict, "answer.question_passed", "Another question is open now. The answer was not taken.")
    static let conversationTooLong = Problem(
        .conflict, "session.too_long", "This conversation has become too long.")
}
