/// The agents that a lane knows of, and its way to the one of a person: known, else found by address, then by name,
/// else made. A creation that fails may only mean that the name or address is taken: then looked for once more.
struct LaneAgents: Hashable, Sendable {
    enum Way: Hashable, Sendable {
        /// OurAPI's id.
        case known(String)
        case search(OurAPICall)
        case creation(OurAPICall)
        /// OurAPI will not have this person.
        case refused(code: String, detail: String)
        /// It could not be made, and is not there.
        case failed(OurAPIAnswer.Failure)
    }

    private enum Search: Hashable, Sendable {
        case byEmail, byName, creation
        case byEmailAgain(OurAPIAnswer.Failure), byNameAgain(OurAPIAnswer.Failure)
        case refused(code: String, detail: String)
        case failed(OurAPIAnswer.Failure)
    }

    /// An OurAPI that finds an agent and then denies it, over and over, is left alone for a while.
    static let lossesMax = 3

    /// Found, made or forgotten here, one for each address.
    private(set) var changed: [BridgeAgent] = []
    private(set) var adopted = 0
    private(set) var made = 0
    private var notes: [String] = []
    private var losses = 0
    private var known: [String: BridgeAgent]
    private var searches: [String: Search] = [:]

    /// - Parameter known: by e-mail address.
    init(_ known: [String: BridgeAgent]) { self.known = known }

    /// From whom the agent of this address can be made again.
    func person(_ email: String) -> BridgeAdvisor.Person? { known[email]?.person }

    func way(to person: BridgeAdvisor.Person) -> Way {
        if let id = known[person.email]?.id { return .known(id) }
        switch searches[person.email] ?? .byEmail {
        case .byEmail, .byEmailAgain: return .search(.findAgents(.email(person.email)))
        case .byName, .byNameAgain: return .search(.findAgents(.name(person.name)))
        case .creation: return .creation(.createAgent(person))
        case .refused(let code, let detail): return .refused(code: code, detail: detail)
        case .failed(let failure): return .failed(failure)
        }
    }

    /// Takes in what OurAPI said to the call that `way` asked for.
    mutating func heard(agents: [OurAPIAnswer.Agent], for person: BridgeAdvisor.Person) {
        if let agent = agents.min(by: { $0.id < $1.id }) { return adopt(agent, of: agents.count, for: person) }
        switch searches[person.email] ?? .byEmail {
        case .byEmail: searches[person.email] = .byName
        case .byName: searches[person.email] = .creation
        case .byEmailAgain(let failure): searches[person.email] = .byNameAgain(failure)
        case .byNameAgain(let failure): searches[person.email] = .failed(failure)
        case .creation, .refused, .failed: break
        }
    }

    mutating func heard(created id: String, for person: BridgeAdvisor.Person) {
        made += 1
        keep(BridgeAgent(person: person, id: id, matches: 1))
    }

    mutating func heard(creationRefused status: Int, _ detail: String, for person: BridgeAdvisor.Person) {
        searches[person.email] = .refused(code: String(status), detail: detail)
    }

    mutating func heard(creationFailed failure: OurAPIAnswer.Failure, for person: BridgeAdvisor.Person) {
        searches[person.email] = .byEmailAgain(failure)
    }

    /// OurAPI says that there is no such agent: it has to be looked for anew.
    ///
    /// - Returns: whether that has not been so too often.
    mutating func lose(_ person: BridgeAdvisor.Person) -> Bool {
        losses += 1
        keep(BridgeAgent(person: person, id: nil, matches: 0))
        return losses <= Self.lossesMax
    }

    /// What people should know, said once.
    mutating func takeNotes() -> [String] {
        defer { notes = [] }
        return notes
    }

    private mutating func adopt(_ agent: OurAPIAnswer.Agent, of matches: Int, for person: BridgeAdvisor.Person) {
        adopted += 1
        if matches > 1 { notes.append("OurAPI has \(matches) agents for one advisor; \(agent.id) is taken.") }
        if agent.email != person.email {
            notes.append("The agent \(agent.id) was found by name; OurAPI has another address for it.")
        }
        keep(BridgeAgent(person: person, id: agent.id, matches: matches))
    }

    private mutating func keep(_ agent: BridgeAgent) {
        known[agent.person.email] = agent
        searches[agent.person.email] = nil
        changed.removeAll { $0.person.email == agent.person.email }
        changed.append(agent)
    }
}
