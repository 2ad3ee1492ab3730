import Synchronization
import Web

/// What players and hosts say.
extension Room {
    /// Inputs of one player that may wait: whoever sends more at once is not a person.
    private static let waitingMax: UInt8 = 8
    /// Commands of all hosts that may wait.
    private static let commandsWaitingMax = 32

    func hear(_ message: WebSocket.Message, from number: Int, _ socket: isolated WebSocket) {
        let input: GameInput, question: String?
        do throws(Problem) {
            let frame = try ClientFrame.read(message, as: PlayerFrame.self)
            question = frame.question
            switch frame.type {
            case "answer":
                guard let answer = frame.answer else { throw .frameUnknown(Self.playerFrames) }
                let allowance = (socket.roundTrip ?? .zero) / .milliseconds(1)
                input = .answer(
                    player: number, question: frame.question, answer,
                    allowance: min(GameStep.allowanceMax, Int(allowance)))
            case "next": input = .next(player: number)
            default: throw .frameUnknown(Self.playerFrames)
            }
        } catch {
            return socket.push(GameFrame.error(error))
        }
        let isHeard = state.withLock { state -> Bool? in
            // Whoever was sent away, or plays on another screen, is not heard.
            guard state.seats[number - 1] == socket else { return nil }
            guard state.waiting[number - 1] < Self.waitingMax else { return false }
            state.waiting[number - 1] += 1
            return true
        }
        switch isHeard {
        case true?: submit(input, .player(number))
        case false?: socket.push(GameFrame.error("answer.flood", "Wait for the verdict.", question: question))
        case nil: break
        }
    }

    func hear(_ message: WebSocket.Message, fromHost number: Int, _ socket: WebSocket) {
        do throws(Problem) {
            let frame = try ClientFrame.read(message, as: HostFrame.self), command = try frame.command
            let isHeard = state.withLock { state -> Bool? in
                guard state.hostSeats[number] == socket else { return nil }
                guard state.commandsWaiting < Self.commandsWaitingMax else { return false }
                state.commandsWaiting += 1
                return true
            }
            switch isHeard {
            case true?: submit(.command(command), .host(number, socket, command: frame.type))
            case false?: socket.push(GameFrame.error("command.flood", "Wait for what came of the last."))
            case nil: break
            }
        } catch {
            socket.push(GameFrame.error(error))
        }
    }

    private static let playerFrames = #"{"type":"answer","answer":…} or {"type":"next"}"#
}
