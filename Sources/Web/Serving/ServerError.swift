/// Why a server did not start.
public enum ServerError: Error, Hashable, Sendable {
    case addressUnknown(host: String)
    case addressInUse(address: String)
    case addressNotPermitted(address: String)
    case addressNotAvailable(address: String)
    case listenFailed(address: String, errno: Int32)
    /// The certificate or its key cannot be used.
    case tls(TLSFault)
    /// `start` was called twice, or after `stop`.
    case alreadyStarted

    /// A stable name for logs.
    public var code: String {
        switch self {
        case .addressUnknown: "web.address_unknown"
        case .addressInUse: "web.address_in_use"
        case .addressNotPermitted: "web.address_not_permitted"
        case .addressNotAvailable: "web.address_not_available"
        case .listenFailed: "web.listen_failed"
        case .tls(let fault): fault.code
        case .alreadyStarted: "web.already_started"
        }
    }

    /// What happened and what to do.
    public var explanation: String {
        switch self {
        case .addressUnknown(let host): "The host name '\(host)' is not known. Use an address of this machine."
        case .addressInUse(let address): "Another program listens on \(address). Stop it or choose another port."
        case .addressNotPermitted(let address):
            "Listening on \(address) is not permitted. Ports below 1024 need a privilege: choose a higher one."
        case .addressNotAvailable(let address): "\(address) is not an address of this machine."
        case .listenFailed(let address, let errno): "Listening on \(address) failed (errno \(errno))."
        case .tls(let fault): fault.explanation
        case .alreadyStarted: "A server starts once."
        }
    }
}
