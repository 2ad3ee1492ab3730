import Testing

@testable import Appliance

/// What a lane does about an OurAPI that fails, refuses and forgets.
@Suite struct LaneTroubleTests {
    /// A conversation that has got everything but its last events into OurAPI.
    private static func scene(then events: String...) -> LaneScene {
        var scene = LaneScene("S100", "M101 one", "M101 one", "T102 1>2", "M103 two", "E104")
        _ = scene.run()
        scene.events += laneEvents(events, after: 6)
        return scene
    }

    private static let all = "100 bob@x end 104: 101 one, 101 one, 103 two"

    @Test func whatIsInDoubtIsLookedAtFirst() {
        var scene = Self.scene(then: "M105 three")
        scene.mustVerify = true
        #expect(scene.run() == .done)
        #expect(scene.calls == ["chat?", "messages?", "post 105 three"])
        #expect(scene.report.wasVerified && !scene.report.hasForgotten && scene.report.notes == [])
    }

    @Test func aLostReportRepeatsNothing() {
        var scene = LaneScene("S100", "M101 one", "T102 1>2", "M103 two", "E104", "M105 x")
        let before = scene
        _ = scene.run()
        let ourAPI = scene.ourAPI
        scene = before
        scene.ourAPI = ourAPI
        scene.mustVerify = true
        #expect(scene.run() == .done)
        #expect(
            scene.calls == [
                "chat?", "email? ann@x", "update agent a1", "messages?", "email? bob@x", "update agent a2",
                "update end 104", "post 105 x",
            ])
        #expect(scene.settled == ["1 made", "2 made found", "3 made", "4 made found", "5 made", "6 refused 422"])
        #expect(scene.chat == "100 bob@x end 104: 101 one, 103 two")
        #expect(scene.report.tally.adopted == 1 && scene.report.tally.found == 2 && scene.report.wasVerified)
    }

    @Test(arguments: [false, true])
    func aChatThatOurAPIHasForgottenIsMadeAgain(_ mustVerify: Bool) {
        var scene = Self.scene(then: "M105 three")
        scene.mustVerify = mustVerify
        scene.ourAPI.chats = []
        #expect(scene.run() == .done)
        #expect(
            scene.calls == [
                mustVerify ? "chat?" : "post 105 three", "chat 100 a2 end 104", "post 101 one", "post 101 one",
                "post 103 two", "post 105 three",
            ])
        #expect(scene.chat == Self.all + ", 105 three")
        #expect(scene.report.hasForgotten && scene.report.wasVerified)
        #expect(scene.report.tally.remade == 1 && scene.report.tally.reposted == 3)
    }

    @Test(arguments: ["M105 three", "E105", "T105 1>2", "S99"])
    func oneThatHasForgottenEverythingGetsEverythingAgain(_ event: String) {
        var scene = LaneScene("S100", "M101 one", "M102 two")
        _ = scene.run()
        scene.events += laneEvents([event], after: 3)
        var untroubled = scene
        scene.ourAPI = OurAPIModel()
        scene.ourAPI.prefix = "new "
        #expect(scene.run() == .done)
        #expect(untroubled.run() == .done)
        #expect(scene.chat == untroubled.chat)
        #expect(scene.report.hasForgotten && scene.agents["ann@x"]?.id?.first == "n")
        #expect(scene.report.agents.filter { $0.person.email == "ann@x" }.count == 1)
    }

    @Test func theMessagesOfThisRunAreAmongThoseThatAreMadeAgain() {
        var scene = LaneScene("M101 one", "M102 two")
        var hasForgotten = false
        // After the first message everything is gone.
        let end = scene.run { call, _ in
            if call == "post 102 two", !hasForgotten {
                hasForgotten = true
                return .lost(OurAPIModel.noSuchChat)
            }
            return nil
        }
        // The model has the chat still, so it is adopted, with what it has.
        #expect(end == .done && scene.chat == "100 ann@x: 101 one, 102 two")
        #expect(scene.calls.suffix(4) == ["chat 100 a1", "chat?", "messages?", "post 102 two"])
        #expect(scene.report.hasForgotten)
    }

    @Test func missingMessagesArePostedAgainAndStrangersNoted() {
        var scene = Self.scene(then: "M103 two", "M105 three")
        scene.mustVerify = true
        scene.ourAPI.chats[0].messages = [
            .init(sentAt: 101, text: " one\u{A0}"), .init(sentAt: 103, text: "two"), .init(sentAt: 99, text: "one"),
        ]
        #expect(scene.run() == .done)
        // What was confirmed has the first claim on what is there.
        #expect(scene.calls == ["chat?", "messages?", "post 101 one", "post 103 two", "post 105 three"])
        #expect(scene.report.hasForgotten && scene.report.notes.count == 1)
        #expect(scene.report.tally.reposted == 1 && scene.report.tally.found == 0)
    }

    @Test(arguments: [
        (OurAPIAnswer.Chat(id: "a9", startedAt: 100, endedAt: 104, agent: "a2"), ["messages?"]),
        (.init(id: "a9", startedAt: 90, endedAt: 104, agent: "a2"), ["update start 100", "messages?"]),
        (.init(id: "a9", startedAt: 90, endedAt: 91, agent: "a1"), ["update start 100 agent a2 end 104", "messages?"]),
    ])
    func aChatThatIsNotAsItWasIsPutRight(_ chat: OurAPIAnswer.Chat, _ calls: [String]) {
        var scene = Self.scene()
        scene.mustVerify = true
        scene.conversation.made.chat = "a9"
        scene.ourAPI.chats[0].id = "a9"
        scene.ourAPI.chats[0].startedAt = chat.startedAt!
        scene.ourAPI.chats[0].endedAt = chat.endedAt
        scene.ourAPI.chats[0].agent = chat.agent
        #expect(scene.run() == .done)
        #expect(scene.calls == ["chat?"] + calls)
        #expect(scene.chat == Self.all && scene.report.wasVerified)
    }

    @Test func whatOurAPIDoesNotTellOfOurChatIsTakenToBeRight() {
        var scene = Self.scene()
        scene.mustVerify = true
        scene.ourAPI.isTalkative = false
        #expect(scene.run() == .done)
        #expect(scene.calls == ["chat?", "messages?"] && scene.report.wasVerified)
        // Not of one that somebody else made.
        scene.mustVerify = true
        scene.conversation.made.chat = "gone"
        #expect(scene.run() == .done)
        #expect(scene.calls == ["chat?", "update start 100 agent a2 end 104", "messages?"])
        #expect(scene.report.hasForgotten && scene.report.tally.adopted == 1)
    }

    @Test func ofSeveralChatsOursIsTakenAndElseTheSmallestId() {
        var scene = Self.scene()
        scene.mustVerify = true
        let ours = scene.ourAPI.chats[0].id
        var other = scene.ourAPI.chats[0]
        other.id = "b0"
        scene.ourAPI.chats.insert(other, at: 0)
        #expect(scene.run() == .done)
        #expect(scene.report.standing.chat == ours && scene.report.notes.count == 1 && !scene.report.hasForgotten)
        scene.mustVerify = true
        scene.conversation.made.chat = "gone"
        #expect(scene.run() == .done)
        #expect(scene.report.standing.chat == "b0" && scene.report.hasForgotten)
    }

    @Test func whatWasTransferredLastStaysSoThroughALookAtOurAPI() {
        var scene = Self.scene()
        scene.conversation.made.transferAt = 102
        scene.mustVerify = true
        #expect(scene.run() == .done)
        #expect(scene.report.standing.transferAt == 102)
    }

    @Test func aMessageThatOurAPIKeepsInAnotherFormIsNotSentAgain() {
        var scene = Self.scene()
        scene.mustVerify = true
        scene.ourAPI.chats[0].messages[0].text = "1"
        #expect(scene.run() == .done)
        #expect(!scene.calls.contains { $0.hasPrefix("post") } && scene.report.tally.reposted == 0)
        #expect(scene.report.wasVerified && !scene.report.hasForgotten)
    }

    @Test func aChatThatIsThereAlreadyIsAdopted() {
        var scene = LaneScene("S100", "M101 one")
        scene.ourAPI.chats = [
            .init(id: "f1", externalID: "17", startedAt: 90, messages: [.init(sentAt: 101, text: "one")])
        ]
        #expect(scene.run() == .done)
        #expect(scene.calls.suffix(4) == ["chat 100 a1", "chat?", "update start 100 agent a1", "messages?"])
        #expect(scene.settled == ["1 made", "2 made found"] && scene.report.standing.chat == "f1")
        #expect(scene.report.wasVerified && !scene.report.hasForgotten && scene.report.tally.adopted == 1)
    }

    @Test func oneThatIsThereAndIsNotIsAFailure() {
        var scene = LaneScene("M101 one")
        let end = scene.run { call, _ in
            call.hasPrefix("chat 100") ? .lost(.refused(status: 404, detail: "Already exists.")) : nil
        }
        #expect(
            end == .failed(.init(code: "404", detail: "Already exists.", mayHaveArrived: false, wasAnswered: true)))
        #expect(scene.report.trouble == .init(code: "404", detail: "Already exists.", event: nil))
        #expect(scene.run() == .done)
    }

    struct Failure: Sendable, CustomTestStringConvertible {
        var call: String
        var isDone: Bool
        var failure: OurAPIAnswer.Failure
        /// From the failing call on.
        var calls: [String]

        var testDescription: String { "\(failure.code) to \(call), done: \(isDone)" }
    }

    @Test(arguments: [
        Failure(call: "post 103 two", isDone: false, failure: .answered500, calls: ["messages?", "post 103 two"]),
        Failure(call: "post 103 two", isDone: true, failure: .answered500, calls: ["messages?"]),
        Failure(call: "post 103 two", isDone: false, failure: .answered503, calls: ["post 103 two"]),
        Failure(call: "chat 100 a1", isDone: false, failure: .answered500, calls: ["chat?", "chat 100 a1"]),
        Failure(call: "chat 100 a1", isDone: true, failure: .answered500, calls: ["chat?", "messages?"]),
        Failure(call: "chat 100 a1", isDone: false, failure: .answered503, calls: ["chat 100 a1"]),
        Failure(call: "make Bob", isDone: true, failure: .answered500, calls: ["email? bob@x"]),
        Failure(call: "email? bob@x", isDone: false, failure: .answered500, calls: ["email? bob@x"]),
        Failure(call: "name? Bob", isDone: false, failure: .answered500, calls: ["name? Bob"]),
        Failure(call: "update agent a2", isDone: true, failure: .answered500, calls: ["update agent a2"]),
        Failure(call: "update end 104", isDone: false, failure: .answered500, calls: ["update end 104"]),
    ])
    func anAnsweredFailureIsMetAtOnce(_ one: Failure) {
        var scene = LaneScene("S100", "M101 one", "T102 1>2", "M103 two", "E104")
        let trick = one.call
        let end = scene.run { call, before in
            guard call == trick, before == 0 else { return nil }
            return one.isDone ? .hidden(.failed(one.failure)) : .lost(.failed(one.failure))
        }
        #expect(end == .done)
        #expect(scene.chat == "100 bob@x end 104: 101 one, 103 two")
        let after = scene.calls.firstIndex(of: trick)! + 1
        #expect(scene.calls[after...].prefix(one.calls.count) == one.calls[...])
        #expect(scene.report.wasVerified && !scene.report.mustVerify && scene.report.trouble == nil)
    }

    @Test(arguments: [
        "chat 100 a1", "post 101 one", "update agent a2", "post 103 two", "update end 104", "make Bob", "email? bob@x",
    ], [true, false])
    func anUnansweredOneEndsTheRun(_ call: String, _ isDone: Bool) {
        var scene = LaneScene("S100", "M101 one", "T102 1>2", "M103 two", "E104")
        let end = scene.run { this, _ in
            guard this == call else { return nil }
            return isDone ? .hidden(.failed(.timeout)) : .lost(.failed(.timeout))
        }
        #expect(end == .failed(.timeout) && scene.calls.last == call)
        #expect(scene.report.trouble?.code == "timeout")
        #expect(scene.report.mustVerify == !["make Bob", "email? bob@x"].contains(call))
        let numbers: [String: Int64?] = ["chat 100 a1": nil, "post 101 one": 2, "post 103 two": 4, "update end 104": 5]
        #expect(scene.report.trouble?.event == numbers[call, default: 3])
        #expect(scene.run() == .done)
        #expect(scene.chat == "100 bob@x end 104: 101 one, 103 two")
    }

    @Test func whatCannotHaveArrivedIsNotInDoubt() {
        var scene = LaneScene("M101 one")
        _ = scene.run { call, _ in call.hasPrefix("post") ? .lost(.failed(.unreachable)) : nil }
        #expect(!scene.report.mustVerify && scene.report.wasVerified)
        #expect(scene.run() == .done)
        #expect(scene.calls == ["post 101 one"])
    }

    @Test func theThirdFailureEndsTheRun() {
        var scene = LaneScene("M101 one")
        let end = scene.run { call, _ in call.hasPrefix("post") ? .lost(.failed(.answered500)) : nil }
        #expect(end == .failed(.answered500))
        #expect(
            scene.calls.suffix(5) == ["post 101 one", "messages?", "post 101 one", "messages?", "post 101 one"])
        #expect(scene.report.mustVerify && !scene.report.wasVerified && scene.report.trouble?.event == 1)
    }

    @Test func aTakenNameThatNobodyHasIsAFailure() {
        var scene = LaneScene("M101 one")
        let end = scene.run { call, _ in call == "make Ann" ? .lost(.failed(.answered500)) : nil }
        #expect(end == .failed(.answered500))
        #expect(scene.calls == ["email? ann@x", "name? Ann", "make Ann", "email? ann@x", "name? Ann"])
        #expect(!scene.report.mustVerify && scene.report.trouble?.event == nil)
    }

    @Test func anAgentThatIsDeniedOverAndOverIsAFailure() {
        var scene = LaneScene("M101 one")
        let end = scene.run { call, _ in call.hasPrefix("chat 100") ? .lost(OurAPIModel.noSuchAgent) : nil }
        guard case .failed(let failure) = end else {
            Issue.record("It ended as \(end).")
            return
        }
        #expect(failure.code == "400" && scene.report.hasForgotten)
        #expect(scene.calls.filter { $0.hasPrefix("chat 100") }.count == LaneAgents.lossesMax + 1)
        #expect(scene.report.agents.map(\.id) == [nil])
    }

    struct Refusal: Sendable {
        var call: String
        var status: Int
        var settled: String?
        var end: Lane.End = .done
    }

    private static func failed(_ status: Int) -> Lane.End {
        .failed(.init(code: String(status), detail: "No.", mayHaveArrived: false, wasAnswered: true))
    }

    @Test(arguments: [
        Refusal(call: "post 101 one", status: 422, settled: "2 refused 422"),
        Refusal(call: "post 101 one", status: 413, settled: "2 refused 413"),
        Refusal(call: "update end 104", status: 422, settled: "5 refused 422"),
        Refusal(call: "update end 104", status: 400, settled: nil, end: failed(400)),
        Refusal(call: "update agent a2", status: 422, settled: "3 refused 422"),
        Refusal(call: "make Bob", status: 422, settled: "3 refused 422"),
        Refusal(call: "email? bob@x", status: 422, settled: "3 made"),
        Refusal(call: "chat 100 a1", status: 422, settled: nil, end: .refused(code: "422", detail: "No.")),
        // Somebody in front of OurAPI.
        Refusal(call: "post 101 one", status: 403, settled: nil, end: failed(403)),
        Refusal(call: "chat 100 a1", status: 401, settled: nil, end: failed(401)),
        Refusal(call: "email? bob@x", status: 404, settled: nil, end: failed(404)),
        Refusal(call: "post 101 one", status: 405, settled: nil, end: failed(405)),
        Refusal(call: "post 101 one", status: 400, settled: nil, end: failed(400)),
        Refusal(call: "chat 100 a1", status: 405, settled: nil, end: failed(405)),
        Refusal(call: "update end 104", status: 409, settled: nil, end: failed(409)),
        Refusal(call: "make Bob", status: 400, settled: nil, end: failed(400)),
    ])
    func aRefusalStandsInTheWayOfNothingElse(_ one: Refusal) {
        var scene = LaneScene("S100", "M101 one", "T102 1>2", "M103 two", "E104")
        let end = scene.run { call, _ in
            call == one.call ? .lost(.refused(status: one.status, detail: "No.")) : nil
        }
        #expect(end == one.end)
        if let settled = one.settled {
            #expect(scene.settled.count == 5 && scene.settled.contains(settled))
            #expect(scene.report.trouble == nil)
        } else {
            #expect(scene.report.trouble?.code == String(one.status))
        }
    }

    @Test func aChatThatCannotBePutRightIsGoneOnWith() {
        var scene = Self.scene(then: "M105 three")
        scene.mustVerify = true
        scene.ourAPI.chats[0].startedAt = 90
        let end = scene.run { call, _ in
            call.hasPrefix("update") ? .lost(.refused(status: 422, detail: "No.")) : nil
        }
        #expect(end == .done && scene.settled == ["7 made"])
        #expect(!scene.report.wasVerified && !scene.report.mustVerify && scene.report.notes.count == 1)
    }

    @Test(arguments: [OurAPIAnswer.done, .created("c9"), .messages([]), .chats([]), .agents([])])
    func anAnswerToSomethingElseIsAFailure(_ answer: OurAPIAnswer) {
        for call in ["email? ann@x", "make Ann", "chat 100 a1", "chat?", "messages?"] {
            var scene = LaneScene("M101 one")
            if call != "chat 100 a1" {
                scene.mustVerify = true
                scene.ourAPI.chats = [.init(id: "f1", externalID: "17", startedAt: 100)]
            }
            let isRight =
                switch (call, answer) {
                case ("email? ann@x", .agents), ("make Ann", .created), ("chat 100 a1", .created), ("chat?", .chats),
                    ("messages?", .messages):
                    true
                default: false
                }
            guard !isRight else { continue }
            let end = scene.run { this, before in this == call && before < 3 ? .lost(answer) : nil }
            guard case .failed(let failure) = end else {
                Issue.record("\(call) ended as \(end).")
                continue
            }
            #expect(failure.code == "unexpected_answer")
        }
    }

    /// Whatever the call after which a run is cut off: what is stored is enough to go on with.
    @Test func aRunCanBeCutOffAfterAnyCall() {
        for isForgotten in [false, true] {
            for cut in 1...20 {
                var scene = Self.scene(then: "M105 three", "T106 2>3", "M107 four")
                scene.mustVerify = true
                if isForgotten { scene.ourAPI = OurAPIModel() }
                var lane = scene.lane
                var calls = 0
                while calls < cut {
                    switch lane.next() {
                    case .loadMade: lane.load(made: scene.made)
                    case .call(let call):
                        lane.heard(scene.ourAPI.answer(call), to: call)
                        calls += 1
                    case .ended: calls = cut
                    }
                }
                scene.store(lane.report)
                #expect(scene.run() == .done)
                #expect(scene.chat == "100 cid@x end 104: 101 one, 101 one, 103 two, 105 three, 107 four", "\(cut)")
            }
        }
    }
}
