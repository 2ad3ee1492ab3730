import Outbound
import Storage
import Web

/// What was found out about the program's state, all at the same time.
struct HealthSeen: Sendable {
    /// What is read on a reader's thread.
    struct Look: Sendable {
        /// Of the disk that the data folder is on.
        var room: DiskRoom
        var databaseBytes: Int64 = 0
        var schemaMatches = true
        var due = DueDeliveries()
        var process: ProcessFigures
    }

    /// Unix milliseconds.
    var now: Int64
    /// Whether a write reached the disk; nil when it is late.
    var written: Result<Void, StorageError>?
    /// Nil when it is late.
    var looked: Result<Look, StorageError>?
    var held: [String] = []
    var clockBehindMs: Int64 = 0
    var isStopping = false
}

/// What the program's state means: the rules of readiness.
enum HealthStep {
    /// A clock may be adjusted by a little; this much is a step.
    static let clockStepMs: Int64 = 1_000
    /// A certificate is renewed a month before its end, as a rule; half of that is left then.
    static let certificateDays: Int64 = 14
    /// Channels that are named.
    static let namesMax = 5

    static func reasons(_ seen: HealthSeen, _ limits: Health.Limits) -> [Finding] {
        var reasons: [Finding] = seen.isStopping ? [.stopping] : []
        switch seen.written {
        case nil:
            let detail = "A write did not reach the disk within \(limits.patience). See to it."
            reasons.append(Finding(code: "write.late", detail: detail))
        case .failure(let fault): reasons.append(Finding(code: fault.code, detail: fault.explanation))
        case .success: break
        }
        switch seen.looked {
        case nil: reasons.append(Finding(code: "read.late", detail: "The disk does not answer. See to it."))
        case .failure(let fault): reasons.append(Finding(code: fault.code, detail: fault.explanation))
        case .success(let look): reasons += Self.reasons(look, at: seen.now, limits)
        }
        // A database that is closed says so twice.
        return reasons.enumerated().filter { index, one in !reasons[..<index].contains(one) }.map(\.element)
    }

    private static func reasons(_ look: HealthSeen.Look, at now: Int64, _ limits: Health.Limits) -> [Finding] {
        var reasons: [Finding] = []
        if let shortfall = limits.disk.shortfall(of: look.room) {
            reasons.append(Finding(code: "disk.full", detail: shortfall))
        }
        if !look.schemaMatches {
            reasons.append(
                Finding(code: "schema.differs", detail: "The file's tables are not this version's. Start it again."))
        }
        let late = look.due.untouchedSince.filter { now - $0.value > limits.overdueMs }.keys.sorted()
        if !late.isEmpty {
            reasons.append(
                Finding(
                    code: "outbox.overdue",
                    detail: "Deliveries are due and none was taken for \(limits.overdueMs / 1_000) s, for "
                        + "\(names(late)). Start it again, and report this."))
        }
        return reasons
    }

    static func warnings(_ seen: HealthSeen, _ limits: Health.Limits) -> [Finding] {
        var warnings: [Finding] = []
        if case .success(let look)? = seen.looked, limits.disk.shortfall(of: look.room) == nil,
            let shortfall = limits.disk.shortfall(of: look.room, factor: DiskLimit.warningFactor)
        {
            warnings.append(Finding(code: "disk.low", detail: shortfall))
        }
        if !seen.held.isEmpty {
            warnings.append(Finding(code: "channel.held", detail: "Held by themselves: \(names(seen.held.sorted()))."))
        }
        if seen.clockBehindMs > clockStepMs {
            warnings.append(
                Finding(
                    code: "clock.back",
                    detail: "The clock was set back: it is \(seen.clockBehindMs / 1_000) s behind what it showed. "
                        + "What has a time may come late, or in another order."))
        }
        return warnings
    }

    static func warning(of certificate: TLSCertificate, at now: Int64) -> [Finding] {
        let secondsLeft = Int64(certificate.expiresAt) - now / 1_000
        guard secondsLeft < certificateDays * 86_400 else { return [] }
        let days = secondsLeft / 86_400
        let ends = secondsLeft < 0 ? "The certificate has ended." : "The certificate ends in \(days) days."
        return [Finding(code: "certificate.ending", detail: "\(ends) Renew it, then send SIGHUP.")]
    }

    private static func names(_ all: [String]) -> String {
        all.prefix(namesMax).joined(separator: ", ") + (all.count > namesMax ? " and \(all.count - namesMax) more" : "")
    }
}
