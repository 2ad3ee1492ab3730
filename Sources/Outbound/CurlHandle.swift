internal import CCurl
internal import Glibc

/// One libcurl easy handle, reused from transfer to transfer. Belongs to the curl thread.
final class CurlHandle {
    let easy: UnsafeMutableRawPointer

    init() {
        guard let easy = parley_curl_easy_init() else { preconditionFailure("no memory for libcurl") }
        self.easy = easy
    }

    deinit { parley_curl_easy_cleanup(easy) }

    /// Sets everything for one transfer; false when the request cannot be sent as it is.
    func prepare(_ transfer: RunningTransfer, _ configuration: Transfers.Configuration) -> Bool {
        let request = transfer.request
        let context = Unmanaged.passUnretained(transfer).toOpaque()
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_PROXY, "")  // not even the environment's
        set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        set(CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeoutMs)
        set(CURLOPT_TIMEOUT_MS, request.totalTimeoutMs)
        set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        if let file = configuration.certificatesFile { set(CURLOPT_CAINFO, file) }
        if !configuration.verifiesCertificates {
            set(CURLOPT_SSL_VERIFYPEER, 0)
            set(CURLOPT_SSL_VERIFYHOST, 0)
        }
        _ = parley_set_pointer(easy, CURLOPT_PRIVATE, context)
        parley_set_receivers(easy, receiveBody, receiveHead, context)
        parley_set_guards(easy, openSocket, beforeRequest, context)
        guard request.url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return false }
        set(CURLOPT_URL, request.url)
        return switch request.content {
        case .http(let method, let headers, let body):
            prepareHTTP(transfer, method, headers, body, configuration.userAgent)
        case .file(let path, let bytes, let headers):
            prepareFile(transfer, path, bytes, headers, configuration.userAgent, context)
        case .mail(let mail): prepareMail(transfer, mail, context)
        }
    }

    /// Frees what one transfer used and forgets its settings; connections stay open in the multi handle.
    func clear(_ transfer: RunningTransfer) {
        parley_curl_easy_reset(easy)
        for list in transfer.lists { parley_curl_slist_free_all(list) }
        transfer.lists = []
        if let mime = transfer.mime { parley_curl_mime_free(mime) }
        transfer.mime = nil
        transfer.file = nil
    }

    private func prepareHTTP(
        _ transfer: RunningTransfer, _ method: TransferRequest.Method, _ headers: [(name: String, value: String)],
        _ body: [UInt8], _ userAgent: String
    ) -> Bool {
        guard prepareHead(transfer, headers, userAgent) else { return false }
        if method != .get || !body.isEmpty {
            set(CURLOPT_POST, 1)
            _ = parley_set_large(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            body.withUnsafeBytes { bytes in
                // An empty array has no address, and without one libcurl would read a body from standard input.
                let start = bytes.bindMemory(to: CChar.self).baseAddress
                _ =
                    bytes.isEmpty
                    ? parley_set_text(easy, CURLOPT_COPYPOSTFIELDS, "")
                    : parley_set_text(easy, CURLOPT_COPYPOSTFIELDS, start)
            }
        }
        if method != .get, method != .post { set(CURLOPT_CUSTOMREQUEST, method.rawValue) }
        return true
    }

    private func prepareFile(
        _ transfer: RunningTransfer, _ path: String, _ bytes: Int64, _ headers: [(name: String, value: String)],
        _ userAgent: String, _ context: UnsafeMutableRawPointer
    ) -> Bool {
        guard prepareHead(transfer, headers, userAgent), let file = SentFile(path, bytes: bytes) else { return false }
        transfer.file = file
        set(CURLOPT_UPLOAD, 1)
        _ = parley_set_large(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(bytes))
        parley_set_giver(easy, giveFile, goBackInFile, context)
        set(CURLOPT_LOW_SPEED_LIMIT, Self.fileBytesPerSecondMin)
        set(CURLOPT_LOW_SPEED_TIME, Self.fileSlowSecondsMax)
        return true
    }

    /// A file may take hours, so that what ends a transfer that hangs is its rate: below this many bytes a second…
    private static let fileBytesPerSecondMin = 1_024
    /// …for so long.
    private static let fileSlowSecondsMax = 60

    private func prepareHead(
        _ transfer: RunningTransfer, _ headers: [(name: String, value: String)], _ userAgent: String
    ) -> Bool {
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        // One request a connection at a time: at these rates HTTP/2 gains nothing and fails many at once.
        set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        set(CURLOPT_USERAGENT, userAgent)
        var lines = headers.map { "\($0.name): \($0.value)" }
        if let signature = transfer.request.signature {
            set(CURLOPT_AWS_SIGV4, "aws:amz:\(signature.region):s3")
            set(CURLOPT_USERNAME, signature.accessKey)
            set(CURLOPT_PASSWORD, signature.secretKey)
        } else {
            // No round trip to ask whether a body is welcome. Not where it is signed: libcurl 7.88 signs the empty
            // field, too, and does not send it.
            lines.append("Expect:")
        }
        guard lines.allSatisfy(isOneLine) else { return false }
        if lines.isEmpty { return true }
        guard let list = list(lines, of: transfer) else { return false }
        _ = parley_set_pointer(easy, CURLOPT_HTTPHEADER, list)
        return true
    }

    private func prepareMail(_ transfer: RunningTransfer, _ mail: Mail, _ context: UnsafeMutableRawPointer) -> Bool {
        set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        guard mail.headers.allSatisfy(isOneField), ([mail.sender] + mail.recipients).allSatisfy(isOneLine),
            let recipients = list(mail.recipients.map { "<\($0)>" }, of: transfer),
            let headers = list(mail.headers, of: transfer), let mime = parley_curl_mime_init(easy),
            let part = parley_curl_mime_addpart(mime)
        else { return false }
        transfer.mime = mime
        set(CURLOPT_MAIL_FROM, "<\(mail.sender)>")
        _ = parley_set_pointer(easy, CURLOPT_MAIL_RCPT, recipients)
        set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1)
        set(CURLOPT_USE_SSL, Int((mail.requiresTLS ? CURLUSESSL_ALL : CURLUSESSL_TRY).rawValue))
        if let username = mail.username, let password = mail.password {
            set(CURLOPT_USERNAME, username)
            set(CURLOPT_PASSWORD, password)
        }
        _ = parley_set_pointer(easy, CURLOPT_HTTPHEADER, headers)
        parley_curl_mime_data(part, mail.text, mail.text.utf8.count)
        parley_curl_mime_type(part, "text/plain; charset=utf-8")
        parley_curl_mime_encoder(part, "quoted-printable")
        _ = parley_set_pointer(easy, CURLOPT_MIMEPOST, UnsafeMutableRawPointer(mime))
        parley_set_debug(easy, hear, context)
        return true
    }

    private func list(_ lines: [String], of transfer: RunningTransfer) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines { list = parley_curl_slist_append(list, line) }
        if let list { transfer.lists.append(list) }
        return list
    }

    private func isOneLine(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }

    /// One line, or one folded: a line end must be followed by a space, or what comes next would be another field.
    private func isOneField(_ text: String) -> Bool {
        text.replacing("\r\n ", with: " ").utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
    }

    private func set(_ option: CURLoption, _ value: Int) { _ = parley_set_long(easy, option, value) }
    private func set(_ option: CURLoption, _ value: String) { _ = parley_set_text(easy, option, value) }
}

extension CurlHandle {
    /// What a finished transfer's code means.
    static func ending(
        of transfer: RunningTransfer, _ easy: UnsafeMutableRawPointer, _ code: CURLcode
    ) -> TransferResult.Ending {
        if code == CURLE_OK || transfer.stopped == .answerLongEnough {
            return .answered(
                TransferAnswer(
                    status: parley_get_long(easy, CURLINFO_RESPONSE_CODE), head: transfer.head, body: transfer.body,
                    isTruncated: transfer.stopped == .answerLongEnough))
        }
        let kind: TransferFailure.Kind =
            switch transfer.stopped {
            case .addressRefused?: .addressRefused
            case .headTooLong?: .unreadableAnswer
            case .wouldRepeat?: .connectionLost
            case .answerLongEnough?, nil: self.kind(of: code)
            }
        let detail =
            switch transfer.stopped {
            case .addressRefused?: "The address is private, and this channel may not call private addresses."
            case .wouldRepeat?: "The connection was lost before an answer came, and the request was not sent again."
            case .answerLongEnough?, .headTooLong?, nil: String(cString: parley_curl_easy_strerror(code))
            }
        return .failed(.init(kind: kind, mayHaveArrived: mayHaveArrived(transfer, easy), detail: detail))
    }

    /// Whether any of the request has left; for mail, whether the server had begun to take the message.
    static func mayHaveArrived(_ transfer: RunningTransfer, _ easy: UnsafeMutableRawPointer) -> Bool {
        if transfer.stopped == .addressRefused { return false }
        if transfer.stopped == .wouldRepeat { return true }
        return transfer.dialogue?.messageStarted ?? (parley_get_long(easy, CURLINFO_REQUEST_SIZE) > 0)
    }

    private static func kind(of code: CURLcode) -> TransferFailure.Kind {
        switch code {
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT: .invalidRequest
        case CURLE_COULDNT_RESOLVE_HOST: .nameUnknown
        case CURLE_COULDNT_CONNECT: .connectFailed
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_SSL_CONNECT_ERROR: .tlsFailed
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE: .certificateRefused
        case CURLE_USE_SSL_FAILED: .tlsUnavailable
        case CURLE_LOGIN_DENIED: .loginDenied
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE: .connectionLost
        case CURLE_WEIRD_SERVER_REPLY, CURLE_WRITE_ERROR, CURLE_BAD_CONTENT_ENCODING: .unreadableAnswer
        default: .other
        }
    }
}
