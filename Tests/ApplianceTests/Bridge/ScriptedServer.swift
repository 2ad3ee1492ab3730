import Glibc
import Synchronization

/// An HTTP server on loopback that answers byte for byte what a test says: what our own listener would never send.
final class ScriptedServer: Sendable {
    struct Asked: Sendable, Equatable {
        /// `GET /events?page=0`
        var line: String
        var body: String
        var contentType: String?
    }

    private let listener: Int32
    private let port: UInt16
    private let state = Mutex(State())

    private struct State {
        var asked: [Asked] = []
        var sockets: Set<Int32> = []
    }

    /// - Parameter reply: given the request and how many came before it; the answer, behind which the connection is
    ///   closed if it says so, or nil to close it without a word.
    init(_ reply: @escaping @Sendable (Asked, Int) -> [UInt8]?) {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        precondition(isBound, "no port on loopback")
        port = UInt16(bigEndian: address.sin_port)
        Self.onThread { [weak self] in
            // By nobody else: its number may be another server's a moment after, and this thread would take
            // that one's connections.
            defer { close(listener) }
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                Self.onThread { [weak self] in
                    self?.serve(client, reply)
                    close(client)
                }
            }
        }
    }

    var url: String { "http://127.0.0.1:\(port)" }
    var asked: [Asked] { state.withLock { $0.asked } }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        state.withLock { for socket in $0.sockets { shutdown(socket, Int32(SHUT_RDWR)) } }
    }

    private func serve(_ client: Int32, _ reply: (Asked, Int) -> [UInt8]?) {
        state.withLock { _ = $0.sockets.insert(client) }
        defer { state.withLock { _ = $0.sockets.remove(client) } }
        while let asked = Self.read(client) {
            let count = state.withLock { state in
                state.asked.append(asked)
                return state.asked.count - 1
            }
            guard let answer = reply(asked, count) else { return }
            var bytes = answer[...]
            while !bytes.isEmpty {
                let count = bytes.withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                guard count > 0 else { return }
                bytes = bytes.dropFirst(count)
            }
            if answer.firstRange(of: Array("\r\nConnection: close\r\n".utf8)) != nil { return }
        }
    }

    private static func read(_ client: Int32) -> Asked? {
        var received: [UInt8] = [], buffer = [UInt8](repeating: 0, count: 65_536)
        func fill() -> Bool {
            let count = recv(client, &buffer, buffer.count, 0)
            if count > 0 { received += buffer[..<count] }
            return count > 0
        }
        var head: Range<Int>?
        while head == nil {
            head = received.firstRange(of: Array("\r\n\r\n".utf8))
            if head == nil, !fill() { return nil }
        }
        guard let head else { return nil }
        let lines = String(decoding: received[..<head.lowerBound], as: UTF8.self).split(separator: "\r\n")
        func field(_ name: String) -> String? {
            lines.first { $0.lowercased().hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
        }
        let end = head.upperBound + (field("content-length").flatMap { Int($0) } ?? 0)
        while received.count < end { if !fill() { return nil } }
        return Asked(
            line: lines[0].split(separator: " ").prefix(2).joined(separator: " "),
            body: String(decoding: received[head.upperBound..<end], as: UTF8.self), contentType: field("content-type"))
    }

    private static func onThread(_ body: @escaping @Sendable () -> Void) {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        let context = Unmanaged.passRetained(Box(body)).toOpaque()
        let code = pthread_create(
            &thread, nil,
            { context in
                Unmanaged<Box>.fromOpaque(context!).takeRetainedValue().body()
                return nil
            }, context)
        precondition(code == 0)
        pthread_detach(thread)
    }
}

extension ScriptedServer {
    /// One that says the same to everybody.
    convenience init(_ status: String, _ body: String = "") {
        let answer = Self.answer(status, body)
        self.init { _, _ in answer }
    }

    static func answer(_ status: String, _ body: String = "") -> [UInt8] {
        let fields = "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)"
        return Array("HTTP/1.1 \(status)\r\n\(fields)\r\n\r\n\(body)".utf8)
    }
}
