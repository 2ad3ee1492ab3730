import Testing

@testable import Outbound

@Suite struct ExcerptTests {
    @Test(
        "what is kept of an answer",
        arguments: [
            ("ok", "ok"), ("  a\r\n\tb\u{0}c ", "a b c"), ("a\u{200b}\u{202e}b", "a b"), ("", ""), ("\n", ""),
            (String(repeating: "ä", count: 400), String(repeating: "ä", count: 300)),
            ("url https://hooks.example/T0/secret!", "url [secret]!"), ("path /T0/secret", "path [secret]"),
            ("/T0/secret/T0/secret", "[secret][secret]"), ("almost /T0/secre", "almost /T0/secre"),
        ])
    func clean(_ text: String, gives expected: String) {
        #expect(Excerpt.clean(text, without: ["https://hooks.example/T0/secret", "/T0/secret", "ok"]) == expected)
    }

    @Test("a secret that the cut would leave half of is gone all the same")
    func secretAtTheCut() {
        let secret = String(repeating: "s", count: 40)
        let kept = Excerpt.clean(String(repeating: "x", count: 290) + secret, without: [secret])
        #expect(!kept.contains("ss"))
    }
}

@Suite struct CalendarTimeTests {
    @Test(
        "a moment, in both forms",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z", "Thu, 1 Jan 1970 00:00:00 +0000"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z", "Mon, 28 Feb 2000 23:59:59 +0000"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z", "Tue, 29 Feb 2000 00:00:00 +0000"),
            (1_795_223_245_678, "2026-11-21T01:07:25.678Z", "Sat, 21 Nov 2026 01:07:25 +0000"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z", "Mon, 1 Mar 2100 00:00:00 +0000"),
            (-1, "1969-12-31T23:59:59.999Z", "Wed, 31 Dec 1969 23:59:59 +0000"),
        ] as [(Int64, String, String)])
    func forms(_ milliseconds: Int64, _ iso8601: String, _ mailDate: String) {
        let time = CalendarTime(unixMilliseconds: milliseconds)
        #expect(time.iso8601 == iso8601)
        #expect(time.mailDate == mailDate)
    }
}

@Suite struct DigestTests {
    @Test(
        "base64 both ways",
        arguments: [
            ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func base64Vectors(_ text: String, _ encoded: String) {
        #expect(base64(Array(text.utf8)) == encoded)
        #expect(bytes(base64: encoded) == Array(text.utf8))
        #expect(bytes(base64: encoded.replacing("=", with: "")) == Array(text.utf8))
    }

    @Test("what is not base64", arguments: ["", "A", "Zg=", "Z===", "Zm9v\n", "Zm=v", "Zm9!", "===="])
    func notBase64(_ text: String) { #expect(bytes(base64: text) == nil) }
}
