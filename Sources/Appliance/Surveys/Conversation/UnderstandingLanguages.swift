extension Understanding {
    /// Which of `languages` is meant by a number from 1, a tag, or the name of a language; nil when none is.
    static func language(_ text: String, among languages: [String]) -> String? {
        if let number = wholeNumber(text) {
            return languages.indices.contains(number - 1) ? languages[number - 1] : nil
        }
        let tag = trimmed(text).lowercased()
        return languages.first { $0 == tag } ?? language(named: FoldedText.fold(text), among: languages)
            ?? languages.first { Tag.root($0) == Tag.root(tag) }
    }

    /// What the language calls itself: `español` of `es-mx`; the tag itself for languages not known by name.
    static func ownName(ofLanguage tag: String) -> String { ownNames[tag] ?? ownNames[Tag.root(tag)] ?? tag }

    /// - Parameter name: folded, in that language's own words or in those of one that the bot speaks.
    static func language(named name: String, among languages: [String]) -> String? {
        guard let root = rootsByName[name] else { return nil }
        return languages.first { Tag.root($0) == root }
    }

    private static let ownNames: [String: String] = [
        "en": "English", "es": "español", "fr": "français", "de": "Deutsch", "pt": "português", "vi": "tiếng Việt",
        "it": "italiano", "nl": "Nederlands", "pl": "polski", "sv": "svenska", "da": "dansk", "no": "norsk",
        "nb": "norsk bokmål", "fi": "suomi", "cs": "čeština", "sk": "slovenčina", "hu": "magyar", "ro": "română",
        "tr": "Türkçe", "el": "ελληνικά", "ru": "русский", "uk": "українська", "bg": "български", "hr": "hrvatski",
        "sr": "српски", "ar": "العربية", "he": "עברית", "fa": "فارسی", "hi": "हिन्दी", "bn": "বাংলা", "th": "ไทย",
        "id": "Bahasa Indonesia", "ms": "Bahasa Melayu", "zh": "中文", "ja": "日本語", "ko": "한국어", "ca": "català",
        "eu": "euskara", "gl": "galego",
    ]

    private static let rootsByName: [String: String] = {
        let names = [
            "en": "inglés, anglais, Englisch, inglês, tiếng Anh",
            "es": "Spanish, castellano, espagnol, Spanisch, espanhol, tiếng Tây Ban Nha",
            "fr": "French, francés, Französisch, Franzoesisch, francês, tiếng Pháp",
            "de": "German, alemán, allemand, alemão, tiếng Đức",
            "pt": "Portuguese, portugués, portugais, Portugiesisch, tiếng Bồ Đào Nha",
            "vi": "Vietnamese, Việt, vietnamita, vietnamien, Vietnamesisch",
            "it": "Italian", "nl": "Dutch", "pl": "Polish", "sv": "Swedish", "da": "Danish", "no": "Norwegian",
            "fi": "Finnish", "cs": "Czech", "sk": "Slovak", "hu": "Hungarian", "ro": "Romanian", "tr": "Turkish",
            "el": "Greek", "ru": "Russian", "uk": "Ukrainian", "bg": "Bulgarian", "hr": "Croatian", "sr": "Serbian",
            "ar": "Arabic", "he": "Hebrew", "fa": "Persian, Farsi", "hi": "Hindi", "bn": "Bengali", "th": "Thai",
            "id": "Indonesian", "ms": "Malay", "zh": "Chinese", "ja": "Japanese", "ko": "Korean", "ca": "Catalan",
            "eu": "Basque", "gl": "Galician",
        ]
        var roots: [String: String] = [:]
        for (root, list) in names {
            for name in Words.set(list) { roots[name] = root }
        }
        for (root, name) in ownNames { roots[FoldedText.fold(name)] = root }
        return roots
    }()
}
