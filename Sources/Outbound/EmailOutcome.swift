extension Email {
    /// A greylisting server wants to be left alone for a few minutes; sooner is counted as the first try again.
    static let greylistMs: Int64 = 5 * 60_000

    /// What a submission means, from libcurl's verdict and what the server said.
    ///
    /// - Parameter served: recipients that earlier attempts reached; those reached now are added to the memo, so that
    ///   nobody gets the mail twice because a neighbour's mailbox was full.
    static func outcome(_ result: TransferResult, served: [String]) -> CourierOutcome {
        let dialogue = result.dialogue ?? SMTPDialogue()
        switch result.ending {
        case .answered: return answered(dialogue, served: served)
        case .failed(let failure):
            switch failure.kind {
            case .tlsUnavailable, .certificateRefused, .addressRefused, .invalidRequest, .tlsFailed, .cancelled:
                return CourierOutcome(failure)
            case .nameUnknown, .connectFailed, .loginDenied, .timedOut, .connectionLost, .unreadableAnswer, .other:
                if let refusal = dialogue.refusal { return refused(refusal) }
                return CourierOutcome(failure)
            }
        }
    }

    private static func answered(_ dialogue: SMTPDialogue, served: [String]) -> CourierOutcome {
        let code = "smtp.\(dialogue.last?.code ?? 250)"
        guard let first = dialogue.refused.first else {
            return CourierOutcome(.delivered, code: code, excerpt: dialogue.last?.text ?? "")
        }
        let reply = dialogue.refused.first { $0.code < 500 } ?? first
        var outcome = refused(reply)
        outcome.memo = (served + dialogue.accepted).joined(separator: "\n")
        let refusedCount = dialogue.refused.count
        outcome.excerpt = "Sent, but not to \(refusedCount) of \(refusedCount + dialogue.accepted.count): \(reply.text)"
        return outcome
    }

    private static func refused(_ reply: SMTPDialogue.Reply) -> CourierOutcome {
        var outcome = CourierOutcome(outcomeClass(of: reply), code: "smtp.\(reply.code)", excerpt: reply.text)
        if (450...452).contains(reply.code) { outcome.retryAfterMilliseconds = greylistMs }
        return outcome
    }

    private static func outcomeClass(of reply: SMTPDialogue.Reply) -> OutcomeClass {
        guard reply.code >= 500 else { return .transient }
        switch reply.code {
        case 530, 534, 535, 538: return .misconfigured  // wants to know who is sending, or did not believe it
        default: break
        }
        switch reply.step {
        case .greeting, .hello, .startTLS, .login: return .misconfigured
        case .sender: return reply.code == 552 ? .permanent : .misconfigured  // 552: this mail is too large
        case .recipient, .data, .message, .farewell: return .permanent
        }
    }
}
