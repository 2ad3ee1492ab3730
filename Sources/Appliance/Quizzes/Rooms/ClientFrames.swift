import FoundationEssentials
import Web

/// What comes in over the WebSockets of a game.
enum ClientFrame {
    /// An answer of 200 characters, every byte of it escaped, and what stands around it.
    static let bytesMax = 4 << 10

    static func read<Frame: Decodable>(_ message: WebSocket.Message, as type: Frame.Type) throws(Problem) -> Frame {
        guard message.isText else { throw Problem(.badRequest, "frame.binary", "Send text.") }
        // Before anything else, for this runs on the loop: an answer is a list at most.
        guard JSONValue.isShallow(message.bytes, depthMax: 2),
            let frame = try? decoder.decode(Frame.self, from: Data(message.bytes))
        else {
            throw Problem(.badRequest, "frame.malformed", "This is not a JSON object with a type.")
        }
        return frame
    }

    /// One for all: it is never changed, and making one costs as much as decoding a small object.
    private static let decoder = JSONDecoder()
}

/// An object that a player sends.
struct PlayerFrame: Decodable {
    let type: String
    let question: String?
    let answer: JSONValue?
}

/// An object that a host sends.
struct HostFrame: Decodable {
    let type: String
    let seconds: Double?
    let player: Int?
    let name: String?

    var command: HostCommand {
        get throws(Problem) {
            switch type {
            case "start": return .start
            case "next": return .next
            case "skip": return .skip
            case "pause": return .pause
            case "resume": return .resume
            case "lock": return .lock
            case "unlock": return .unlock
            case "end": return .end
            case "extend":
                guard let seconds, (1...300).contains(seconds) else {
                    throw .invalid([FieldProblem("seconds", "Must be a number from 1 to 300.")])
                }
                return .extend(Int(seconds * 1_000))
            case "kick": return .kick(player: try playerNumber)
            case "unkick": return .unkick(player: try playerNumber)
            case "invite":
                guard let name else { throw .invalid([FieldProblem("name", "This field is required.")]) }
                return .invite(name)
            default:
                throw .frameUnknown(
                    "a command: start, next, skip, extend, pause, resume, lock, unlock, kick, unkick, invite or end")
            }
        }
    }

    private var playerNumber: Int {
        get throws(Problem) {
            guard let player else { throw .invalid([FieldProblem("player", "Must be the number of a player.")]) }
            return player
        }
    }
}

extension Problem {
    static func frameUnknown(_ wanted: String) -> Problem {
        Problem(.badRequest, "frame.unknown", "Send \(wanted).")
    }
}
