/// What the bot says by itself, in the languages it knows and as a survey may word it otherwise.
///
/// The raw names are the keys of a survey's `phrases`. Each says which placeholders it is filled with.
enum Phrase: String, CaseIterable, Sendable {
    // Under a question: what to answer with. Texts have no hint.
    case replyWithNumber = "reply_with_number"
    case replyWithNumbers = "reply_with_numbers"
    /// `{minimum}`, `{maximum}`
    case replyWithNumbersBetween = "reply_with_numbers_between"
    /// `{count}`
    case replyWithNumbersExactly = "reply_with_numbers_exactly"
    /// Added where no pick is fine too.
    case noneIsFine = "none_is_fine"
    /// `{from}`, `{to}`
    case ratingHint = "rating_hint"
    /// `{from}`, `{low}`, `{to}`, `{high}`
    case ratingHintLabelled = "rating_hint_labelled"
    case numberHint = "number_hint"
    case wholeNumberHint = "whole_number_hint"
    /// `{minimum}`, `{maximum}`
    case numberHintBetween = "number_hint_between"
    /// `{minimum}`
    case numberHintAtLeast = "number_hint_at_least"
    /// `{maximum}`
    case numberHintAtMost = "number_hint_at_most"
    case dateHint = "date_hint"
    /// `{earliest}`, `{latest}`
    case dateHintBetween = "date_hint_between"
    /// `{earliest}`
    case dateHintFrom = "date_hint_from"
    /// `{latest}`
    case dateHintUntil = "date_hint_until"
    case emailHint = "email_hint"
    case yesNoHint = "yes_no_hint"

    // An answer that could not be taken: one for each `Miss`.
    case notAnOption = "not_an_option"
    /// `{labels}`, separated by commas
    case severalOptions = "several_options"
    /// `{minimum}`
    case tooFewPicks = "too_few_picks"
    /// `{maximum}`
    case tooManyPicks = "too_many_picks"
    /// `{minimum}` characters
    case tooShort = "too_short"
    /// `{maximum}` characters
    case tooLong = "too_long"
    case patternMismatch = "pattern_mismatch"
    case notANumber = "not_a_number"
    case notWhole = "not_whole"
    /// `{minimum}`
    case tooSmall = "too_small"
    /// `{maximum}`
    case tooLarge = "too_large"
    case notADate = "not_a_date"
    /// `{earliest}`
    case tooEarly = "too_early"
    /// `{latest}`
    case tooLate = "too_late"
    case notAnEmail = "not_an_email"
    case notYesOrNo = "not_yes_or_no"
    case emptyAnswer = "empty_answer"
    /// After three misses at a question that needs an answer.
    case helpMore = "help_more"
    /// After three misses at a question that may be skipped.
    case helpMoreOptional = "help_more_optional"

    // Words that steer.
    case help
    case cannotSkip = "cannot_skip"
    case cannotGoBack = "cannot_go_back"
    case wentBack = "went_back"
    /// `{answer}`
    case answerSoFar = "answer_so_far"
    case nothingToKeep = "nothing_to_keep"
    case restartConfirm = "restart_confirm"
    case restarted
    case notRestarted = "not_restarted"
    /// `{languages}`, separated by commas
    case languageWhich = "language_which"
    case languageChanged = "language_changed"
    /// `{languages}`, separated by commas
    case languageUnknown = "language_unknown"
    case paused

    // How answers are shown in texts.
    case optionYes = "option_yes"
    case optionNo = "option_no"
    /// No pick.
    case optionNone = "option_none"

    // Coming, going, and not getting in.
    case welcomeBack = "welcome_back"
    case alreadyCompleted = "already_completed"
    case closed
    case notOpenYet = "not_open_yet"
    case quotaReached = "quota_reached"
    case takenOver = "taken_over"
    case notSaved = "not_saved"
    case goodbyeDefault = "goodbye_default"
    case feedbackRating = "feedback_rating"
    case feedbackComment = "feedback_comment"
    case feedbackThanks = "feedback_thanks"
}
