internal import Glibc

/// Sockets that listen, one for each address of a host.
enum ListenSocket {
    /// Opens all of them, with one port for all.
    ///
    /// - Returns: the sockets, and the port they have in common.
    /// - Throws: when no address could be bound, or one is taken. An address this machine does not have, as `::1`
    ///   for `localhost` without IPv6, is left out if there is another.
    static func open(host: String, port: Int, backlog: Int) throws(ServerError) -> (sockets: [Int32], port: Int) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0, let list else { throw .addressUnknown(host: host) }
        defer { freeaddrinfo(list) }
        var sockets: [Int32] = []
        var chosen = port
        var failure = ServerError.addressUnknown(host: host)
        var next: UnsafeMutablePointer<addrinfo>? = list
        while let entry = next {
            next = entry.pointee.ai_next
            do throws(ServerError) {
                let socket = try bind(entry.pointee, host: host, port: chosen, backlog: backlog)
                sockets.append(socket)
                chosen = boundPort(of: socket)
            } catch {
                failure = error
                guard case .addressNotAvailable = error else {
                    for socket in sockets { _ = close(socket) }
                    throw error
                }
            }
        }
        guard !sockets.isEmpty else { throw failure }
        return (sockets, chosen)
    }

    private static func bind(_ entry: addrinfo, host: String, port: Int, backlog: Int) throws(ServerError) -> Int32 {
        let address = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        let type = entry.ai_socktype | Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = Glibc.socket(entry.ai_family, type, 0)
        guard socket >= 0 else { throw failure(errno, address) }
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, size)
        // Accepted sockets inherit it, which saves a call for each.
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, size)
        var storage = sockaddr_storage()
        memcpy(&storage, entry.ai_addr, Int(entry.ai_addrlen))
        if entry.ai_family == AF_INET6 {
            // "::" takes IPv4 as well; a literal of its own does not meet "0.0.0.0" of another program half-way.
            var only: Int32 = host == "::" ? 0 : 1
            setsockopt(socket, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &only, size)
        }
        setPort(UInt16(port), of: &storage)
        let result = withUnsafePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.bind(socket, $0, entry.ai_addrlen) }
        }
        guard result == 0, listen(socket, Int32(clamping: backlog)) == 0 else {
            let code = errno
            _ = close(socket)
            throw failure(code, address)
        }
        return socket
    }

    private static func failure(_ code: Int32, _ address: String) -> ServerError {
        switch code {
        case EADDRINUSE: .addressInUse(address: address)
        case EACCES, EPERM: .addressNotPermitted(address: address)
        case EADDRNOTAVAIL, EAFNOSUPPORT: .addressNotAvailable(address: address)
        default: .listenFailed(address: address, errno: code)
        }
    }

    /// IPv4 and IPv6 addresses keep the port at the same place.
    private static func setPort(_ port: UInt16, of storage: inout sockaddr_storage) {
        withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self) }
    }

    private static func boundPort(of socket: Int32) -> Int {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        _ = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
        }
        return withUnsafeBytes(of: &storage) { Int(UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self))) }
    }
}
