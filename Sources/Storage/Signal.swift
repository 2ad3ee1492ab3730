/// A name under which a transaction tells the rest of the process that it committed, as NOTIFY does in PostgreSQL.
public struct Signal: Hashable, Sendable {
    public let name: StaticString

    public init(_ name: StaticString) { self.name = name }

    public static func == (left: Signal, right: Signal) -> Bool {
        left.name.utf8Start == right.name.utf8Start || left.bytes.elementsEqual(right.bytes)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
    }

    private var bytes: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    }
}
