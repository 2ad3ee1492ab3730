/// The fields of every answer, made ready for the wire once. A response that has one of that name keeps its own.
struct StandardFields: Sendable {
    private let headers: Headers
    /// Bit n is set when a name has n bytes: most responses need no closer look.
    private let lengths: UInt64

    /// - Precondition: names have at most 63 bytes.
    init(_ headers: Headers) {
        precondition(headers.isWireForm && !headers.holdsReserved, "fields of the listener's are no standard ones")
        self.headers = headers
        lengths = headers.fields.reduce(0) { lengths, field in
            precondition(field.nameCount < 64, "the name of a standard field has at most 63 bytes")
            return lengths | 1 << UInt64(field.nameCount)
        }
    }

    /// Writes those that `own` does not have.
    @inline(__always)
    func write(to output: inout OutputBuffer, beside own: Headers) {
        for field in own.fields where field.nameCount < 64 && lengths & 1 << UInt64(field.nameCount) != 0 {
            return writeOthers(than: own, to: &output)
        }
        output.append(headers.bytes)
    }

    private func writeOthers(than own: Headers, to output: inout OutputBuffer) {
        var others = Headers()
        for (name, value) in headers where !own.contains(name) { others.add(name, value) }
        output.append(others.bytes)
    }
}
