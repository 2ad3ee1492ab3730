import Outbound
import Storage

extension Retained {
    /// Their text is blank since they ended; what is left is that there was one.
    static let accountMails = Retained(
        "account_mails", "Mails to accounts that were sent, or could not be, without their text.", standard: 90
    ) { snapshot, before, after, take throws(StorageError) in
        var oldest = OldestFirst(before: before)
        try snapshot.eachEndedDelivery(source: AccountMail.source, after: after) {
            oldest.give(Old(key: $0, since: $1), to: take)
        }
    } purge: { transaction, id, _, _ throws(StorageError) in
        try transaction.forgetEndedDelivery(id)
    }
}
