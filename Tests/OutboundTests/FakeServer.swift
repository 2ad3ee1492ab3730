import Glibc
import Synchronization

/// A TCP server on loopback that plays a script: one thread to accept, one for each connection.
final class FakeServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let state = Mutex(State())

    private struct State {
        var sockets: Set<Int32> = []
        var accepted = 0
    }

    /// - Parameter play: speaks on one connection, blocking; the connection is closed when it returns.
    init(_ play: @escaping @Sendable (FakeConnection) -> Void) {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 128) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        precondition(bound, "no port on loopback")
        port = UInt16(bigEndian: address.sin_port)
        startThread { [weak self] in
            // By nobody else: its number may be another server's a moment after, and this thread would take
            // that one's connections.
            defer { close(listener) }
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                guard let self else {
                    close(client)
                    return
                }
                self.state.withLock {
                    $0.sockets.insert(client)
                    $0.accepted += 1
                }
                startThread { [weak self] in
                    play(FakeConnection(socket: client))
                    self?.state.withLock { _ = $0.sockets.remove(client) }
                    close(client)
                }
            }
        }
    }

    var url: String { "http://127.0.0.1:\(port)" }

    /// Connections so far.
    var accepted: Int { state.withLock { $0.accepted } }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        state.withLock { for socket in $0.sockets { shutdown(socket, Int32(SHUT_RDWR)) } }
    }
}

func startThread(_ body: @escaping @Sendable () -> Void) {
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

/// One connection of a fake server. Everything blocks; reads end when the other side closes.
final class FakeConnection {
    private let socket: Int32
    private var received: [UInt8] = []

    init(socket: Int32) { self.socket = socket }

    /// Up to and including `end`; nil when the other side closed before.
    func read(until end: String) -> String? {
        let end = Array(end.utf8)
        while true {
            if let range = received.firstRange(of: end) {
                defer { received.removeFirst(range.upperBound) }
                return String(decoding: received[..<range.upperBound], as: UTF8.self)
            }
            guard fill() else { return nil }
        }
    }

    func read(count: Int) -> [UInt8]? {
        while received.count < count {
            guard fill() else { return nil }
        }
        defer { received.removeFirst(count) }
        return Array(received[..<count])
    }

    /// Waits until the other side closes.
    func readToEnd() { while fill() { received.removeAll() } }

    @discardableResult
    func write(_ text: String) -> Bool {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            bytes = bytes.dropFirst(count)
        }
        return true
    }

    /// Says that nothing more will be said.
    func end() { shutdown(socket, Int32(SHUT_RDWR)) }

    private func fill() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        received.append(contentsOf: buffer[..<count])
        return true
    }
}

/// A request as a fake HTTP server received it.
struct FakeRequest: Sendable {
    var head: String
    var body: String

    func header(_ name: String) -> String? {
        for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix(name.lowercased() + ":") {
            return String(line.dropFirst(name.count + 1).drop { $0 == " " })
        }
        return nil
    }
}

extension FakeConnection {
    func readRequest() -> FakeRequest? {
        guard let head = read(until: "\r\n\r\n") else { return nil }
        let request = FakeRequest(head: head, body: "")
        let length = request.header("Content-Length").flatMap { Int($0) } ?? 0
        guard let body = read(count: length) else { return nil }
        return FakeRequest(head: head, body: String(decoding: body, as: UTF8.self))
    }

    @discardableResult
    func answer(_ status: String, _ headers: [String] = [], _ body: String) -> Bool {
        let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers
        return write(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }
}

/// An HTTP server that remembers what it was sent and answers by a closure.
final class FakeHTTP: Sendable {
    private let server: FakeServer
    private let log: RequestLog

    /// - Parameter reply: given the request and how many came before it; returns status line and body.
    init(_ reply: @escaping @Sendable (FakeRequest, Int) -> (status: String, headers: [String], body: String)) {
        let log = RequestLog()
        self.log = log
        server = FakeServer { connection in
            while let request = connection.readRequest() {
                let (status, headers, body) = reply(request, log.add(request))
                guard connection.answer(status, headers, body) else { return }
            }
        }
    }

    var url: String { server.url }
    var connections: Int { server.accepted }
    var requests: [FakeRequest] { log.requests }
}

final class RequestLog: Sendable {
    private let all = Mutex<[FakeRequest]>([])

    /// How many came before.
    func add(_ request: FakeRequest) -> Int {
        all.withLock { all in
            all.append(request)
            return all.count - 1
        }
    }

    var requests: [FakeRequest] { all.withLock { $0 } }
}
