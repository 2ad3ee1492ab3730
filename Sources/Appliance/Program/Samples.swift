import Outbound
import Storage

/// What the first start leaves in the empty database, so that the first `curl` has something to talk to.
struct Samples: Sendable {
    /// Slack for sales, email for pricing: as the people who asked for this product know it.
    static let topics = [(topic: "sales", channel: "slack"), (topic: "pricing", channel: "email")]
    static let logChannel = "log"

    let settings: SampleSettings
    let couriers: [Courier]
    let vault: Vault

    /// - Throws: `UsageError` naming the variable whose value no channel could use.
    init(_ settings: SampleSettings, couriers: [Courier], vault: Vault = Vault()) throws(UsageError) {
        self.settings = settings
        self.couriers = couriers
        self.vault = vault
        for channel in channels(at: 0) {
            guard let courier = couriers.first(where: { $0.kind == channel.kind }) else { continue }
            if let problem = courier.validate(channel.settings).first {
                let variable = Self.variables[problem.field].map { ": \($0.variable)" } ?? ""
                throw UsageError(explanation: "channel '\(channel.name)'\(variable): \(problem.detail)")
            }
        }
    }

    /// Channels of the operator's environment, who may well mean a relay next door: private addresses are allowed.
    func channels(at now: Int64) -> [Channel] {
        var channels: [Channel] = []
        if let url = settings.slackWebhookURL {
            channels.append(
                Channel(
                    name: "slack", kind: "slack", settings: ["webhook_url": .text(url)], allowPrivate: true,
                    createdAt: now, changedAt: now))
        }
        if let email = settings.email {
            var settings: [String: SettingValue] = [
                "smtp_url": .text(email.smtpURL), "from": .text(email.from), "to": .list(email.to),
            ]
            settings["username"] = email.username.map(SettingValue.text)
            settings["password"] = email.password.map(SettingValue.text)
            channels.append(
                Channel(
                    name: "email", kind: "email", settings: settings, allowPrivate: true, createdAt: now, changedAt: now
                ))
        }
        if channels.count < Self.topics.count {
            channels.append(Channel(name: Self.logChannel, kind: "log", createdAt: now, changedAt: now))
        }
        return channels
    }

    /// The channel as it is to be stored.
    func sealed(_ channel: Channel) -> Channel {
        var sealed = channel
        let courier = couriers.first { $0.kind == channel.kind }
        sealed.settings = vault.seal(channel.settings, of: channel.name, courier)
        return sealed
    }

    private static let variables: [String: Option] = [
        "webhook_url": .slackWebhookURL, "smtp_url": .smtpURL, "username": .smtpUsername, "password": .smtpPassword,
        "from": .smtpFrom, "to": .emailTo,
    ]
}

extension Transaction {
    /// Makes the sample channels and topics, if this is the first start: no token was ever made.
    ///
    /// - Returns: the secret of the first token, when it was made here and must be shown.
    borrowing func prepareFirstStart(_ samples: Samples, at now: Int64) throws(StorageError) -> String? {
        let tokens = try snapshot.tokens()
        if tokens.isEmpty {
            let channels = samples.channels(at: now)
            for channel in channels { try save(samples.sealed(channel), at: now) }
            for (topic, wanted) in Samples.topics {
                let channel = channels.contains { $0.name == wanted } ? wanted : Samples.logChannel
                try save(
                    Topic(
                        name: topic, channels: [channel], template: Topic.templateStandard,
                        createdAt: Timestamp(now), changedAt: Timestamp(now)))
            }
            try insertSampleSurvey(at: now)
            try insertSampleQuiz(at: now)
        }
        return try prepareAdminToken(samples.settings.adminToken, among: tokens, at: now)
    }

    /// Sees to it that the operator's token is valid, or that there is a first one at all.
    ///
    /// Another value in the environment replaces the token 'admin'. One that was revoked stays revoked: whoever revoked
    /// it had a reason, and a restart must not undo it.
    private borrowing func prepareAdminToken(_ secret: String?, among tokens: [Token], at now: Int64)
        throws(StorageError) -> String?
    {
        let draft = TokenDraft(name: Token.adminName, scopes: [.admin])
        guard let secret else {
            guard tokens.isEmpty else { return nil }
            let (token, secret) = draft.token(at: now)
            try insert(token)
            return secret
        }
        guard !tokens.contains(where: { $0.digest == Token.digest(of: secret) }) else { return nil }
        for token in tokens where token.name == Token.adminName { _ = try revokeToken(token.id, at: now) }
        try insert(draft.token(at: now, secret: secret).0)
        return nil
    }
}
