/// What the listener adds to a response: how its body ends, what becomes of the connection, and the id.
struct Envelope {
    enum Framing {
        case length(Int)
        case chunked
        /// The end of the connection, for HTTP/1.0.
        case untilClose
    }

    enum Connection {
        /// As the version has it without a word.
        case implied
        case keepAlive
        case close
    }

    let framing: Framing
    let connection: Connection
    let identity: RequestID
    /// Where `identity` is, if the client gave it.
    let head: [UInt8]
    /// Nobody on the way can read the answer.
    let isSecure: Bool
}

extension Envelope {
    init(_ asked: Asked, _ framing: Framing) {
        self.framing = framing
        connection = !asked.keepsAlive ? .close : asked.isVersion10 ? .keepAlive : .implied
        identity = asked.request.identity
        head = asked.request.head
        isSecure = asked.request.isSecure
    }
}

extension OutputBuffer {
    /// Writes a head and a body, and returns how many bytes that made.
    ///
    /// - Parameters:
    ///   - date: the line with the date, its end included.
    ///   - standard: what every answer has.
    ///   - body: empty when it is sent otherwise or not at all.
    mutating func append(
        _ response: Response, _ envelope: Envelope, date: [UInt8], standard: StandardFields, body: [UInt8]
    ) -> Int {
        let before = count
        append("HTTP/1.1 ")
        append(decimal: response.status.code)
        append(byte: .space)
        append(response.status.phrase)
        append("\r\n")
        append(date)
        standard.write(to: &self, beside: response.headers)
        appendFields(response.headers)
        switch envelope.framing {
        case .length(let length) where response.status.allowsBody:
            append("content-length: ")
            append(decimal: length)
            append("\r\n")
        case .chunked:
            append("transfer-encoding: chunked\r\n")
        case .length, .untilClose:
            break
        }
        switch (envelope.connection, response.status.offersUpgrade) {
        case (.implied, false): break
        case (.keepAlive, false): append("connection: keep-alive\r\n")
        case (.close, false): append("connection: close\r\n")
        case (.close, true) where response.status.code != 101: append("connection: close, upgrade\r\n")
        case (_, true): append("connection: upgrade\r\n")
        }
        append("x-request-id: ")
        append(envelope.identity, head: envelope.head)
        append("\r\n\r\n")
        append(body)
        return count - before
    }

    /// The fields of a response but those that are the listener's.
    private mutating func appendFields(_ headers: Headers) {
        if headers.isWireForm, !headers.holdsReserved { return append(headers.bytes) }
        for index in headers.fields.indices where !headers.isReserved(at: index) {
            headers.name(at: index).withUnsafeBytes { append($0) }
            append(": ")
            headers.value(at: index).withUnsafeBytes { append($0) }
            append("\r\n")
        }
    }

    private mutating func append(_ identity: RequestID, head: [UInt8]) {
        switch identity {
        case .given(let range): head[range].withUnsafeBytes { append($0) }
        case .made(let value): appendDigits(of: value)
        }
    }
}
