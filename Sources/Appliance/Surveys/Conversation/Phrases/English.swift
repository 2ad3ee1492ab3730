extension Phrases {
    static let english: [Phrase: String] = [
        .replyWithNumber: "Please reply with the number corresponding to your choice.",
        .replyWithNumbers: "Please reply with the numbers of all that apply, for example: 1, 3",
        .replyWithNumbersBetween:
            "Please choose {minimum} to {maximum} and reply with their numbers, for example: 1, 3",
        .replyWithNumbersExactly: "Please choose exactly {count} and reply with the numbers.",
        .noneIsFine: "If nothing applies, say \"none\".",
        .ratingHint: "Please reply with a number from {from} to {to}.",
        .ratingHintLabelled: "Please reply with a number from {from} ({low}) to {to} ({high}).",
        .numberHint: "Please reply with a number.",
        .wholeNumberHint: "Please reply with a whole number.",
        .numberHintBetween: "Please reply with a number from {minimum} to {maximum}.",
        .numberHintAtLeast: "Please reply with a number of at least {minimum}.",
        .numberHintAtMost: "Please reply with a number of at most {maximum}.",
        .dateHint: "Please reply with a date, for example: 31 December 2026",
        .dateHintBetween: "Please reply with a date from {earliest} to {latest}.",
        .dateHintFrom: "Please reply with a date, {earliest} or later.",
        .dateHintUntil: "Please reply with a date, {latest} or earlier.",
        .emailHint: "Please reply with your e-mail address.",
        .yesNoHint: "Please reply with yes or no.",

        .notAnOption: "Sorry, I could not match that with one of the options.",
        .severalOptions: "That could be one of several: {labels}. Which one do you mean?",
        .tooFewPicks: "Please choose at least {minimum}.",
        .tooManyPicks: "Please choose no more than {maximum}.",
        .tooShort: "Could you say a little more? I need at least {minimum} characters.",
        .tooLong: "That is a little long for me. Please keep it to {maximum} characters.",
        .patternMismatch: "Sorry, that is not in the form that is needed here.",
        .notANumber: "Sorry, I could not read a number in that.",
        .notWhole: "Sorry, I need a whole number here.",
        .tooSmall: "That is too small: I can take {minimum} or more.",
        .tooLarge: "That is too large: I can take {maximum} or less.",
        .notADate: "Sorry, I could not read a date in that.",
        .tooEarly: "That is too early: I can take {earliest} or later.",
        .tooLate: "That is too late: I can take {latest} or earlier.",
        .notAnEmail: "Sorry, that does not look like an e-mail address such as name@example.com.",
        .notYesOrNo: "Sorry, I did not catch whether that is a yes or a no.",
        .emptyAnswer: "I did not get any text. Could you send your answer again?",
        .helpMore:
            "No worries, we will get there. You can also say \"back\" to change your previous answer, \"help\" for "
            + "help, or \"stop\" to go on another time.",
        .helpMoreOptional:
            "No worries, we will get there. You can also say \"skip\" to leave this question out, \"back\" to "
            + "change your previous answer, \"help\" for help, or \"stop\" to go on another time.",

        .help:
            "Just answer in your own words, or with a number where I list options. \"back\" changes your previous "
            + "answer, \"skip\" leaves out a question that is optional, \"restart\" begins again, \"language\" "
            + "changes the language, and \"stop\" keeps your answers for another time.",
        .cannotSkip: "I am afraid I need an answer to this one.",
        .cannotGoBack: "This is the first question, so there is nothing to go back to.",
        .wentBack: "All right, back to the previous question.",
        .answerSoFar: "Your answer so far: {answer}. Say \"keep\" to keep it.",
        .nothingToKeep: "There is no earlier answer to keep here.",
        .restartConfirm: "Your answers so far would be dropped. Do you really want to start again? (yes or no)",
        .restarted: "All right, from the beginning.",
        .notRestarted: "All right, we go on where we were.",
        .languageWhich: "Which language would you like? {languages}",
        .languageChanged: "All right, we go on in English.",
        .languageUnknown: "I am afraid I do not know that language here. Please choose one of these: {languages}",
        .paused: "All right, let's stop here. Your answers are kept; come back any time and we go on.",

        .optionYes: "yes",
        .optionNo: "no",
        .optionNone: "none",

        .welcomeBack: "Welcome back! We go on where you left off.",
        .alreadyCompleted: "You have already completed this survey. Thank you!",
        .closed: "This survey is closed. Thank you for your interest!",
        .notOpenYet: "This survey has not started yet. Please come back a little later.",
        .quotaReached: "This survey has all the answers it needs. Thank you for your interest!",
        .takenOver: "This conversation goes on in another window, so I stop here.",
        .notSaved: "I could not save that just now. Please send it again.",
        .goodbyeDefault: "Thank you! Your response has been recorded.",
        .feedbackRating: "How was this chat, from 1 to 5?",
        .feedbackComment: "Anything you would like to add?",
        .feedbackThanks: "Thank you for your feedback!",
    ]
}
