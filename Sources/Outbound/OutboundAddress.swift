/// What can be said of an address before it is called, by the parser that will take it apart then.
public enum OutboundAddress {
    /// Whether it is a complete `http` or `https` address without a user name or password.
    public static func canCall(_ url: String) -> Bool {
        guard let address = WebAddress(url) else { return false }
        return address.scheme == "https" || address.scheme == "http"
    }
}

/// Whether two addresses lead to the same server: equal schemes, hosts (in any case) and ports, where a port that is
/// left out is the scheme's own. False when either cannot be called.
///
/// For links that an answer brings: following one elsewhere would let a server choose whom we call.
public func haveSameOrigin(_ a: String, _ b: String) -> Bool {
    guard OutboundAddress.canCall(a), OutboundAddress.canCall(b), let a = WebAddress(a), let b = WebAddress(b)
    else { return false }
    return a.scheme == b.scheme && a.host.lowercased() == b.host.lowercased() && a.port == b.port
}
