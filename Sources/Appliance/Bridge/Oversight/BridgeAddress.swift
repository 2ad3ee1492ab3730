import Outbound

/// The address of BigChat or OurAPI: what the paths of their calls are put behind.
enum BridgeAddress {
    static let bytesMax = 2_000
    static let wanted = "an http or https URL without user name, password, query and fragment"

    /// The address without slashes at its end; nil when `text` is not `wanted`, or too long.
    static func kept(_ text: String) -> String? {
        guard text.utf8.count <= bytesMax, !text.contains("?"), !text.contains("#"), OutboundAddress.canCall(text)
        else { return nil }
        return String(text.reversed().drop { $0 == "/" }.reversed())
    }
}

extension Field where Value == String {
    static func address(_ name: String, _ about: String) -> Field {
        var schema = Schema(.string, about)
        schema.maxLength = BridgeAddress.bytesMax
        return Field(required: name, schema, wanted: BridgeAddress.wanted, standIn: "") { (text: String) in
            BridgeAddress.kept(text).map(Result.success)
                ?? .failure(Refusal(detail: "Must be \(BridgeAddress.wanted)."))
        }
    }
}
