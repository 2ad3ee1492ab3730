import Outbound
import Storage
import Synchronization

/// Mails with links to people themselves, through the outbox.
struct AccountMail: Sendable {
    /// The outbox's name for this feature. What its deliveries hold is the key to an account: no list shows it, and it
    /// is blanked as soon as the delivery has ended.
    static let source = "accounts"

    /// The channel that carries them, if there is one of that name and it is of the kind email.
    let channel: String
    let address: PublicAddress

    enum Letter: Equatable, Sendable {
        case invitation, reset, signUp

        init(_ purpose: AccountTicket.Purpose) {
            switch purpose {
            case .invitation: self = .invitation
            case .reset: self = .reset
            case .signUp: self = .signUp
            }
        }
    }

    /// What the outbox calls, in the transaction that records how a mail fared.
    static let observer: DeliveryObserver = { transaction, change throws(StorageError) in
        guard [.delivered, .failed, .cancelled].contains(change.state) else { return }
        try transaction.blankDeliveries(source: change.source, reference: change.reference)
    }

    /// Behind the `#`, which browsers send to nobody: it gets into no log of a server or proxy.
    func link(_ purpose: AccountTicket.Purpose, _ secret: String) -> String {
        "\(address.url)/account#\(purpose.word)=\(secret)"
    }

    /// Whether there is a channel for it.
    func canSend(_ snapshot: borrowing Snapshot) throws(StorageError) -> Bool {
        try snapshot.channel(named: channel)?.kind == "email"
    }

    /// Enqueues the mail of a ticket, in the transaction that makes it.
    ///
    /// - Returns: false, and nothing is sent, where there is no channel for it.
    func send(
        _ ticket: AccountTicket, _ secret: String, in transaction: borrowing Transaction, at now: Int64
    ) throws(StorageError) -> Bool {
        guard try canSend(transaction.snapshot) else { return false }
        let letter = Letter(ticket.purpose)
        let notice = Notice(
            type: "account.\(ticket.purpose.word)", subject: letter.subject,
            text: letter.text(link: link(ticket.purpose, secret), until: ticket.expiresAt), to: ticket.email)
        try transaction.enqueue(
            Delivery(channel: channel, source: Self.source, reference: ticket.id, notice: notice), at: now)
        return true
    }
}

extension AccountMail.Letter {
    fileprivate var subject: String {
        switch self {
        case .invitation: "You are invited to Parley"
        case .reset: "Choose a new password for Parley"
        case .signUp: "Confirm your address for Parley"
        }
    }

    fileprivate func text(link: String, until: Timestamp) -> String {
        let (reason, otherwise) =
            switch self {
            case .invitation:
                (
                    "An account was made for this address. Choose a password to use it:",
                    "If you expect none, ignore this."
                )
            case .reset:
                (
                    "Somebody, you we hope, asked for a new password for this address. Choose it here:",
                    "If it was not you, ignore this: your password stays as it is."
                )
            case .signUp:
                (
                    "Somebody, you we hope, wants an account for this address. Choose a password to have it:",
                    "If it was not you, ignore this: no account is made."
                )
            }
        return """
            \(reason)

            \(link)

            The link works once, until \(until.iso8601). Give it to nobody.
            \(otherwise)
            """
    }
}

/// Where people find this program: what links begin with. Never taken from a request, whose `Host` is the sender's to
/// choose: a link to elsewhere would bring the ticket there.
final class PublicAddress: Sendable {
    private let given: String?
    private let listening = Mutex("http://127.0.0.1:8080")

    /// - Parameter given: as configured, without a slash at the end.
    init(_ given: String?) { self.given = given }

    /// Makes known where the program listens, for links where nothing was configured.
    func listens(at url: String) { listening.withLock { $0 = url } }

    var isGiven: Bool { given != nil }
    var url: String { given ?? listening.withLock { $0 } }
}
