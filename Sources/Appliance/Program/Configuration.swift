import Outbound
import Web

/// Everything `parley serve` can be told.
struct Configuration: Sendable {
    let dataFolder: String
    let listen: ListenAddress
    let tls: TLSFiles?
    /// Where plain HTTP is sent on from; nil for nowhere.
    let redirectListen: ListenAddress?
    /// Nil for none.
    let strictTransportSecurity: String?
    let trustedProxies: [Network]
    let origins: [String]
    let loops: Int
    let logLevel: Log.Level
    let logFormat: LogWriter.Format?  // nil: decided by whether stderr is a terminal
    let publicURL: String?
    let accountChannel: String
    let letsSignUp: Bool
    let rateLimit: Int
    let signInLimit: Int
    let stopSeconds: Int
    let drainSeconds: Int
    let waitSeconds: Int
    let health: Health.Limits
    let samples: SampleSettings
    let directory: DirectorySettings?
    let bridge: BridgeOptions
    let secretKeys: SecretKeys
    let forgetsSealedSecrets: Bool
    /// All of them as they are shown: what is in effect, and where it came from.
    let options: [OptionReport]

    /// A switch of `serve` alone, and no variable: it must not stay where it was forgotten.
    static let forgetSealedSecrets = "--forget-sealed-secrets"
    let backups: BackupSettings

    /// Whether others can reach this, and nothing says that they come over TLS: cookies are not kept to it then.
    var leavesCookiesPlain: Bool {
        let isLocal = listen.host == "localhost"
            || Network.list("loopback")?.contains { $0.contains(Peer(listen.host)) } == true
        return tls == nil && trustedProxies.isEmpty && publicURL?.hasPrefix("https://") != true && !isLocal
    }

    init(_ values: OptionValues) throws(UsageError) {
        dataFolder = try Self.dataFolder(values)
        listen = try values.value(.listen, "host:port", ListenAddress.init)
        tls = try Self.tls(values)
        redirectListen = try Self.redirectListen(values, hasTLS: tls != nil)
        strictTransportSecurity = try values.value(.hsts, "off, or such as max-age=31536000; includeSubDomains") { text in
            text == "off" ? .some(nil) : Self.isTransportSecurity(text) ? .some(text) : nil
        }
        trustedProxies = try values.value(.trustedProxies, "networks such as 10.0.0.0/8, loopback or private") { text in
            text.isEmpty ? [] : Network.list(text)
        }
        origins = try values.value(.origins, "addresses such as https://example.org") { text in
            let origins = text.split(separator: ",").map { String($0.trimmingSpaces) }
            return origins.allSatisfy(Self.isOrigin) ? origins : nil
        }
        loops = try values.value(.loops, "a number from 0 to 64") { Self.number($0, in: 0...64) }
        logLevel = try values.value(.logLevel, "one of debug, info, notice, warning, error") { text in
            Log.Level.allCases.first { $0.name == text }
        }
        logFormat = try values.value(.logFormat, "one of json, text, auto") { text in
            text == "auto" ? .some(nil) : LogWriter.Format(rawValue: text).map(Optional.some)
        }
        publicURL = try Self.publicURL(values)
        accountChannel = try values.value(.accountChannel, "the name of a channel") { Name.isValid($0) ? $0 : nil }
        letsSignUp = try values.value(.signUp, "off or players") { ["off": false, "players": true][$0] }
        rateLimit = try values.value(.rateLimit, "a number from 0 to 1000000") { Self.number($0, in: 0...1_000_000) }
        signInLimit = try values.value(.signInLimit, "a number from 0 to 100000") { Self.number($0, in: 0...100_000) }
        stopSeconds = try values.value(.stopSeconds, "a number from 0 to 300") { Self.number($0, in: 0...300) }
        drainSeconds = try values.value(.drainSeconds, "a number from 0 to 300") { Self.number($0, in: 0...300) }
        waitSeconds = try values.value(.waitSeconds, "a number from 0 to 300") { Self.number($0, in: 0...300) }
        health = .init(disk: try values.value(.diskFreeMin, "sizes such as 200M,5%", DiskLimit.init))
        samples = try SampleSettings(values)
        directory = try Self.directory(values)
        bridge = try BridgeOptions(values)
        secretKeys = try SecretKeys(values)
        forgetsSealedSecrets = values.switches.contains(Self.forgetSealedSecrets)
        options = Option.all.map { OptionReport($0, values) }
        backups = try BackupSettings(values)
    }

    static func dataFolder(_ values: OptionValues) throws(UsageError) -> String {
        try values.value(.data, "a folder") { $0.isEmpty || $0.utf8.contains(0) ? nil : $0 }
    }

    /// Without the slash at its end; nil when none is given.
    static func publicURL(_ values: OptionValues) throws(UsageError) -> String? {
        guard values.given(.publicURL) != nil else { return nil }
        return try values.value(.publicURL, "an address such as https://parley.example.org") { text in
            let url = text.hasSuffix("/") ? String(text.dropLast()) : text
            return isOrigin(url) ? url : nil
        }
    }

    private static func tls(_ values: OptionValues) throws(UsageError) -> TLSFiles? {
        switch (values.given(.tlsCertificate)?.value, values.given(.tlsKey)?.value) {
        case (let certificate?, let key?): return TLSFiles(certificate: certificate, key: key)
        case (nil, nil): return nil
        default:
            let names = [Option.tlsCertificate, .tlsKey].map { "\($0.flag) (\($0.variable))" }
            throw UsageError(explanation: "\(names.joined(separator: ", ")): both are needed for TLS, or none")
        }
    }

    private static func redirectListen(_ values: OptionValues, hasTLS: Bool) throws(UsageError) -> ListenAddress? {
        guard let name = values.given(.redirectListen)?.name else { return nil }
        guard hasTLS else {
            throw UsageError(explanation: "\(name): needs TLS (\(Option.tlsCertificate.flag)), to have where to send")
        }
        return try values.value(.redirectListen, "host:port", ListenAddress.init)
    }

    /// `max-age`, and what may stand behind it (RFC 6797 §6.1).
    private static func isTransportSecurity(_ text: String) -> Bool {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false).map { String($0.trimmingSpaces) }
        guard let seconds = parts[0].dropping("max-age="), seconds.count <= 10, UInt64(seconds) != nil,
            !seconds.hasPrefix("+")
        else { return false }
        return parts.dropFirst().allSatisfy { ["includeSubDomains", "preload"].contains($0) }
    }

    private static func directory(_ values: OptionValues) throws(UsageError) -> DirectorySettings? {
        let token = values.given(.directoryToken)?.value
        guard let url = values.given(.directoryURL) else {
            guard token == nil else {
                throw UsageError(
                    explanation: "\(Option.directoryToken.variable): needs \(Option.directoryURL.variable) as well")
            }
            return nil
        }
        // Without the value: what is wrong with it may be a password.
        guard JSONRPCClient.canCall(url.value) else {
            throw UsageError(explanation: "\(url.name): must be an http or https URL without user name and password")
        }
        guard token?.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) != false else {
            throw UsageError(
                explanation: "\(Option.directoryToken.variable): needs printable ASCII characters, no spaces")
        }
        return DirectorySettings(url: url.value, token: token)
    }

    /// A scheme and a host, with a port or without, as browsers send it.
    private static func isOrigin(_ text: String) -> Bool {
        guard let rest = ["https://", "http://"].lazy.compactMap({ text.dropping($0) }).first else { return false }
        return !rest.isEmpty && !rest.contains { "/?#@ ".contains($0) }
    }

    static func number(_ text: String, in range: ClosedRange<Int>) -> Int? {
        Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
}

/// What of the bridge's settings the command line or the environment names, and each start saves. What they do not name
/// stays as the API set it.
struct BridgeOptions: Equatable, Sendable {
    var source: String?
    var destination: String?
    var intervalSeconds: Int?
    var isEnabled: Bool?

    init() {}

    init(_ values: OptionValues) throws(UsageError) {
        source = try Self.address(.bigChatURL, values)
        destination = try Self.address(.ourAPIURL, values)
        let intervals = BridgeSettings.intervals
        intervalSeconds = try Self.given(
            .bridgeInterval, values, "a number from \(intervals.lowerBound) to \(intervals.upperBound)"
        ) { text in
            Int(text).flatMap { intervals.contains($0) ? $0 : nil }
        }
        isEnabled = try Self.given(.bridgeEnabled, values, "true or false", Bool.init)
    }

    /// What is wrong with it may be a password, so it is not repeated.
    private static func address(_ option: Option, _ values: OptionValues) throws(UsageError) -> String? {
        guard let (name, text) = values.given(option) else { return nil }
        guard let address = BridgeAddress.kept(text) else {
            throw UsageError(explanation: "\(name): must be \(BridgeAddress.wanted)")
        }
        return address
    }

    /// Nil where nothing was given.
    private static func given<Value>(
        _ option: Option, _ values: OptionValues, _ wanted: String, _ parse: (String) -> Value?
    ) throws(UsageError) -> Value? {
        values.given(option) == nil ? nil : try values.value(option, wanted, parse)
    }

    func applied(to settings: BridgeSettings) -> BridgeSettings {
        settings.with(source: source, intervalSeconds: intervalSeconds, isEnabled: isEnabled)
    }
}

/// What the first start makes channels of, and the first token.
struct SampleSettings: Sendable {
    static let tokenCharactersMin = 16

    var adminToken: String?
    var slackWebhookURL: String?
    var email: Email?

    struct Email: Equatable, Sendable {
        let smtpURL: String
        let username: String?
        let password: String?
        let from: String
        let to: [String]
    }

    init() {}

    init(_ values: OptionValues) throws(UsageError) {
        adminToken = values.given(.adminToken)?.value
        if let adminToken,
            adminToken.utf8.count < Self.tokenCharactersMin
                || !adminToken.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        {
            throw UsageError(
                explanation:
                    "\(Option.adminToken.variable): needs \(Self.tokenCharactersMin) printable ASCII characters, no spaces"
            )
        }
        slackWebhookURL = values.given(.slackWebhookURL)?.value
        let recipients =
            values.given(.emailTo)?.value
            .split(separator: ",").map { String($0.trimmingSpaces) }.filter { !$0.isEmpty } ?? []
        switch (values.given(.smtpURL)?.value, values.given(.smtpFrom)?.value, recipients.isEmpty) {
        case (let url?, let from?, false):
            email = Email(
                smtpURL: url, username: values.given(.smtpUsername)?.value,
                password: values.given(.smtpPassword)?.value,
                from: from, to: recipients)
        case (nil, nil, true): email = nil
        default:
            let names = [Option.smtpURL, .smtpFrom, .emailTo].map(\.variable).joined(separator: ", ")
            throw UsageError(explanation: "\(names): all three are needed for email, or none")
        }
    }
}

extension String {
    fileprivate func dropping(_ start: String) -> Substring? { hasPrefix(start) ? dropFirst(start.count) : nil }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        let start = drop(while: \.isWhitespace)
        return start.lastIndex { !$0.isWhitespace }.map { start[...$0] } ?? start
    }
}
