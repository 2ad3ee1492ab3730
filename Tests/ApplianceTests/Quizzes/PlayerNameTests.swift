import Testing

@testable import Appliance

@Suite struct PlayerNameTests {
    @Test(
        "a name is shown as it was typed, with single spaces and none at its ends",
        arguments: [
            ("Ann", "Ann"), ("  Ann  ", "Ann"), ("Ann   Lee", "Ann Lee"), ("Ann\u{A0}\u{2003}Lee", "Ann Lee"),
            ("\u{3000}安\u{3000}娜", "安 娜"), ("x", "x"), ("?!", "?!"), ("🦊", "🦊"), ("👩🏽‍🚀", "👩🏽‍🚀"), ("❤️", "❤️"), ("🏳️‍🌈", "🏳️‍🌈"),
            ("1️⃣", "1️⃣"), ("🇻🇳", "🇻🇳"), ("Zoë", "Zoë"), ("Nguyễn Văn Đức", "Nguyễn Văn Đức"), ("हिन्दी", "हिन्दी"), ("ශ්‍රී", "ශ්‍රී"),
            ("محمد", "محمد"), ("O’Neill-Smith", "O’Neill-Smith"), ("<b>", "<b>"),
            ("e\u{301}\u{302}\u{303}\u{304}", "e\u{301}\u{302}\u{303}\u{304}"),
            ("abcdefghijklmnopqrstuvwx", "abcdefghijklmnopqrstuvwx"),
            (" abcdefghijklmnopqrstuvwx ", "abcdefghijklmnopqrstuvwx"),
            ("คุณสมชาย", "คุณสมชาย"), ("--", "--"), ("–_–", "–_–"),
        ])
    func taken(_ text: String, as expected: String) throws {
        let name = try #require(PlayerName(text))
        // Scalar by scalar: texts that only mean the same would be equal otherwise.
        #expect(Array(name.text.unicodeScalars) == Array(expected.unicodeScalars))
        #expect(PlayerName(name.text) == name)
    }

    @Test(
        "what cannot be seen, disturbs others or is too long is no name",
        arguments: [
            "", " ", "\u{3000}\u{A0}", "abcdefghijklmnopqrstuvwxy", "a\u{0}", "a\nb", "Ann\n", "a\tb", "\u{7F}",
            "a\u{85}",
            "\u{200B}", "a\u{200B}b", "a\u{200C}b", "a\u{200D}b", "\u{200D}", "🦊\u{200D}", "🦊\u{200D}a", "a\u{200D}🦊",
            "\u{FEFF}Ann", "A\u{AD}nn", "\u{202E}nnA", "a\u{2066}b", "a\u{200F}", "a\u{61C}", "a\u{2028}b", "a\u{2029}",
            "a\u{2060}b", "\u{E000}", "\u{F0000}", "\u{378}", "\u{FFFF}", "\u{10FFFF}", "a\u{E0061}", "\u{3164}",
            "a\u{115F}",
            "\u{FFA0}", "\u{2800}", "a\u{FFFD}", "\u{FFFC}", "\u{301}a", "\u{301}", "a \u{301}", "a\u{FE0F}",
            "1\u{FE0F}",
            "🦊\u{FE0F}\u{FE0F}", "a\u{FE00}", "葛\u{E0100}", "a\u{34F}", "\u{180E}", "\u{1D159}", "\u{20DD}",
            "e\u{301}\u{302}\u{303}\u{304}\u{305}", "\u{93F}", "-", "—", " — ", "–", "\u{2010}", "﹘", "－",
        ])
    func refused(_ text: String) {
        #expect(PlayerName(text) == nil)
    }

    @Test("bounds hold in characters, in scalars and in bytes, and a long text costs nothing")
    func bounds() {
        let marked = "e\u{301}\u{302}\u{303}"
        #expect(PlayerName(String(repeating: marked, count: 24)) != nil)  // 96 scalars
        #expect(PlayerName(String(repeating: marked, count: 24) + " ") == nil)
        let family = "👨‍👩‍👧‍👦"  // 7 scalars, 25 bytes
        #expect(PlayerName(String(repeating: family, count: 10)) != nil)
        #expect(PlayerName(String(repeating: family, count: 11)) == nil)
        #expect(PlayerName(String(repeating: "😀", count: 24)) != nil)
        #expect(PlayerName(String(repeating: "😀", count: 25)) == nil)
        for unit in ["a", " ", "e\u{301}", "\u{301}", "👨‍", "\u{200B}"] {
            let long = String(repeating: unit, count: 1_000_000)
            let clock = ContinuousClock()
            #expect(clock.measure { _ = PlayerName(long) } < .milliseconds(50))
        }
    }

    @Test(
        "one name in a game",
        arguments: [
            ("Ann", "ANN"), ("Ann", " ann "), ("Ann", "Ａｎｎ"), ("ann lee", "Ann  Lee"), ("Ann", "𝐀𝐧𝐧"),
            ("José", "Jose\u{301}"),
            ("JOSÉ", "josé"), ("Straße", "STRASSE"), ("Σίσυφος", "ΣΊΣΥΦΟΣ"), ("❤️", "❤"), ("ЮЛИЯ", "Юлия"),
            ("Å", "\u{212B}"), ("K", "\u{212A}"),
            ("ᾳ", "α\u{345}"), ("\u{1E9B}", "\u{17F}\u{307}"), ("İ", "I\u{307}"), ("ශ්‍රී", "ශ්රී"), ("x１", "X1"),
            ("𝟙", "1"),
            ("a\u{323}\u{307}", "a\u{307}\u{323}"), ("한글", "\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF}"),
        ])
    func same(_ one: String, _ other: String) throws {
        let one = try #require(PlayerName(one))
        let other = try #require(PlayerName(other))
        #expect(one.folded == other.folded)
        #expect([one.folded: 1][other.folded] == 1)
    }

    @Test(
        "two names in a game",
        arguments: [
            ("José", "Jose"), ("Ann", "Anne"), ("Ann Lee", "AnnLee"), ("Ann", "Ann!"), ("Ann", "Аnn"), ("👩", "👨"),
            ("👨‍👩", "👨👩"), ("٣", "3"),
        ])
    func different(_ one: String, _ other: String) throws {
        let one = try #require(PlayerName(one))
        let other = try #require(PlayerName(other))
        #expect(one.folded != other.folded)
    }

    @Test("canonically equivalent texts are one name, whatever they are made of", arguments: 0..<200)
    func equivalent(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        // Precomposed letters with their decompositions; marks of different classes commute.
        let letters = [
            ("é", "e\u{301}"), ("ở", "o\u{31B}\u{309}"), ("Ǻ", "A\u{30A}\u{301}"), ("ᾷ", "α\u{345}\u{342}"),
            ("ṩ", "s\u{307}\u{323}"),
            ("가", "\u{1100}\u{1161}"), ("İ", "I\u{307}"), ("ẛ", "ſ\u{307}"), ("ΐ", "ι\u{308}\u{301}"),
        ]
        let picked = (0..<6).map { _ in letters.randomElement(using: &random)! }
        let one = try #require(PlayerName(picked.map(\.0).joined()))
        let other = try #require(PlayerName(picked.map(\.1).joined()))
        #expect(one.folded == other.folded, "seed \(seed)")
        #expect(one.folded.hashValue == other.folded.hashValue, "seed \(seed)")
    }

    @Test(
        "looks like the host",
        arguments: [
            ("Anna", "Anna"), ("anna", "Anna"), ("Ánna", "Anna"), ("A n n a", "Anna"), ("A-n.n_a", "Anna"),
            ("Anna 👑", "Anna"), ("✔ Anna", "Anna"),
            ("Аnna", "Anna"), ("ΑΝΝΑ", "Anna"), ("Ａｎｎａ", "Anna"), ("𝕬𝖓𝖓𝖆", "Anna"), ("ᴀɴɴᴀ", "Anna"), ("Ⓐⓝⓝⓐ", "Anna"),
            ("🅰nna", "Anna"),
            ("4nn4", "Anna"), ("@nna", "Anna"), ("@Anna", "Anna"), ("Ann@", "Anna"), ("Ꭺnna", "Anna"), ("ꓮnna", "Anna"),
            ("ΛNNΛ", "Anna"),
            ("Bi11", "Bill"), ("BiIl", "Bill"), ("B|ll", "Bill"), ("B!ll", "Bill"), ("ВіІІ", "Bill"), ("Bıll", "Bill"),
            ("Ross", "Ro$$"), ("R0ss", "Ross"),
            ("Ro55", "Ross"), ("P3t3r", "Peter"), ("Comelia", "Cornelia"), ("vvendy", "Wendy"), ("Τοm", "Tom"),
            ("Łukasz", "Lukasz"), ("Zoe", "Zoë"),
            ("Ηλίας", "ηλιας"), ("ΗΛΙΑΣ", "Ηλίας"), ("HΛIAΣ", "Ηλίας"), ("Олег", "ОЛЕГ"), ("Oлeг", "Олег"),
            ("安娜", "安娜!"), ("Sam", "Sam 🎓"),
            ("A\u{336}nna", "Anna"), ("A\u{20DD}nna", "Anna"), ("👑", "👑"), ("❤️", "❤"), ("?!", "?!"), ("𝟏𝟐", "12"),
            ("①②", "12"),
            ("Dr. Böhm", "Dr Bohm"), ("ⅯAX", "Max"),
            // What says that it is the host.
            ("Anna (host)", "Anna"), ("Host Anna", "Anna"), ("HostAnna", "Anna"), ("annahost", "Anna"),
            ("Anna, your h0st", "Anna"), ("The Host Anna", "Anna"),
            ("TheHostAnna", "Anna"), ("ANNA_ADMIN", "Anna"), ("Anna-Moderator", "Anna"), ("Quizmaster Аnnа", "Anna"),
            ("Anna [organiser]", "Anna"),
            ("Host", "Anna"), ("HOST", "Anna"), ("h0st", "Anna"), ("Ho$t", "Anna"), ("Ho$t!", "Anna"),
            ("@host", "Anna"), ("@dmin", "Anna"), ("adm!n", "Anna"),
            ("Adm1n", "Anna"), ("M0derat0r", "Anna"), ("rnoderator", "Anna"), ("The Quiz Host", "Anna"),
            ("quiz master", "Anna"), ("Quizmaster", "Anna"),
            ("Organizer", "Anna"), ("organiser", "Anna"), ("ʜᴏsᴛ", "Anna"), ("Нost", "Anna"), ("хост host", "хост"),
            ("Co-Host", "Anna"), ("Host 1", "Anna"), ("Hosts", "Anna"), ("Mod", "Anna"), ("Anna2", "Anna"), ("Anna 2", "Anna"),
            ("ᎻᎾՏᎢ", "Anna"), ("Ms Gᖇay", "Ms Gray"), ("Ms Graɣ", "Ms Gray"), ("Ms Graყ", "Ms Gray"),
            ("H.O.S.T", "Anna"), ("👑 Host 👑", "Anna"), ("Host", ""), ("host", "👑"), ("The Host", "Host"),
        ])
    func lookalike(_ name: String, _ host: String) throws {
        #expect(try #require(PlayerName(name)).looksLike(host))
    }

    @Test(
        "does not look like the host",
        arguments: [
            ("Ann", "Anna"), ("Hanna", "Anna"), ("Anna Lee", "Anna"), ("Bob", "Anna"), ("Ghost", "Anna"),
            ("Ghost", "Host"), ("Hostess", "Anna"),
            ("Bob the Host", "Anna"), ("AnnaGhost", "Anna"), ("Anna Ghost", "Anna"), ("Ghost Host", "Host"),
            ("👑", "Anna"), ("👑", "👑👑"), ("👑", "🎓"), ("?", "!"),
            ("安", "娜"), ("①", "②"), ("Admiral", "Anna"), ("Modesty", "Anna"), ("Иван", "Ivan Petrov"), ("किरण", "कुरण"),
            ("Anna", ""), ("Anna", "👑"),
            ("The Quiz", "Anna"), ("Official", "Anna"), ("Team 2", "Team 3"), ("Tim", "Tom"), ("☕", "Anna"),
            ("Real Bob", "Bob"),
        ])
    func other(_ name: String, _ host: String) throws {
        #expect(try #require(PlayerName(name)).looksLike(host) == false)
    }

    @Test("a host's name of any length is compared in no time")
    func longHost() throws {
        let name = try #require(PlayerName("Anna the host"))
        for unit in ["a", "Anna host ", "rn", "🦊", "e\u{301}"] {
            let host = String(repeating: unit, count: 2_000)
            let clock = ContinuousClock()
            #expect(clock.measure { _ = name.looksLike(host) } < .seconds(1))
        }
    }
}
