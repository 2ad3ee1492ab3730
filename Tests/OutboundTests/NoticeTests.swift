import FoundationEssentials
import Testing

@testable import Outbound

@Suite struct NoticeTests {
    @Test("a notice survives its payload, whatever its texts hold", arguments: [
        "", "plain", "s\"\\/", "l1\nl2\r\t", "\u{0}\u{1}\u{1F}\u{7F}", "ä€😀", "\u{2028}",
    ])
    func payload(_ text: String) throws {
        let notice = Notice(type: "t", subject: text, text: text, data: ["k": text, "\(text)2": "x"])
        #expect(Notice(payload: notice.payload) == notice)
        let plain = try JSONDecoder().decode(Plain.self, from: Data(notice.payload.utf8))
        #expect(plain.text == text && plain.data["k"] == text)
    }

    @Test("equal notices have equal payloads")
    func order() {
        let data = ["b": "1", "a": "2", "c": "3"]
        #expect(Notice(subject: "s", text: "t", data: data).payload
            == #"{"type":"notice","subject":"s","text":"t","data":{"a":"2","b":"1","c":"3"}}"#)
    }

    @Test("what is no notice is none", arguments: [
        "", "{}", "[]", #"{"type":"t","subject":"s","text":"x"}"#, #"{"type":"t","subject":"s","text":"x","data":[]}"#,
        #"{"type":"t","subject":"s","text":7,"data":{}}"#, #"{"type":"t","subject":"s","text":"x","data":{}"#,
    ])
    func refused(_ payload: String) { #expect(Notice(payload: payload) == nil) }

    @Test("null stands for a text that is missing")
    func null() {
        var writer = JSONWriter(capacity: 8)
        writer.open()
        writer.field("a", nil as String?)
        writer.field("b", "x")
        writer.close()
        #expect(writer.text == #"{"a":null,"b":"x"}"#)
    }

    private struct Plain: Decodable { let text: String; let data: [String: String] }
}
