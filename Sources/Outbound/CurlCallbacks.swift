internal import CCurl
internal import Glibc

// What libcurl calls while a transfer runs, always on the curl thread. `context` is the transfer, which `CurlThread`
// keeps alive while its handle is in the multi handle.

private func transfer(_ context: UnsafeMutableRawPointer?) -> RunningTransfer {
    Unmanaged<RunningTransfer>.fromOpaque(context!).takeUnretainedValue()
}

private func buffer(_ bytes: UnsafeMutablePointer<CChar>?, _ count: Int) -> UnsafeBufferPointer<UInt8> {
    let start = bytes.map { UnsafeRawPointer($0).assumingMemoryBound(to: UInt8.self) }
    return UnsafeBufferPointer(start: start, count: start == nil ? 0 : count)
}

func receiveBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    transfer(context).receive(body: buffer(bytes, size * count)) ? size * count : 0
}

func receiveHead(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    transfer(context).receive(head: buffer(bytes, size * count)) ? size * count : 0
}

/// Gives libcurl the next bytes of the file that is the body.
func giveFile(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: bytes == nil ? 0 : size * count)
    return transfer(context).file?.read(into: buffer) ?? Int(CURL_READFUNC_ABORT)
}

func goBackInFile(_ context: UnsafeMutableRawPointer?, _ offset: curl_off_t, _ origin: Int32) -> Int32 {
    guard origin == SEEK_SET else { return CURL_SEEKFUNC_FAIL }
    transfer(context).file?.goBack(to: Int64(offset))
    return CURL_SEEKFUNC_OK
}

/// Opens the socket for an address that the transfer may call; sees what name resolution really gave.
func openSocket(
    _ context: UnsafeMutableRawPointer?, _ purpose: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let address else { return CURL_SOCKET_BAD }
    var bytes = [UInt8](repeating: 0, count: 16)
    let isKnown = withUnsafePointer(to: &address.pointee.addr) { parley_address_bytes($0, &bytes) != 0 }
    guard transfer(context).allows(isKnown ? bytes : nil) else { return CURL_SOCKET_BAD }
    let type = address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
    return socket(address.pointee.family, type, address.pointee.protocol)
}

/// Looks at the address once more before a request is sent: a connection that another channel, which may call private
/// addresses, left open must not be reused by one that may not.
///
/// Called a second time when libcurl found a kept connection dead and is about to repeat the request on another
/// (`Curl_retry_request`), which it does whatever the method is.
func beforeRequest(
    _ context: UnsafeMutableRawPointer?, _ remote: UnsafeMutablePointer<CChar>?, _: UnsafeMutablePointer<CChar>?,
    _: Int32, _: Int32
) -> Int32 {
    let transfer = transfer(context)
    guard transfer.maySend() else { return CURL_PREREQFUNC_ABORT }
    if transfer.request.allowPrivate { return CURL_PREREQFUNC_OK }
    guard let remote else { return CURL_PREREQFUNC_ABORT }
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, remote, &bytes) == 1 {
        bytes = Array(repeating: 0, count: 10) + [0xff, 0xff] + bytes[0..<4]
    } else if inet_pton(AF_INET6, remote, &bytes) != 1 {
        return CURL_PREREQFUNC_ABORT
    }
    return transfer.allows(bytes) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

/// Hears both sides of an SMTP dialogue.
func hear(
    _: UnsafeMutableRawPointer?, _ kind: curl_infotype, _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    switch kind {
    case CURLINFO_HEADER_OUT: transfer(context).dialogue?.sent(buffer(bytes, count))
    case CURLINFO_HEADER_IN: transfer(context).dialogue?.received(buffer(bytes, count))
    default: break
    }
    return 0
}
