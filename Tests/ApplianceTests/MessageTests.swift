import FoundationEssentials
import Outbound
import Testing

@testable import Appliance

@Suite struct MessageTests {
    private func message(_ description: String, contact: String? = nil) -> Message {
        Message(
            id: "1", topic: "sales", description: description, contact: contact, status: .pending,
            createdAt: Timestamp(0))
    }

    private func topic(_ template: String) -> Topic {
        Topic(name: "sales", channels: ["log"], template: template, createdAt: Timestamp(0), changedAt: Timestamp(0))
    }

    @Test(
        "the subject is the first line, cut to 60 characters",
        arguments: [
            ("short", "short"), ("first\nsecond", "first"), ("\n\nfirst\r\nsecond", "first"), ("ä\nb", "ä"),
            (String(repeating: "a", count: 60), String(repeating: "a", count: 60)),
            (String(repeating: "a", count: 61), String(repeating: "a", count: 59) + "…"),
            (String(repeating: "ä", count: 60), String(repeating: "ä", count: 60)),
            (String(repeating: "ä", count: 61), String(repeating: "ä", count: 59) + "…"),
            (String(repeating: "👨‍👩‍👧‍👦", count: 61), String(repeating: "👨‍👩‍👧‍👦", count: 59) + "…"),
        ])
    func subject(_ description: String, _ expected: String) {
        #expect(message(description).notice(by: topic("x")).subject == "[sales] \(expected)")
    }

    @Test("the words are the topic's, with the message's own put in")
    func text() {
        let notice = message("Help {contact}", contact: "kari").notice(
            by: topic("{topic}: {description} from {contact|nobody} ({id}, {created_at})"))
        #expect(notice.text == "sales: Help {contact} from kari (1, 1970-01-01T00:00:00.000Z)")
        #expect(message("Help").notice(by: topic("{contact|nobody}")).text == "nobody")
    }

    @Test("a template that was stored and cannot be read any more does not keep a message")
    func brokenTemplate() {
        #expect(message("Help").notice(by: topic("{")).text.contains("Help"))
    }

    @Test("what a POST answers is what a GET shows, without deliveries")
    func json() throws {
        for contact in [nil, "\"quoted\"\n"] {
            let message = message("two\nlines \u{1}", contact: contact)
            let shown = JSON.text(MessageReport(message: message, deliveries: []))
            #expect(shown.replacing(#""deliveries":[],"#, with: "") == String(decoding: message.json, as: UTF8.self))
        }
    }
}
