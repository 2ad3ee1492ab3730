/// Where the elements of a list stand in the bytes of an object, so that one of them can be kept as it came.
enum JSONListPlaces {
    /// The elements of the list that is the value of `name`, with the white space around them; none when there is no
    /// such list.
    ///
    /// - Parameter json: one object that a decoder has accepted: what is no JSON is not noticed here.
    static func places(of name: StaticString, in json: [UInt8]) -> [Range<Int>] {
        var walk = Walk(name: name.withUTF8Buffer { Array($0) })
        for (index, byte) in json.enumerated() { walk.step(byte, at: index, in: json) }
        return walk.places
    }

    private struct Walk {
        let name: [UInt8]
        var places: [Range<Int>] = []
        private var depth = 0
        private var isText = false, isEscaped = false
        /// Of the last text directly within the object: the name, when a list follows.
        private var text = 0..<0
        /// Of the element under way; nil outside the list.
        private var start: Int?
        private var isEmpty = true

        init(name: [UInt8]) { self.name = name }

        mutating func step(_ byte: UInt8, at index: Int, in json: [UInt8]) {
            if isText {
                stepInText(byte, at: index)
                return
            }
            switch byte {
            case UInt8(ascii: "\""):
                isText = true
                isEmpty = false
                if depth == 1 { text = (index + 1)..<(index + 1) }
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                isEmpty = false
                depth += 1
                if depth == 2, byte == UInt8(ascii: "["), json[text].elementsEqual(name) {
                    places = []
                    start = index + 1
                    isEmpty = true
                }
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                if depth == 1, let start {
                    if !isEmpty { places.append(start..<index) }
                    self.start = nil
                }
            case UInt8(ascii: ","):
                if depth == 2, let start {
                    places.append(start..<index)
                    self.start = index + 1
                }
            case 0x20, 0x09, 0x0A, 0x0D: break
            default: isEmpty = false
            }
        }

        private mutating func stepInText(_ byte: UInt8, at index: Int) {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isText = false
                if depth == 1 { text = text.lowerBound..<index }
            }
        }
    }
}
