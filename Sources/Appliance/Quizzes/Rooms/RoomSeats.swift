import Outbound
import Synchronization
import Web

/// Who is there: players, hosts and screens come and go.
extension Room {
    /// Shows the game to a player, and takes what they do, until the socket ends.
    func play(_ number: Int, _ socket: isolated WebSocket) async {
        var isNew = true
        repeat {
            guard let sequence = seat(number, socket, isNew: isNew) else { return }
            let replay = await players.subscribe(socket, since: sequence, as: number)
            catchUp(number, socket, since: sequence)
            if replay == .complete { break }
            isNew = false
        } while true
        socket.ping()
        for await message in socket.messages { hear(message, from: number, socket) }
        state.withLock { state in
            guard state.seats[number - 1] == socket else { return }
            state.seats[number - 1] = nil
            state.game.presence(of: number, false, at: house.clock.now())
            boardChanged(&state)
            setAlarm(&state)
        }
    }

    /// Gives the player's seat to this socket: who sat there before is told, and the newest hears how things stand.
    ///
    /// - Parameter isNew: it has not been told yet. One that has, and has to be told anew, must still have the seat.
    /// - Returns: the number of the last message that the welcome covers; nil if there is no place in the game for
    ///   them.
    private func seat(_ number: Int, _ socket: WebSocket, isNew: Bool) -> Int? {
        state.withLock { state in
            let game = state.game
            guard isNew || state.seats[number - 1] == socket else { return nil }
            if game.players[number - 1].isKicked {
                socket.push(GameFrame.notice("kicked", "The host has removed you from the game."))
                socket.close(.kicked, "kicked")
                return nil
            }
            takeOver(from: state.seats[number - 1], to: socket, "You play on another screen now.")
            state.seats[number - 1] = socket
            state.touchedAt = house.clock.now()
            game.presence(of: number, true, at: state.touchedAt)
            socket.push(welcome(player: number, state))
            if game.standing.phase == .finished {
                socket.push(game.ending(of: number))
                state.seats[number - 1] = nil
                game.presence(of: number, false, at: state.touchedAt)
                return nil
            }
            state.arriving.insert(socket)
            boardChanged(&state)
            setAlarm(&state)
            return players.sequence
        }
    }

    /// The socket listens now: tells it the board that was told while it was on its way. Messages with something for
    /// each listener are in no history.
    func catchUp(_ number: Int, _ socket: WebSocket, since sequence: Int) {
        state.withLock { state in
            state.arriving.remove(socket)
            guard state.seats[number - 1] == socket, state.board.sequence > sequence else { return }
            if let board = state.board.whole(for: number) { socket.push(board) }
        }
    }

    /// Shows the game to a host, and takes commands, until the socket ends.
    func host(_ number: Int, _ socket: isolated WebSocket) async {
        var isNew = true
        repeat {
            guard let sequence = seatHost(number, socket, isNew: isNew) else { return }
            let replay = await hosts.subscribe(socket, since: sequence)
            _ = state.withLock { $0.arriving.remove(socket) }
            if replay == .complete { break }
            isNew = false
        } while true
        for await message in socket.messages { hear(message, fromHost: number, socket) }
        state.withLock { state in
            guard state.hostSeats[number] == socket else { return }
            state.hostSeats[number] = nil
            state.game.hostPresence(-1, at: house.clock.now())
            setAlarm(&state)
        }
    }

    /// The same as `seat` for a host.
    private func seatHost(_ number: Int, _ socket: WebSocket, isNew: Bool) -> Int? {
        state.withLock { state in
            guard isNew || state.hostSeats[number] == socket else { return nil }
            socket.push(welcome(.host, state))
            if state.game.standing.phase == .finished {
                socket.push(state.game.finishFrame(for: .host).message)
                return nil
            }
            takeOver(from: state.hostSeats[number], to: socket, "You host on another screen now.")
            if state.hostSeats[number] == nil { state.game.hostPresence(1, at: house.clock.now()) }
            state.hostSeats[number] = socket
            state.arriving.insert(socket)
            setAlarm(&state)
            return hosts.sequence
        }
    }

    /// Who sat there before hears why it ends.
    private func takeOver(from old: WebSocket?, to new: WebSocket, _ text: String) {
        guard let old, old != new else { return }
        old.push(GameFrame.notice("taken_over", text))
        old.close(.takenOver, "taken over by another connection")
    }

    /// Shows the game to a room, until the socket ends. What a screen says is not heard.
    func watch(_ socket: isolated WebSocket) async {
        repeat {
            let sequence = state.withLock { state -> Int? in
                socket.push(welcome(.screen, state))
                if state.game.standing.phase == .finished {
                    socket.push(state.game.finishFrame(for: .screen).message)
                    return nil
                }
                state.screens.insert(socket)
                state.arriving.insert(socket)
                return screens.sequence
            }
            guard let sequence else { break }
            let replay = await screens.subscribe(socket, since: sequence)
            _ = state.withLock { $0.arriving.remove(socket) }
            if replay == .complete { break }
        } while true
        for await _ in socket.messages {}
        _ = state.withLock { $0.screens.remove(socket) }
    }

    private func welcome(player number: Int, _ state: RoomState) -> WebSocket.Message {
        let game = state.game, player = game.players[number - 1], now = times
        return GameFrame.message("welcome", sequence: players.sequence) { writer in
            writer.field("player", house.key.token(for: .player(game: head.id, number: number)))
            writer.field("number", number)
            writer.field("name", player.name)
            writer.name("game")
            game.write(to: &writer)
            writer.field("you", game.ownResult(of: player))
            writer.name("question")
            game.writeQuestion(now, .player(number), to: &writer)
            writer.name("verdict")
            if let last = player.last, let verdict = game.verdict(of: number, on: last.question) {
                writer.open()
                writer.fields(of: verdict, quiz.questions[last.question], showsRank: quiz.showsBoard)
                writer.close()
            } else {
                writer.null()
            }
            game.writeStage(.player(number), to: &writer)
        }
    }

    private func welcome(_ audience: Audience, _ state: RoomState) -> WebSocket.Message {
        let game = state.game, now = times
        return GameFrame.message("welcome") { writer in
            writer.name("game")
            game.write(to: &writer)
            writer.field("answered", game.answeredCount)
            writer.field("present", game.playersPresent)
            writer.name("question")
            game.writeQuestion(now, audience, to: &writer)
            game.writeStage(audience, to: &writer)
        }
    }
}

extension Game {
    /// `"reveal", "top"`.
    fileprivate func writeStage(_ audience: Audience, to writer: inout JSONWriter) {
        writer.name("reveal")
        writeReveal(to: &writer)
        writer.name("top")
        if seesBoard(audience) { writeTop(to: &writer) } else { writer.null() }
    }
}
