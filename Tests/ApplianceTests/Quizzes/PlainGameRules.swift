@testable import Appliance

extension PlainGame {
    /// What comes of it, in the words of `GameAtPlay`.
    ///
    /// - Parameter landing: when what comes of it is stored.
    mutating func take(_ input: GameInput, at now: Int, landing: Int) -> String {
        switch input {
        case .join(let name, _): join(name.text, landing)
        case .answer(let player, let id, let said, let allowance): answer(player, id, said, allowance, now)
        case .next(let player): next(player, now, landing)
        case .command(let command): obey(command, now, landing)
        case .time: pass(now, landing)
        }
    }

    private mutating func join(_ name: String, _ landing: Int) -> String {
        if phase == .finished { return "!game.finished" }
        if isLocked { return "!game.locked" }
        if here.count >= quiz.playersMax { return "!game.full" }
        if quiz.hasLobby && phase != .lobby && !quiz.letsJoinLate { return "!game.begun" }
        if people.values.contains(where: { $0.name.lowercased() == name.lowercased() }) { return "!name.taken" }
        if hostNames.contains(where: { $0.lowercased() == name.lowercased() }) { return "!name.reserved" }
        sequence += 1
        people[people.count + 1] = Person(name: name, joined: sequence)
        return "1"
    }

    private mutating func answer(
        _ player: Int, _ id: String?, _ said: JSONValue, _ allowance: Int, _ now: Int
    ) -> String {
        guard let person = people[player] else { return "!player.unknown" }
        if person.isKicked { return "!player.kicked" }
        let open = open(player)
        var target = open
        if let id {
            target = quiz.questions.firstIndex { $0.id == id }
            if let target, target != open, isHosted, phase == .question || phase == .reveal,
                order(player).prefix(place + 1).contains(target),
                !person.answers.contains(where: { $0.question == target })
            {
                return "!answer.late"
            }
        }
        if let target, person.answers.contains(where: { $0.question == target }) { return "again \(target)" }
        guard let open else { return "!question.none" }
        if target != open { return "!question.unknown" }
        if isPaused || isReturning { return "!game.paused" }
        if now < (isHosted ? phaseAt : person.shownAt!) { return "!question.none" }
        let question = quiz.questions[open]
        let gone = isHosted ? elapsed(at: now) : now - person.shownAt!
        let elapsed = max(0, gone - max(0, min(150, allowance)) - person.credit)
        if elapsed > question.limit + extended {
            if isHosted { return "!answer.late" }
            miss(player, open, elapsed)
            return "1"
        }
        guard let plain = PlainAnswer(said, to: question) else { return "!answer.invalid" }
        let length = row(person, player, before: open) + 1
        let bonus =
            plain.isRight && quiz.scoring != .none
            ? quiz.streak.map { length == 1 ? 0 : min($0.max, $0.step * (length - 1)) } ?? 0 : 0
        sequence += 1
        people[player]!.answers.append(
            Given(
                question: open, sequence: sequence, json: plain.json, counted: plain.counted, isRight: plain.isRight,
                points: plain.points(quiz.scoring, question, elapsed), bonus: bonus, elapsed: elapsed))
        people[player]!.shownAt = nil
        return "1"
    }

    private mutating func miss(_ player: Int, _ question: Int, _ elapsed: Int) {
        sequence += 1
        people[player]!.answers.append(
            Given(
                question: question, sequence: sequence, json: nil, counted: [], isRight: false, points: 0, bonus: 0,
                elapsed: elapsed))
        people[player]!.shownAt = nil
    }

    private mutating func next(_ player: Int, _ now: Int, _ landing: Int) -> String {
        guard let person = people[player] else { return "!player.unknown" }
        if person.isKicked { return "!player.kicked" }
        if isHosted { return "!game.hosted" }
        if phase == .lobby { return "!game.not_begun" }
        if phase == .finished { return "!game.finished" }
        if person.answers.count == count { return "-" }
        var changes = 0
        if let shownAt = person.shownAt {
            if now - shownAt < 1_000 { return "-" }
            miss(player, open(player)!, now - shownAt)
            changes += 1
        }
        if people[player]!.answers.count < count {
            people[player]!.shownAt = landing
            changes += 1
        }
        return String(changes)
    }

    private mutating func obey(_ command: HostCommand, _ now: Int, _ landing: Int) -> String {
        if phase == .finished { return "!game.finished" }
        switch command {
        case .start:
            if phase != .lobby { return "!game.not_in_lobby" }
            begin(landing)
        case .next:
            if phase == .lobby { return "!game.not_begun" }
            if phase == .question { return "!question.open" }
            if phase == .running { return "!game.self_paced" }
            goOn(landing)
        case .skip:
            if !isHosted { return "!game.self_paced" }
            if phase == .lobby { return "!game.not_begun" }
            if phase == .reveal { return "!question.none" }
            reveal(now, landing)
        case .extend(let more):
            if !isHosted { return "!game.self_paced" }
            if phase == .lobby { return "!game.not_begun" }
            if phase == .reveal { return "!question.none" }
            if more < 1_000 || more > 300_000 { return "!extension.invalid" }
            if extended + more > 600_000 { return "!extension.too_long" }
            written = elapsed(at: now)
            extended += more
        case .pause:
            if !isHosted { return "!game.self_paced" }
            if isPaused { return "!game.paused" }
            written = elapsed(at: now)
            isPaused = true
            (isReturning, returnEnds) = (false, nil)
            if let last = runs.last, last.to == nil { runs[runs.count - 1].to = max(last.from, now) }
        case .resume:
            if !isHosted { return "!game.self_paced" }
            if !isPaused && !isReturning { return "!game.not_paused" }
            written = elapsed(at: now)
            if isPaused { resumedAt = landing }
            isPaused = false
            (isReturning, returnEnds) = (false, nil)
            if phase == .question { runs.append((landing, nil)) }
        case .lock, .unlock:
            if isLocked == (command == .lock) { return "-" }
            written = elapsed(at: now)
            isLocked = command == .lock
        case .end: finish(elapsed(at: now), landing)
        case .kick(let player), .unkick(let player):
            guard let person = people[player] else { return "!player.unknown" }
            if person.isKicked == (command == .kick(player: player)) { return "-" }
            people[player]!.isKicked.toggle()
            lookForMissing(at: landing)
        case .invite(let name):
            if hostNames.count == 16 { return "!game.hosts_full" }
            if (hostNames + people.values.map(\.name)).contains(where: { $0.lowercased() == name.lowercased() }) {
                return "!name.taken"
            }
            hostNames.append(name)
        }
        return "1"
    }

    private mutating func pass(_ now: Int, _ landing: Int) -> String {
        guard let due, now >= due else { return "-" }
        if !isHosted {
            if phase == .lobby, let startsAt, startsAt <= closesAt ?? .max { begin(landing) } else {
                finish(elapsed(at: now), landing)
            }
        } else if phase == .lobby {
            begin(landing)
        } else if phase == .reveal {
            goOn(landing)
        } else if isReturning {
            written = elapsed(at: now)
            (isReturning, returnEnds) = (false, nil)
            runs.append((landing, nil))
        } else {
            reveal(now, landing)
        }
        return "1"
    }

    /// When something happens by itself.
    var due: Int? {
        if phase == .finished || isPaused { return nil }
        if !isHosted { return [closesAt, phase == .lobby ? startsAt : nil].compactMap(\.self).min() }
        switch phase {
        case .lobby: return [startsAt, firstPlayerAt.flatMap { first in alone.map { max($0, first, resumedAt) } }]
            .compactMap(\.self).min()
        case .question:
            if isReturning { return returnEnds }
            return runs.last.map { $0.from + limit + 150 - base - runs.dropLast().reduce(0) { $0 + $1.to! - $1.from } }
        default:
            let goesByItself = (quiz.lobbyLasts != nil || !quiz.hasLobby) && !hadHost && !here.isEmpty
            let from = goesByItself ? hostLeft : alone
            return from.map { max($0, phaseAt, resumedAt) + quiz.revealLasts }
        }
    }

    private var startsAt: Int? {
        guard let firstPlayerAt else { return nil }
        let lasts = quiz.hasLobby || !isHosted ? quiz.lobbyLasts : 0
        return lasts.map { max(firstPlayerAt, resumedAt) + $0 }
    }

    /// From when on nobody waits for a host.
    private var alone: Int? {
        hostsPresent > 0 || here.isEmpty ? nil : quiz.withoutHostLasts.map { hostLeft + $0 }
    }

    private mutating func begin(_ landing: Int) {
        if isHosted { ask(0, landing) } else { enter(.running, landing) }
    }

    private mutating func goOn(_ landing: Int) {
        if place + 1 == count { finish(written, landing) } else { ask(place + 1, landing) }
    }

    private mutating func ask(_ place: Int, _ landing: Int) {
        enter(.question, landing)
        self.place = place
        (extended, written, base, runs) = (0, 0, 0, [(landing, nil)])
    }

    private mutating func reveal(_ now: Int, _ landing: Int) {
        written = elapsed(at: now)
        enter(.reveal, landing)
        (base, runs) = (written, [])
    }

    private mutating func finish(_ played: Int, _ landing: Int) {
        written = played
        enter(.finished, landing)
        (base, runs) = (written, [])
    }

    private mutating func enter(_ phase: GameStanding.Phase, _ landing: Int) {
        if isPaused { resumedAt = landing }
        (self.phase, phaseAt, isPaused) = (phase, landing, false)
        (isReturning, returnEnds) = (false, nil)
        guard playedBefore != nil else { return }
        playedBefore = nil
        for number in people.keys { (people[number]!.credit, people[number]!.isMissing) = (0, false) }
    }
}

/// An answer judged without any cleverness; of texts it knows only what the simulations say.
struct PlainAnswer {
    var json = ""
    var counted: [String] = []
    var isRight = false
    /// Of `several`: how many of how many.
    private var net = 0
    private var of = 1

    init?(_ said: JSONValue, to question: QuizQuestion) {
        switch (question.kind, said) {
        case (.single(let options, let right), .text(let id)):
            guard options.map(\.id).contains(id) else { return nil }
            (json, counted, isRight) = ("\"\(id)\"", [id], id == right)
        case (.several(let options, let right), .list(let list)):
            var picked: [String] = []
            for case .text(let id) in list { picked.append(id) }
            guard !picked.isEmpty, Set(picked).count == list.count, picked.allSatisfy(options.map(\.id).contains) else {
                return nil
            }
            counted = options.map(\.id).filter(picked.contains)
            json = "[\(counted.map { "\"\($0)\"" }.joined(separator: ","))]"
            isRight = Set(picked) == right
            let good = Set(picked).intersection(right).count
            (net, of) = (max(0, good - (picked.count - good)), right.count)
            return
        case (.trueFalse(let right), .truth(let truth)):
            (json, counted, isRight) = ("\(truth)", ["\(truth)"], truth == right)
        case (.typed(let variants), .text(let text)):
            (json, counted, isRight) = ("\"\(text)\"", [text.lowercased()], variants.contains(text.lowercased()))
        case (.number(let right, let tolerance), .number(let number)):
            (json, counted) = ("\(Int(number))", ["\(Int(number))"])
            isRight = abs(number - right) <= tolerance
        default: return nil
        }
        net = isRight ? 1 : 0
    }

    func points(_ scoring: Scoring, _ question: QuizQuestion, _ elapsed: Int) -> Int {
        let full = Double(question.points), time = Double(min(elapsed, question.limit)), limit = Double(question.limit)
        let points =
            switch scoring {
            case .classic: !isRight ? 0 : elapsed < 500 ? full : full * (2 * limit - time) / (2 * limit)
            case .linear: isRight ? full * (limit - time) / limit : 0
            case .flat: isRight ? full : 0
            case .partial: full * Double(net) / Double(of)
            case .negative: isRight ? full : -full / 2
            case .none: 0.0
            }
        return Int(points.rounded(.toNearestOrAwayFromZero))
    }
}
