/// Tells that an account was signed in to on a device before, so that strangers' failures do not hold up its owner
/// there. It opens nothing by itself, and ends with the password: who knew an earlier one is a stranger.
struct DeviceMark: Sendable {
    /// Of the database's secret.
    static let name = "accounts"

    let key = SigningKey()

    /// Milliseconds for which it is good.
    static let lifetime = Timestamp.hours(365 * 24)

    /// `<account>.<16 digits by chance>.<Unix milliseconds>.<signature>`
    ///
    /// - Parameter password: as it is stored.
    func make(for account: String, password: String, at now: Int64) -> String {
        let text = "\(account).\(SigningKey.chance()).\(now)"
        return "\(text).\(key.signature(of: Self.signed(text, password)))"
    }

    /// What tries on that device count under; nil for what was not made here for this account with this password, or
    /// more than a year ago.
    func device(_ mark: String, of account: String, password: String, at now: Int64) -> SignInDelays.Key? {
        guard mark.utf8.count <= Self.bytesMax else { return nil }
        let parts = mark.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == account, let made = Int64(parts[2]) else { return nil }
        let text = parts.prefix(3).joined(separator: ".")
        guard key.isSigned(parts[3], Self.signed(text, password)), made <= now, now - made < Self.lifetime
        else { return nil }
        return .device(text)
    }

    /// The hash of the password does not leave the program, but has a part in the signature.
    private static func signed(_ text: String, _ password: String) -> String { "\(text) \(password)" }

    /// A UUID, 16 digits, 19 digits, 32 digits, and three dots.
    private static let bytesMax = 36 + 1 + 16 + 1 + 19 + 1 + 32
}

extension SigningKey {
    /// 16 hexadecimal digits.
    fileprivate static func chance() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
