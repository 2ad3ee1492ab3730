import FoundationEssentials
import Storage
import Web

/// A password as it is stored: `scrypt$ln=15,r=8,p=3$<salt>$<key>`, both in base64. What it cost stands with it, so
/// that a later version can ask for more and still read this.
struct PasswordHash: Equatable, Sendable {
    /// 32 MiB for some tenths of a second. N = 2^15 with p = 3 is worth as much against a guesser as N = 2^17 with
    /// p = 1, which would take 128 MiB. Half the memory with p = 5 would be worth the same again, but stay with the
    /// program: glibc keeps blocks below 32 MiB for later, and gives larger ones back at once (both were measured).
    static let costStandard = Scrypt.Cost(log2N: 15, r: 8, p: 3)
    static let saltBytes = 16

    let cost: Scrypt.Cost
    let salt: [UInt8]
    let key: [UInt8]

    var text: String {
        let (salt, key) = (Data(salt).base64EncodedString(), Data(key).base64EncodedString())
        return "scrypt$ln=\(cost.log2N),r=\(cost.r),p=\(cost.p)$\(salt)$\(key)"
    }

    init(cost: Scrypt.Cost, salt: [UInt8], key: [UInt8]) {
        self.cost = cost
        self.salt = salt
        self.key = key
    }

    /// Nil for what was not written by `text`, and for a cost that nobody could bear.
    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "scrypt", let cost = Self.cost(parts[1]), cost.isBearable,
            let salt = Data(base64Encoded: String(parts[2])), let key = Data(base64Encoded: String(parts[3])),
            !key.isEmpty
        else { return nil }
        self.init(cost: cost, salt: Array(salt), key: Array(key))
    }

    private static func cost(_ text: Substring) -> Scrypt.Cost? {
        let numbers = zip(text.split(separator: ","), ["ln=", "r=", "p="]).compactMap { part, name in
            part.hasPrefix(name) ? Int(part.dropFirst(name.count)) : nil
        }
        return numbers.count == 3 ? Scrypt.Cost(log2N: numbers[0], r: numbers[1], p: numbers[2]) : nil
    }
}

/// Hashes and checks passwords, on a thread that does nothing else.
struct Passwords: Sendable {
    let queue = ScryptQueue()
    let cost: Scrypt.Cost

    enum Verdict: Equatable, Sendable {
        case wrong
        /// `better`: what to store from now on, where today's cost is higher than that of what is stored.
        case right(better: PasswordHash?)
    }

    /// Who waits for it: places in the queue are shared out among them.
    enum Asker: Equatable, Sendable {
        /// Who has shown a mark, a ticket or a session, by what they are counted as.
        case known(String)
        case stranger(Peer)

        /// A customer of a provider has a /48 of IPv6 at most, and so 65,536 of the networks that others have one of.
        fileprivate var place: (source: String, line: ScryptQueue.Line) {
            switch self {
            case .known(let account): (account, .known)
            case .stranger(let peer): (peer.network(ipv4Bits: 32, ipv6Bits: 48).description, .strangers)
            }
        }
    }

    /// - Throws: `Problem` 503 while too many wait for the same.
    func hash(_ password: String, for asker: Asker) async throws(Problem) -> PasswordHash {
        var random = SystemRandomNumberGenerator()             // getrandom(2)
        let salt = (0..<PasswordHash.saltBytes).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        return PasswordHash(cost: cost, salt: salt, key: try await key(of: password, salt, cost, asker))
    }

    /// Takes as long where there is nothing to compare with as where there is.
    ///
    /// - Throws: `Problem` 503 while too many wait for the same.
    func check(
        _ password: String, against stored: PasswordHash?, for asker: Asker
    ) async throws(Problem) -> Verdict {
        let stored = stored ?? PasswordHash(cost: cost, salt: [], key: [])
        let key = try await key(of: password, stored.salt, stored.cost, asker)
        guard SHA256.areEqual(key, stored.key) else { return .wrong }
        return .right(better: stored.cost.work < cost.work ? try await hash(password, for: asker) : nil)
    }

    private func key(
        of password: String, _ salt: [UInt8], _ cost: Scrypt.Cost, _ asker: Asker
    ) async throws(Problem) -> [UInt8] {
        let (source, line) = asker.place, bytes = Password.bytes(password)
        guard let key = await queue.key(of: bytes, salt: salt, cost: cost, for: source, in: line)
        else { throw .passwordsBusy }
        return key
    }
}
