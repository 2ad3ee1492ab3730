/// What must hold for any bytes a client sends before it is known: heads and bodies, one behind the other.
///
/// The first byte seeds the cuts; the rest is what arrives.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count >= 1 else { return 0 }
    let stream = Array(UnsafeBufferPointer(start: data + 1, count: count - 1))
    let whole = Outcome([stream])
    precondition(Outcome(pieces(of: stream, seed: data[0])) == whole, "the cut changes the outcome")
    for request in whole.requests { check(request) }
    return 0
}

private let limits = RequestParser.Limits(requestLineBytesMax: 200, headBytesMax: 600, fieldsMax: 8)
private let bodyBytesMax = 300

/// One request, as far as a route sees it.
private struct Arrived: Equatable {
    var method: Method
    var target: [UInt8]
    var path: [UInt8]
    var fields: [ArraySlice<UInt8>]
    var host: String?
    var isVersion10: Bool
    var keepsAlive: Bool
    var expectsContinue: Bool
    var framing: RequestHead.Framing
    var body: [UInt8]

    init(_ head: RequestHead, body: [UInt8]) {
        method = head.method
        target = Array(head.headers.bytes[head.target.raw])
        path = Array(head.headers.bytes[head.target.path])
        fields = head.headers.fields.indices.map { index in
            head.headers.name(at: index) + Array(": ".utf8) + head.headers.value(at: index)
        }
        host = head.headers["host"]
        isVersion10 = head.isVersion10
        keepsAlive = head.keepsAlive
        expectsContinue = head.expectsContinue
        framing = head.framing
        self.body = body
    }

    /// The request as one who forwards it would write it.
    var wire: [UInt8] {
        var bytes = Array("\(method.name) ".utf8) + target + Array(" HTTP/1.\(isVersion10 ? 0 : 1)\r\n".utf8)
        for field in fields { bytes += field + [13, 10] }
        bytes += [13, 10]
        guard framing == .chunked else { return bytes + body }
        if !body.isEmpty { bytes += Array("\(String(body.count, radix: 16))\r\n".utf8) + body + [13, 10] }
        return bytes + Array("0\r\n\r\n".utf8)
    }
}

private struct Outcome: Equatable {
    var requests: [Arrived] = []
    var headFault: MalformedRequest?
    var bodyFault: BodyFault?
    var isWithinHead = false
    var bodyReceived = 0

    /// Reads as a connection does: what is not used waits for more.
    init(_ pieces: [[UInt8]]) {
        var parser = RequestParser(limits: limits)
        var head: RequestHead?
        var decoder: BodyDecoder?
        var body: [UInt8] = []
        var waiting: [UInt8] = []
        for piece in pieces {
            waiting += piece
            var used = 1
            while used > 0 {
                used = 0
                if var reading = decoder, let current = head {
                    do throws(BodyFault) { used = try reading.decode(waiting.span, into: &body) } catch {
                        bodyFault = error
                        return
                    }
                    precondition(used <= waiting.count, "more is used than there is")
                    precondition(body.count <= bodyBytesMax, "a body exceeds its limit")
                    precondition(reading.received == body.count, "a body is miscounted")
                    waiting.removeFirst(used)
                    decoder = reading
                    guard reading.isComplete else { continue }
                    requests.append(Arrived(current, body: body))
                    decoder = nil
                    body = []
                    // A body of no bytes is complete without using any.
                    used = 1
                } else if !waiting.isEmpty {
                    do throws(MalformedRequest) { head = try parser.parse(waiting.span) } catch {
                        headFault = error
                        return
                    }
                    guard let head else { continue }
                    used = head.wireBytes
                    precondition(used > 0 && used <= waiting.count, "more is used than there is")
                    precondition(used <= limits.headBytesMax, "a head exceeds its limit")
                    precondition(head.headers.count <= limits.fieldsMax, "there are too many fields")
                    waiting.removeFirst(used)
                    do throws(BodyFault) { decoder = try BodyDecoder(head.framing, limit: bodyBytesMax) } catch {
                        bodyFault = error
                        return
                    }
                }
            }
        }
        isWithinHead = parser.isWithinHead
        bodyReceived = body.count
    }
}

/// Whether a request keeps its promises, and is the same again when it is written out and read back.
private func check(_ request: Arrived) {
    precondition(request.isVersion10 || request.host != nil, "HTTP/1.1 needs a host")
    precondition(!request.path.contains(0), "a path holds NUL")
    precondition(String(validating: request.path, as: UTF8.self) != nil, "a path is not UTF-8")
    precondition(request.path.first == .slash || request.method == .options, "a path begins with a slash")
    for segment in request.path.split(separator: .slash) {
        precondition(!segment.elementsEqual(".".utf8) && !segment.elementsEqual("..".utf8), "a dot segment is left")
    }
    for field in request.fields {
        precondition(!field.contains { $0 == 10 || $0 == 13 || $0 == 0 }, "a field ends its line")
    }
    let again = Outcome([request.wire])
    // Written out with a space behind each colon a head may be longer than it came, past a limit.
    if case .headTooLarge? = again.headFault { return }
    precondition(again.requests == [request], "what was read is not what is written")
}
