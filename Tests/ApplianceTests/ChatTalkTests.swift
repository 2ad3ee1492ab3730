import Testing
import Web

@testable import Appliance

/// The talk without a terminal and a network: what it does of each thing it hears.
@Suite struct ChatTalkTests {
    private static func bot(_ seq: Int, _ text: String, _ type: String = "question") -> ChatTalk.Event {
        .heard(ChatFrame(type: type, seq: seq, text: text))
    }

    private static func session(_ seq: Int) -> ChatTalk.Event {
        .heard(ChatFrame(type: "session", session: "s", seq: seq))
    }

    private static func said(_ text: String, _ number: Int) -> ChatTalk.Said {
        ChatTalk.Said(text: text, key: "k-\(number)", question: nil)
    }

    @Test(
        "what is done of each event, in order",
        arguments: [
            (
                "a conversation",
                [session(1), bot(1, "A?"), .said("a"), bot(2, "B?"), .said("b"), bot(3, "Bye", "end")],
                [
                    [], [.show("A?"), .ask], [.send(said("a", 1))], [.show("B?"), .ask], [.send(said("b", 2))],
                    [.show("Bye"), .leave(.done, canReturn: false)],
                ]
            ),
            (
                "the reply is heard once, however often it comes",
                [session(1), bot(1, "A?"), .said("a"), bot(2, "B?"), bot(2, "B?"), bot(1, "A?")],
                [[], [.show("A?"), .ask], [.send(said("a", 1))], [.show("B?"), .ask], [], []]
            ),
            (
                "an answer that was not taken is sent again under its key",
                [session(1), bot(1, "A?"), .said("a"), .lost("gone"), session(1), bot(2, "B?")],
                [
                    [], [.show("A?"), .ask], [.send(said("a", 1))],
                    [.tell("the connection was lost: gone"), .reconnect], [.send(said("a", 1))], [.show("B?"), .ask],
                ]
            ),
            (
                "an answer that was taken is not sent again",
                [session(1), bot(1, "A?"), .said("a"), .lost("gone"), session(2), bot(2, "B?")],
                [
                    [], [.show("A?"), .ask], [.send(said("a", 1))],
                    [.tell("the connection was lost: gone"), .reconnect], [], [.show("B?"), .ask],
                ]
            ),
            (
                "an answer typed while there is no connection is sent when there is one",
                [session(1), bot(1, "A?"), .lost("gone"), .said("a"), session(1)],
                [
                    [], [.show("A?"), .ask], [.tell("the connection was lost: gone"), .reconnect],
                    [.send(said("a", 1))], [.send(said("a", 1))],
                ]
            ),
            (
                "after a lost connection the prompt is shown again",
                [session(1), bot(1, "A?"), .lost("gone"), session(1)],
                [[], [.show("A?"), .ask], [.tell("the connection was lost: gone"), .reconnect], [.ask]]
            ),
            (
                "an answer that is refused is asked for again",
                [session(1), bot(1, "A?"), .said("a"), .heard(ChatFrame(type: "error", text: "No room."))],
                [[], [.show("A?"), .ask], [.send(said("a", 1))], [.tell("No room."), .ask]]
            ),
            (
                "a survey that is closed says so and ends",
                [.heard(ChatFrame(type: "end", text: "Closed."))],
                [[.show("Closed."), .leave(.done, canReturn: false)]]
            ),
            (
                "stop, and come back",
                [session(1), bot(1, "A?"), .said("stop"), bot(2, "See you", "paused")],
                [
                    [], [.show("A?"), .ask], [.send(said("stop", 1))],
                    [.show("See you"), .leave(.done, canReturn: true)],
                ]
            ),
            (
                "the end of the input leaves",
                [session(1), bot(1, "A?"), .left], [[], [.show("A?"), .ask], [.leave(.done, canReturn: true)]]
            ),
            (
                "taken over elsewhere",
                [session(1), .heard(ChatFrame(type: "taken_over", text: "Elsewhere."))],
                [[], [.tell("Elsewhere."), .leave(.done, canReturn: false)]]
            ),
            (
                "refused before there is a session",
                [.heard(ChatFrame(type: "error", text: "No."))], [[.tell("No."), .leave(.failed, canReturn: false)]]
            ),
            ("closed before there is a session", [.lost("no")], [[.tell("no"), .leave(.failed, canReturn: false)]]),
            (
                "no way back", [session(1), .gaveUp("no")],
                [[], [.tell("no"), .leave(.failed, canReturn: true)]]
            ),
            ("frames of a later version are passed over", [.heard(ChatFrame(type: "typing"))], [[]]),
        ] as [(String, [ChatTalk.Event], [[ChatTalk.Effect]])])
    func talk(_ claim: String, _ events: [ChatTalk.Event], _ expected: [[ChatTalk.Effect]]) {
        var talk = ChatTalk(keys: "k")
        #expect(events.map { talk.take($0) } == expected)
    }

    @Test("an answer names the question it was meant for")
    func question() throws {
        let frame = try #require(
            ChatFrame(Array(#"{"type":"question","seq":1,"text":"?","question":{"id":"q","kind":"text","required":true,"#
                .utf8) + Array(#""options":[],"number":1,"count":1}}"#.utf8)))
        var talk = ChatTalk(keys: "k")
        _ = talk.take(.heard(frame))
        _ = talk.take(.said("\"a\"\n"))
        #expect(talk.unanswered?.json == #"{"type":"answer","text":"\"a\"\n","key":"k-1","question":"q"}"#)
    }
}

@Suite struct ServerURLTests {
    @Test(
        "URLs of a program, and what they lead to",
        arguments: [
            ("http://127.0.0.1:8080", "127.0.0.1", 8080, false, "/x"),
            ("http://127.0.0.1:8080/", "127.0.0.1", 8080, false, "/x"),
            ("HTTPS://chat.example.com", "chat.example.com", 443, true, "/x"),
            ("ws://localhost", "localhost", 80, false, "/x"),
            ("wss://h:1/parley//", "h", 1, true, "/parley/x"),
            ("http://[::1]:80", "::1", 80, false, "/x"), ("http://[::1]", "::1", 80, false, "/x"),
        ] as [(String, String, Int, Bool, String)])
    func sound(_ text: String, _ host: String, _ port: Int, _ isSecure: Bool, _ target: String) throws {
        let url = try #require(ServerURL(text))
        #expect(url.socket("/x") == .init(host: host, port: port, target: target, isSecure: isSecure))
    }

    @Test(
        "what is no such URL",
        arguments: [
            "", "127.0.0.1:8080", "ftp://h", "http://", "http://:80", "http://h:0", "http://h:65536", "http://u@h",
            "http://h?x=1", "http://h/a b", "http://h/\r\n", "http://h h", "http://::1:80",
        ])
    func unsound(_ text: String) {
        #expect(ServerURL(text) == nil)
    }

    @Test("parameters are encoded, and left out without a value")
    func parameters() throws {
        let url = try #require(ServerURL("http://h"))
        let socket = url.socket("/c", [("a", "ž &=+/%\r"), ("b", nil), ("c", "1.~_-z")])
        #expect(socket.target == "/c?a=%C5%BE%20%26%3D%2B%2F%25%0D&c=1.~_-z")
    }
}
