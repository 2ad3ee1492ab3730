import Outbound
import Storage
import Web

extension App {
    /// What the operator decides about the features.
    struct Settings: Sendable {
        /// Requests a second; 0 is no limit.
        var rateLimit = 0
        /// A minute; 0 is no limit.
        var signInLimit = 0
        var directory: DirectorySettings?
        var health = Health.Limits()
        /// Seals secrets where they are stored.
        var vault = Vault()
        /// As the running configuration shows them.
        var options: [OptionReport] = []
        /// Where people reach this, without a slash at the end.
        var publicURL: String?
        var speaksTLS = false
        /// Carries mails to people, if it is of the kind email.
        var accountChannel = "email"
        /// Whether players may make accounts for themselves.
        var letsSignUp = false
        /// Of passwords that are set from now on.
        var passwordCost = PasswordHash.costStandard
        var backups = BackupSettings()
    }
}

extension App.Settings {
    init(_ configuration: Configuration, _ vault: Vault) {
        self.vault = vault
        rateLimit = configuration.rateLimit
        signInLimit = configuration.signInLimit
        health = configuration.health
        options = configuration.options
        backups = configuration.backups
        directory = configuration.directory
        publicURL = configuration.publicURL
        speaksTLS = configuration.tls != nil
        accountChannel = configuration.accountChannel
        letsSignUp = configuration.letsSignUp
    }
}

extension SessionCookie {
    init(_ settings: App.Settings) {
        isSecure = settings.speaksTLS || settings.publicURL?.hasPrefix("https://") == true
        origin = settings.publicURL?.lowercased()
    }
}
