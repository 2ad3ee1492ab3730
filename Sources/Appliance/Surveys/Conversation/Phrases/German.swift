extension Phrases {
    static let german: [Phrase: String] = [
        .replyWithNumber: "Bitte antworten Sie mit der Nummer Ihrer Wahl.",
        .replyWithNumbers: "Bitte antworten Sie mit den Nummern von allem, was zutrifft, zum Beispiel: 1, 3",
        .replyWithNumbersBetween:
            "Bitte wählen Sie {minimum} bis {maximum} aus und antworten Sie mit den Nummern, zum Beispiel: 1, 3",
        .replyWithNumbersExactly: "Bitte wählen Sie genau {count} aus und antworten Sie mit den Nummern.",
        .noneIsFine: "Wenn nichts zutrifft, sagen Sie „keine“.",
        .ratingHint: "Bitte antworten Sie mit einer Zahl von {from} bis {to}.",
        .ratingHintLabelled: "Bitte antworten Sie mit einer Zahl von {from} ({low}) bis {to} ({high}).",
        .numberHint: "Bitte antworten Sie mit einer Zahl.",
        .wholeNumberHint: "Bitte antworten Sie mit einer ganzen Zahl.",
        .numberHintBetween: "Bitte antworten Sie mit einer Zahl von {minimum} bis {maximum}.",
        .numberHintAtLeast: "Bitte antworten Sie mit einer Zahl ab {minimum}.",
        .numberHintAtMost: "Bitte antworten Sie mit einer Zahl bis {maximum}.",
        .dateHint: "Bitte antworten Sie mit einem Datum, zum Beispiel: 31. Dezember 2026",
        .dateHintBetween: "Bitte antworten Sie mit einem Datum von {earliest} bis {latest}.",
        .dateHintFrom: "Bitte antworten Sie mit einem Datum ab {earliest}.",
        .dateHintUntil: "Bitte antworten Sie mit einem Datum bis {latest}.",
        .emailHint: "Bitte antworten Sie mit Ihrer E-Mail-Adresse.",
        .yesNoHint: "Bitte antworten Sie mit Ja oder Nein.",

        .notAnOption: "Ich konnte das leider keiner der Möglichkeiten zuordnen.",
        .severalOptions: "Da kommt mehreres in Frage: {labels}. Was davon meinen Sie?",
        .tooFewPicks: "Bitte wählen Sie mindestens {minimum} aus.",
        .tooManyPicks: "Bitte wählen Sie höchstens {maximum} aus.",
        .tooShort: "Könnten Sie etwas mehr sagen? Ich brauche mindestens {minimum} Zeichen.",
        .tooLong: "Das ist für mich etwas lang. Bitte schreiben Sie höchstens {maximum} Zeichen.",
        .patternMismatch: "Das hat leider nicht die Form, die hier gebraucht wird.",
        .notANumber: "Ich konnte darin leider keine Zahl lesen.",
        .notWhole: "Hier brauche ich bitte eine ganze Zahl.",
        .tooSmall: "Das ist zu klein: Es geht ab {minimum}.",
        .tooLarge: "Das ist zu groß: Es geht bis {maximum}.",
        .notADate: "Ich konnte darin leider kein Datum lesen.",
        .tooEarly: "Das ist zu früh: Es geht ab {earliest}.",
        .tooLate: "Das ist zu spät: Es geht bis {latest}.",
        .notAnEmail: "Das sieht leider nicht aus wie eine E-Mail-Adresse, etwa name@example.com.",
        .notYesOrNo: "Ich weiß leider nicht, ob das ein Ja oder ein Nein ist.",
        .emptyAnswer: "Bei mir ist kein Text angekommen. Könnten Sie Ihre Antwort noch einmal senden?",
        .helpMore:
            "Kein Problem, das bekommen wir hin. Sie können auch „zurück“ sagen, um Ihre vorige Antwort zu ändern, "
            + "„Hilfe“ für Hilfe oder „Stopp“, um ein andermal weiterzumachen.",
        .helpMoreOptional:
            "Kein Problem, das bekommen wir hin. Sie können auch „überspringen“ sagen, um diese Frage auszulassen, "
            + "„zurück“, um Ihre vorige Antwort zu ändern, „Hilfe“ für Hilfe oder „Stopp“, um ein andermal "
            + "weiterzumachen.",

        .help:
            "Antworten Sie einfach mit eigenen Worten oder, wo Möglichkeiten zur Wahl stehen, mit einer Nummer. "
            + "„zurück“ ändert Ihre vorige Antwort, „überspringen“ lässt eine freiwillige Frage aus, „neu starten“ "
            + "beginnt von vorn, „Sprache“ wechselt die Sprache, und „Stopp“ hebt Ihre Antworten für ein andermal "
            + "auf.",
        .cannotSkip: "Auf diese Frage brauche ich leider eine Antwort.",
        .cannotGoBack: "Das ist die erste Frage, davor gibt es keine.",
        .wentBack: "Gut, zurück zur vorigen Frage.",
        .answerSoFar: "Ihre bisherige Antwort: {answer}. Sagen Sie „behalten“, um sie zu behalten.",
        .nothingToKeep: "Hier gibt es keine frühere Antwort, die ich behalten könnte.",
        .restartConfirm: "Ihre bisherigen Antworten gingen verloren. Möchten Sie wirklich neu beginnen? (ja oder nein)",
        .restarted: "Gut, von Anfang an.",
        .notRestarted: "Gut, wir machen weiter, wo wir waren.",
        .languageWhich: "In welcher Sprache möchten Sie weitermachen? {languages}",
        .languageChanged: "Gut, wir machen auf Deutsch weiter.",
        .languageUnknown: "Diese Sprache kann ich hier leider nicht. Bitte wählen Sie eine von diesen: {languages}",
        .paused:
            "Gut, hören wir hier auf. Ihre Antworten bleiben erhalten; kommen Sie jederzeit wieder, dann machen "
            + "wir weiter.",

        .optionYes: "ja",
        .optionNo: "nein",
        .optionNone: "keine",

        .welcomeBack: "Willkommen zurück! Wir machen weiter, wo wir aufgehört haben.",
        .alreadyCompleted: "Sie haben diese Umfrage schon abgeschlossen. Vielen Dank!",
        .closed: "Diese Umfrage ist geschlossen. Danke für Ihr Interesse!",
        .notOpenYet: "Diese Umfrage hat noch nicht begonnen. Bitte kommen Sie etwas später wieder.",
        .quotaReached: "Diese Umfrage hat schon alle Antworten, die sie braucht. Danke für Ihr Interesse!",
        .takenOver: "Dieses Gespräch geht in einem anderen Fenster weiter, deshalb höre ich hier auf.",
        .notSaved: "Das konnte ich gerade nicht speichern. Bitte senden Sie es noch einmal.",
        .goodbyeDefault: "Vielen Dank! Ihre Antwort wurde gespeichert.",
        .feedbackRating: "Wie war dieses Gespräch, von 1 bis 5?",
        .feedbackComment: "Möchten Sie noch etwas hinzufügen?",
        .feedbackThanks: "Danke für Ihre Rückmeldung!",
    ]
}
