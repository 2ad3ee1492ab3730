import FoundationEssentials

/// JSON that is looked at piece by piece, or kept and shown as it came; the order of an object's names is lost.
enum JSONValue: Hashable, Sendable {
    case null
    case truth(Bool)
    case number(Double)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    /// Lists and objects within each other: no definition needs more. The decoder's time grows with the cube of it.
    static let depthMax = 32

    /// Nil when `bytes` are not one JSON value in UTF-8, or it is too deep.
    init?(_ bytes: [UInt8], depthMax: Int = depthMax) {
        guard Self.isShallow(bytes, depthMax: depthMax), let value = try? Self.decoder.decode(JSONValue.self, from: Data(bytes))
        else { return nil }
        self = value
    }

    /// Whether no more than `depthMax` lists and objects stand within each other, in UTF-8. Says nothing else about
    /// `bytes`.
    ///
    /// JSON in UTF-16 or UTF-32, which Foundation reads as well, has a NUL where brackets are; text in UTF-8 has none.
    static func isShallow(_ bytes: [UInt8], depthMax: Int = depthMax) -> Bool {
        var depth = 0, isText = false, isEscaped = false
        for byte in bytes {
            switch byte {
            case 0: return false
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\"): isEscaped = isText
            case UInt8(ascii: "\""): isText.toggle()
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                if !isText { depth += 1 }
                if depth > depthMax { return false }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): if !isText { depth -= 1 }
            default: break
            }
        }
        return true
    }

    /// One for all: it is never changed, and making one costs as much as decoding a small object.
    private static let decoder = JSONDecoder()
}

extension JSONValue: Codable {
    init(from decoder: any Decoder) throws {
        // The commonest first: each one tried in vain costs as much as a short text that is read.
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let object = try? decoder.container(keyedBy: AnyKey.self) {
            var values: [String: JSONValue] = [:]
            for key in object.allKeys {
                values[key.stringValue] = try object.decode(JSONValue.self, forKey: key)
            }
            self = .object(values)
        } else if var list = try? decoder.unkeyedContainer() {
            var values: [JSONValue] = []
            while !list.isAtEnd { values.append(try list.decode(JSONValue.self)) }
            self = .list(values)
        } else if let truth = try? container.decode(Bool.self) {
            self = .truth(truth)
        } else if container.decodeNil() {
            self = .null
        } else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no JSON value")
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .truth(let truth): try container.encode(truth)
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .list(let list): try container.encode(list)
        case .object(let object): try container.encode(object)
        }
    }
}
