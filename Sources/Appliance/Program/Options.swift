/// One setting of the program: its flag, its variable, its default, and what it is for.
///
/// Flags win over the environment, which wins over the default. `parley help` prints this table; README.md
/// repeats it and a test holds the two together.
struct Option: Sendable {
    let flag: String
    let variable: String
    let placeholder: String
    let standard: String
    let about: String
    /// Its value is shown to nobody.
    var isSecret = false
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
    static let redirectListen = Option(
        flag: "--redirect-listen", variable: "PARLEY_REDIRECT_LISTEN", placeholder: "HOST:PORT", standard: "",
        about: "With TLS: a second address, where plain HTTP is sent on to HTTPS and nothing else is served.")
    static let hsts = Option(
        flag: "--hsts", variable: "PARLEY_HSTS", placeholder: "TEXT", standard: "max-age=31536000",
        about: "Strict-Transport-Security of answers over HTTPS: browsers come back that way only. off: none.")
    static let trustedProxies = Option(
        flag: "--trusted-proxies", variable: "PARLEY_TRUSTED_PROXIES", placeholder: "NETWORKS", standard: "",
        about: "Proxies whose X-Forwarded-For and -Proto are believed: 10.0.0.0/8, loopback, private; commas between.")
    static let origins = Option(
        flag: "--origins", variable: "PARLEY_ORIGINS", placeholder: "URLS", standard: "",
        about: "Other sites whose pages may open WebSockets here, without our cookies: https://example.org; commas between.")
    static let loops = Option(
        flag: "--loops", variable: "PARLEY_LOOPS", placeholder: "N", standard: "0",
        about: "Event loops, 1 to 64; 0 is one for each core.")
    static let logLevel = Option(
        flag: "--log-level", variable: "PARLEY_LOG_LEVEL", placeholder: "LEVEL", standard: "info",
        about: "debug (a line for each request), info, notice, warning or error.")
    static let logFormat = Option(
        flag: "--log-format", variable: "PARLEY_LOG_FORMAT", placeholder: "FORMAT", standard: "auto",
        about: "json, text, or auto: text on a terminal, json elsewhere.")
    static let publicURL = Option(
        flag: "--public-url", variable: "PARLEY_PUBLIC_URL", placeholder: "URL", standard: "",
        about: "Where people reach this, such as https://parley.example.org: for links, and whether cookies need TLS.")
    static let accountChannel = Option(
        flag: "--account-channel", variable: "PARLEY_ACCOUNT_CHANNEL", placeholder: "NAME", standard: "email",
        about: "Channel of the kind email that carries invitations and links for new passwords.")
    static let signUp = Option(
        flag: "--sign-up", variable: "PARLEY_SIGN_UP", placeholder: "WHO", standard: "off",
        about: "Who may make an account by themselves: off, or players, by proving their address.")
    static let rateLimit = Option(
        flag: "--rate-limit", variable: "PARLEY_RATE_LIMIT", placeholder: "N", standard: "1000",
        about: "Requests a second for each token, and each address without one, bursts of twice that; 0: no limit.")
    static let signInLimit = Option(
        flag: "--sign-in-limit", variable: "PARLEY_SIGN_IN_LIMIT", placeholder: "N", standard: "30",
        about: "Tries to sign in a minute for each address, bursts of twice that; 0: no limit.")
    static let stopSeconds = Option(
        flag: "--stop-seconds", variable: "PARLEY_STOP_SECONDS", placeholder: "N", standard: "20",
        about: "How long running requests and deliveries may take to end after SIGTERM, 0 to 300.")
    static let drainSeconds = Option(
        flag: "--drain-seconds", variable: "PARLEY_DRAIN_SECONDS", placeholder: "N", standard: "0",
        about: "How long it goes on after SIGTERM while /readyz says 503, for a proxy to notice, 0 to 300.")
    static let waitSeconds = Option(
        flag: "--wait-seconds", variable: "PARLEY_WAIT_SECONDS", placeholder: "N", standard: "0",
        about: "How long to wait for another process to let go of the folder, 0 to 300.")
    static let diskFreeMin = Option(
        flag: "--disk-free-min", variable: "PARLEY_DISK_FREE_MIN", placeholder: "SIZE,PART", standard: "200M,5%",
        about: "With less room on the disk, by either, /readyz says 503, and warns at twice that; backups leave it free. 0: none.")
    static let adminToken = Option(
        flag: "", variable: "PARLEY_ADMIN_TOKEN", placeholder: "", standard: "made and printed once",
        about: "The token 'admin', at least 16 characters. No flag: other users can read a command line.",
        isSecret: true)
    static let slackWebhookURL = Option(
        flag: "", variable: "PARLEY_SLACK_WEBHOOK_URL", placeholder: "", standard: "",
        about: "First start: makes the channel 'slack', for the topic 'sales'.", isSecret: true)
    static let smtpURL = Option(
        flag: "", variable: "PARLEY_SMTP_URL", placeholder: "", standard: "",
        about: "First start: makes the channel 'email', for the topic 'pricing'. smtp://host[:port] or smtps://…")
    static let smtpUsername = Option(
        flag: "", variable: "PARLEY_SMTP_USERNAME", placeholder: "", standard: "",
        about: "First start: user name of the channel 'email', where its server asks for one.")
    static let smtpPassword = Option(
        flag: "", variable: "PARLEY_SMTP_PASSWORD", placeholder: "", standard: "",
        about: "First start: password of the channel 'email'.", isSecret: true)
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
        about: "Sent to the directory as a bearer token.", isSecret: true)
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
    static let backups = Option(
        flag: "--backups", variable: "PARLEY_BACKUPS", placeholder: "DIR", standard: "backups in the data folder",
        about: "Folder of the backups. Better on another disk than the data.")
    static let backupHours = Option(
        flag: "--backup-hours", variable: "PARLEY_BACKUP_HOURS", placeholder: "N", standard: "24",
        about: "Hours from one backup to the next, 0 to 8760; 0: none but those that are asked for.")
    static let backupKeep = Option(
        flag: "--backup-keep", variable: "PARLEY_BACKUP_KEEP", placeholder: "N", standard: "7",
        about: "Good backups that are kept, 1 to 100, here and in the S3 store.")
    static let backupDrillDays = Option(
        flag: "--backup-drill-days", variable: "PARLEY_BACKUP_DRILL_DAYS", placeholder: "N", standard: "7",
        about: "Days from one restore drill to the next, 0 to 365; 0: none. Takes as much room as the data meanwhile.")
    static let s3URL = Option(
        flag: "", variable: "PARLEY_S3_URL", placeholder: "", standard: "",
        about: "S3-compatible store that backups are sent to: https://host[:port]/bucket[/prefix].")
    static let s3Region = Option(
        flag: "", variable: "PARLEY_S3_REGION", placeholder: "", standard: "us-east-1",
        about: "Region of the store, as its signatures name it.")
    static let s3AccessKey = Option(
        flag: "", variable: "PARLEY_S3_ACCESS_KEY", placeholder: "", standard: "",
        about: "Access key of the store.", isSecret: true)
    static let s3SecretKey = Option(
        flag: "", variable: "PARLEY_S3_SECRET_KEY", placeholder: "", standard: "",
        about: "Secret key of the store.", isSecret: true)

    static let secretKey = Option(
        flag: "", variable: "PARLEY_SECRET_KEY", placeholder: "", standard: "",
        about: "Seals secrets in the database: 32 bytes, base64 or hex; more behind commas only open. docs/secrets.md.",
        isSecret: true)
    static let secretKeyFile = Option(
        flag: "--secret-key-file", variable: "PARLEY_SECRET_KEY_FILE", placeholder: "FILE", standard: "",
        about: "The same from a file, one key a line.")

    static let all = [
        data, listen, tlsCertificate, tlsKey, redirectListen, hsts, trustedProxies, origins, publicURL, accountChannel,
        signUp, loops, logLevel, logFormat, rateLimit, signInLimit, stopSeconds, drainSeconds, waitSeconds, diskFreeMin,
        adminToken, slackWebhookURL, smtpURL, smtpUsername, smtpPassword, smtpFrom, emailTo,
        directoryURL, directoryToken, bigChatURL, ourAPIURL, bridgeInterval, bridgeEnabled,
        secretKey, secretKeyFile, backups, backupHours, backupKeep, backupDrillDays, s3URL, s3Region, s3AccessKey,
        s3SecretKey,
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
