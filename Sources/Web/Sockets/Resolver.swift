internal import Glibc

/// Finds the address behind a host name.
enum Resolver {
    /// An address to connect to.
    struct Address: Sendable {
        let storage: sockaddr_storage
        let length: socklen_t

        var peer: Peer { Peer(storage) }

        /// A socket that has begun to connect; -1 with `errno` set when it could not.
        func open() -> Int32 {
            let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
            let socket = Glibc.socket(Int32(storage.ss_family), type, 0)
            guard socket >= 0 else { return -1 }
            var on: Int32 = 1
            setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
            var storage = storage
            let result = withUnsafePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, length) }
            }
            guard result == 0 || errno == EINPROGRESS else {
                let code = errno
                _ = close(socket)
                errno = code
                return -1
            }
            return socket
        }
    }

    /// The first address of `host`. Looking up a name blocks, so a thread is made for it; an address is read at once.
    static func address(of host: String, port: Int) async throws(ConnectFault) -> Address {
        guard (1...65_535).contains(port) else { throw .hostUnknown("\(host):\(port)") }
        if let literal = look(host, port, AI_NUMERICHOST) { return literal }
        guard case let found?? = await onThread({ look(host, port, 0) }) else { throw .hostUnknown(host) }
        return found
    }

    private static func look(_ host: String, _ port: Int, _ flags: Int32) -> Address? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = flags | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0, let list else { return nil }
        defer { freeaddrinfo(list) }
        var storage = sockaddr_storage()
        memcpy(&storage, list.pointee.ai_addr, Int(list.pointee.ai_addrlen))
        return Address(storage: storage, length: list.pointee.ai_addrlen)
    }
}
