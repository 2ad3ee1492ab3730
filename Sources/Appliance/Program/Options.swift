/// One setting of the program: its flag, its variable, its default, and what it is for.
///
/// Flags win over the environment, which wins over the default. `parley help` prints this table; docs/operations.md
/// repeats it and a test holds the two together.
struct Option: Sendable {
    let flag: String
    let variable: String
    let placeholder: String
    let standard: String
    let about: String
}

extension Option {
    static let data = Option(
        flag: "--data", variable: "PARLEY_DATA", placeholder: "DIR", standard: "./data",
        about: "Folder of the database. Made when missing; one process owns it.")
    static let listen = Option(
        flag: "--listen", variable: "PARLEY_LISTEN", placeholder: "HOST:PORT", standard: "127.0.0.1:8080",
        about: "Address to listen on; port 0 takes a free one. [::]:8080 is every address.")
    static let tlsCertificate = Option(
        flag: "--tls-certificate", variable: "PARLEY_TLS_CERTIFICATE", placeholder: "FILE", standard: "",
        about: "PEM file: the certificate, then those that vouch for it. Makes it HTTPS; SIGHUP reads it anew.")
    static let tlsKey = Option(
        flag: "--tls-key", variable: "PARLEY_TLS_KEY", placeholder: "FILE", standard: "",
        about: "PEM file with the certificate's key, not encrypted.")
    static let origins = Option(
        flag: "--origins", variable: "PARLEY_ORIGINS", placeholder: "URLS", standard: "",
        about: "Other sites whose pages may open WebSockets here, such as https://example.org, commas between.")
    static let loops = Option(
        flag: "--loops", variable: "PARLEY_LOOPS", placeholder: "N", standard: "0",
        about: "Event loops, 1 to 64; 0 is one for each core.")
    static let logLevel = Option(
        flag: "--log-level", variable: "PARLEY_LOG_LEVEL", placeholder: "LEVEL", standard: "info",
        about: "debug (a line for each request), info, notice, warning or error.")
    static let logFormat = Option(
        flag: "--log-format", variable: "PARLEY_LOG_FORMAT", placeholder: "FORMAT", standard: "auto",
        about: "json, text, or auto: text on a terminal, json elsewhere.")
    static let rateLimit = Option(
        flag: "--rate-limit", variable: "PARLEY_RATE_LIMIT", placeholder: "N", standard: "1000",
        about: "Requests a second for each token, and each address without one, bursts of twice that; 0: no limit.")
    static let stopSeconds = Option(
        flag: "--stop-seconds", variable: "PARLEY_STOP_SECONDS", placeholder: "N", standard: "20",
        about: "How long running requests and deliveries may take to end after SIGTERM, 0 to 300.")
    static let adminToken = Option(
        flag: "", variable: "PARLEY_ADMIN_TOKEN", placeholder: "", standard: "made and printed once",
        about: "The token 'admin', at least 16 characters. No flag: other users can read a command line.")
    static let slackWebhookURL = Option(
        flag: "", variable: "PARLEY_SLACK_WEBHOOK_URL", placeholder: "", standard: "",
        about: "First start: makes the channel 'slack', for the topic 'sales'.")
    static let smtpURL = Option(
        flag: "", variable: "PARLEY_SMTP_URL", placeholder: "", standard: "",
        about: "First start: makes the channel 'email', for the topic 'pricing'. smtp://host[:port] or smtps://…")
    static let smtpUsername = Option(
        flag: "", variable: "PARLEY_SMTP_USERNAME", placeholder: "", standard: "",
        about: "First start: user name of the channel 'email', where its server asks for one.")
    static let smtpPassword = Option(
        flag: "", variable: "PARLEY_SMTP_PASSWORD", placeholder: "", standard: "",
        about: "First start: password of the channel 'email'.")
    static let smtpFrom = Option(
        flag: "", variable: "PARLEY_SMTP_FROM", placeholder: "", standard: "",
        about: "First start: sender of the channel 'email'.")
    static let emailTo = Option(
        flag: "", variable: "PARLEY_EMAIL_TO", placeholder: "", standard: "",
        about: "First start: recipients of the channel 'email', separated by commas.")
    static let directoryURL = Option(
        flag: "--directory-url", variable: "PARLEY_DIRECTORY_URL", placeholder: "URL", standard: "",
        about: "Where customers are looked up over JSON-RPC 2.0 (customer.get); docs/customers.md.")
    static let directoryToken = Option(
        flag: "", variable: "PARLEY_DIRECTORY_TOKEN", placeholder: "", standard: "",
        about: "Sent to the directory as a bearer token.")
    static let bigChatURL = Option(
        flag: "--bigchat-url", variable: "PARLEY_BIGCHAT_URL", placeholder: "URL", standard: "",
        about: "Bridge: where chats come from. Saved at each start, over what the API set; docs/bridge.md.")
    static let ourAPIURL = Option(
        flag: "--ourapi-url", variable: "PARLEY_OURAPI_URL", placeholder: "URL", standard: "",
        about: "Bridge: where chats go. Saved at each start, over what the API set.")
    static let bridgeInterval = Option(
        flag: "--bridge-interval", variable: "PARLEY_BRIDGE_INTERVAL", placeholder: "SECONDS", standard: "",
        about: "Bridge: seconds from poll to poll, 1 to 3600; 10 unless the API set it. Saved at each start.")
    static let bridgeEnabled = Option(
        flag: "--bridge-enabled", variable: "PARLEY_BRIDGE_ENABLED", placeholder: "BOOL", standard: "",
        about: "Bridge: true or false; true unless the API set it. Saved at each start.")

    static let all = [
        data, listen, tlsCertificate, tlsKey, origins, loops, logLevel, logFormat, rateLimit, stopSeconds,
        adminToken, slackWebhookURL, smtpURL, smtpUsername, smtpPassword, smtpFrom, emailTo,
        directoryURL, directoryToken, bigChatURL, ourAPIURL, bridgeInterval, bridgeEnabled,
    ]
}

/// Why the command line or the environment cannot be used: a sentence that names the setting and the value.
struct UsageError: Error, Equatable, Sendable {
    let explanation: String
}

/// The settings as given, before anyone judged them: flags over environment over defaults.
struct OptionValues: Sendable {
    private var flags: [String: String] = [:]
    private let environment: [String: String]
    /// What is neither a flag nor a flag's value.
    private(set) var operands: [String] = []
    /// Flags that take no value, such as `--live`.
    private(set) var switches: Set<String> = []

    /// - Parameter knownSwitches: flags of the command that take no value.
    init(
        _ arguments: [String], environment: [String: String], options: [Option], knownSwitches: Set<String> = []
    ) throws(UsageError) {
        self.environment = environment
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("-"), argument != "-" else {
                operands.append(argument)
                continue
            }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            if knownSwitches.contains(argument) {
                switches.insert(argument)
            } else if options.contains(where: { $0.flag == parts[0] }) {
                guard let value = parts.count == 2 ? parts[1] : rest.popFirst()
                else { throw UsageError(explanation: "\(parts[0]): a value is missing") }
                guard flags.updateValue(value, forKey: parts[0]) == nil
                else { throw UsageError(explanation: "\(parts[0]): given twice") }
            } else {
                throw UsageError(explanation: "\(parts[0]): there is no such flag; 'parley help' lists them")
            }
        }
    }

    /// `PARLEY_…` variables that mean nothing here: misspelled, or an orchestrator's (a service named parley gets
    /// `PARLEY_PORT` from Kubernetes), so they are worth a line at start and no more.
    var unknownVariables: [String] {
        let known = Set(Option.all.map(\.variable))
        return environment.keys.filter { $0.hasPrefix("PARLEY_") && !known.contains($0) }.sorted()
    }

    /// What was given for `option`, and by what name, for errors. Nil when it has its default. An empty variable
    /// counts as not given: compose files pass those on.
    func given(_ option: Option) -> (name: String, value: String)? {
        if let value = flags[option.flag] { return (option.flag, value) }
        guard let value = environment[option.variable], !value.isEmpty else { return nil }
        return (option.variable, value)
    }

    /// Reads `option` with `parse`, whose failure becomes "name: 'value' is not wanted".
    func value<Value>(_ option: Option, _ wanted: String, _ parse: (String) -> Value?) throws(UsageError) -> Value {
        let (name, text) = given(option) ?? (option.flag, option.standard)
        guard let value = parse(text) else { throw UsageError(explanation: "\(name): '\(text)' is not \(wanted)") }
        return value
    }
}
