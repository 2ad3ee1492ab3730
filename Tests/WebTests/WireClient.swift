import Glibc
import Synchronization
import Testing

@testable import Web

/// A raw TCP client: sends exactly what it is told and shows exactly what comes back. Every wait has a deadline.
final class WireClient: Sendable {
    enum Fault: Error {
        case refused(Int32)
        case timedOut(got: String)
        case ended(got: String)
    }

    static let patienceMilliseconds: Int32 = 10_000

    let socket: Int32
    let unread = Mutex<[UInt8]>([])
    private let isOpen = Mutex(true)

    /// - Parameter receiveBufferBytes: a small one makes a slow reader slow at once.
    init(port: Int, host: String = "127.0.0.1", receiveBufferBytes: Int32? = nil) throws {
        let isIPv6 = host.contains(":")
        socket = Glibc.socket(isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var bytes = receiveBufferBytes {
            setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        var address6 = sockaddr_in6()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        address6.sin6_family = sa_family_t(AF_INET6)
        address6.sin6_port = UInt16(port).bigEndian
        inet_pton(AF_INET6, host, &address6.sin6_addr)
        let result = isIPv6 ? Self.connect(socket, to: &address6) : Self.connect(socket, to: &address)
        guard result == 0 else { throw Fault.refused(errno) }
        var on: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Takes over the other end of a connection.
    init(accepted socket: Int32) { self.socket = socket }

    private static func connect<Address>(_ socket: Int32, to address: inout Address) -> Int32 {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    deinit { close() }

    func close() {
        isOpen.withLock { isOpen in
            if isOpen { _ = Glibc.close(socket) }
            isOpen = false
        }
    }

    /// Closes so that the server's next use of the connection fails.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        close()
    }

    func endWriting() { shutdown(socket, Int32(SHUT_WR)) }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// Sends all, or as much as the server takes before it closes.
    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { return }
            rest = rest.dropFirst(sent)
        }
    }

    /// Sends what fits without waiting and returns how much that was.
    func sendNow(_ bytes: [UInt8]) -> Int {
        bytes.withUnsafeBytes {
            Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
        }
    }

    /// One read; nil when the server has closed.
    func read() throws -> [UInt8]? {
        var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, Self.patienceMilliseconds) == 1 else { throw Fault.timedOut(got: shown) }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    /// Everything until the server closes.
    func readToEnd() throws -> String {
        while let bytes = try read() { unread.withLock { $0 += bytes } }
        return unread.withLock { unread in
            defer { unread = [] }
            return String(decoding: unread, as: UTF8.self)
        }
    }

    /// The next answer, whole: head, and a body as its head frames it.
    func answer(toHead: Bool = false) throws -> Answer {
        while true {
            let found = unread.withLock { unread -> Answer? in
                guard let (answer, used) = Answer.parse(unread, toHead: toHead) else { return nil }
                unread.removeFirst(used)
                return answer
            }
            if let found { return found }
            guard let bytes = try read() else { throw Fault.ended(got: shown) }
            unread.withLock { $0 += bytes }
        }
    }

    func ask(_ text: String, toHead: Bool = false) throws -> Answer {
        send(text)
        return try answer(toHead: toHead)
    }

    /// Whether the server closes, within the patience; what it sends before is dropped.
    func waitForClose() throws {
        while try read() != nil {}
    }

    /// The errno the kernel keeps for the socket: ECONNRESET or EPIPE when the server broke the connection off.
    var error: Int32 {
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size)
        return error
    }

    private var shown: String { unread.withLock { String(decoding: $0, as: UTF8.self) } }
}

/// One answer as it came over the wire.
struct Answer {
    let status: Int
    let fields: [(name: String, value: String)]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    subscript(name: String) -> String? { fields.first { $0.name == name }?.value }
    var closes: Bool { self["connection"] == "close" }

    /// Nil while it is incomplete. Knows no bodies that end with the connection.
    static func parse(_ bytes: [UInt8], toHead: Bool) -> (Answer, used: Int)? {
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: "\r\n\r\n".utf8) }) else { return nil }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(
            separator: "\r\n", omittingEmptySubsequences: false)
        let fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (name: String(parts[0]), value: String(parts[1].drop { $0 == " " }))
        }
        guard let status = Int(lines[0].split(separator: " ")[1]) else { return nil }
        var rest = bytes[(end + 4)...]
        let hasBody = !toHead && status >= 200 && status != 204 && status != 304
        var body: [UInt8] = []
        if hasBody, fields.contains(where: { $0.name == "transfer-encoding" }) {
            while true {
                guard let line = rest.firstIndex(of: 10),
                    let size = Int(
                        String(decoding: rest[..<(line - 1)], as: UTF8.self), radix: 16),
                    rest.endIndex >= line + 1 + size + 2
                else { return nil }
                body += rest[(line + 1)..<(line + 1 + size)]
                rest = rest[(line + 1 + size + 2)...]
                if size == 0 { break }
            }
        } else if hasBody, let length = fields.first(where: { $0.name == "content-length" }).flatMap({ Int($0.value) })
        {
            guard rest.count >= length else { return nil }
            body = Array(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return (Answer(status: status, fields: fields, body: body), rest.startIndex)
    }
}
