extension Phrases {
    static let french: [Phrase: String] = [
        .replyWithNumber: "Merci de répondre par le numéro correspondant à votre choix.",
        .replyWithNumbers: "Merci de répondre par les numéros de tout ce qui convient, par exemple : 1, 3",
        .replyWithNumbersBetween:
            "Merci d'en choisir de {minimum} à {maximum} et de répondre par leurs numéros, par exemple : 1, 3",
        .replyWithNumbersExactly: "Merci d'en choisir exactement {count} et de répondre par les numéros.",
        .noneIsFine: "Si rien ne convient, dites « aucun ».",
        .ratingHint: "Merci de répondre par un nombre de {from} à {to}.",
        .ratingHintLabelled: "Merci de répondre par un nombre de {from} ({low}) à {to} ({high}).",
        .numberHint: "Merci de répondre par un nombre.",
        .wholeNumberHint: "Merci de répondre par un nombre entier.",
        .numberHintBetween: "Merci de répondre par un nombre de {minimum} à {maximum}.",
        .numberHintAtLeast: "Merci de répondre par un nombre d'au moins {minimum}.",
        .numberHintAtMost: "Merci de répondre par un nombre d'au plus {maximum}.",
        .dateHint: "Merci de répondre par une date, par exemple : 31 décembre 2026",
        .dateHintBetween: "Merci de répondre par une date entre le {earliest} et le {latest}.",
        .dateHintFrom: "Merci de répondre par une date à partir du {earliest}.",
        .dateHintUntil: "Merci de répondre par une date jusqu'au {latest}.",
        .emailHint: "Merci de répondre par votre adresse e-mail.",
        .yesNoHint: "Merci de répondre par oui ou par non.",

        .notAnOption: "Pardon, je ne reconnais aucune des options dans votre réponse.",
        .severalOptions: "Il y a plusieurs possibilités : {labels}. Laquelle est la bonne ?",
        .tooFewPicks: "Merci d'en choisir au moins {minimum}.",
        .tooManyPicks: "Merci de ne pas en choisir plus de {maximum}.",
        .tooShort: "Pourriez-vous en dire un peu plus ? Il me faut au moins {minimum} caractères.",
        .tooLong: "C'est un peu long pour moi. Merci de ne pas dépasser {maximum} caractères.",
        .patternMismatch: "Pardon, ce n'est pas la forme attendue ici.",
        .notANumber: "Pardon, je ne trouve pas de nombre dans votre réponse.",
        .notWhole: "Pardon, il me faut ici un nombre entier.",
        .tooSmall: "C'est trop petit : je peux accepter {minimum} ou plus.",
        .tooLarge: "C'est trop grand : je peux accepter {maximum} ou moins.",
        .notADate: "Pardon, je ne trouve pas de date dans votre réponse.",
        .tooEarly: "C'est trop tôt : je peux accepter le {earliest} ou après.",
        .tooLate: "C'est trop tard : je peux accepter le {latest} ou avant.",
        .notAnEmail: "Pardon, cela ne ressemble pas à une adresse e-mail comme nom@example.com.",
        .notYesOrNo: "Pardon, je ne sais pas si c'est un oui ou un non.",
        .emptyAnswer: "Je n'ai reçu aucun texte. Pourriez-vous renvoyer votre réponse ?",
        .helpMore:
            "Pas de souci, nous allons y arriver. Vous pouvez aussi dire « retour » pour changer votre réponse "
            + "précédente, « aide » pour obtenir de l'aide, ou « arrêter » pour continuer une autre fois.",
        .helpMoreOptional:
            "Pas de souci, nous allons y arriver. Vous pouvez aussi dire « passer » pour laisser cette question de "
            + "côté, « retour » pour changer votre réponse précédente, « aide » pour obtenir de l'aide, ou « arrêter "
            + "» pour continuer une autre fois.",

        .help:
            "Répondez avec vos propres mots, ou par un numéro quand il y a des options. « retour » change votre "
            + "réponse précédente, « passer » laisse de côté une question facultative, « recommencer » reprend au "
            + "début, « langue » change la langue, et « arrêter » garde vos réponses pour une autre fois.",
        .cannotSkip: "Pour cette question, il me faut malheureusement une réponse.",
        .cannotGoBack: "C'est la première question, il n'y en a pas avant.",
        .wentBack: "D'accord, revenons à la question précédente.",
        .answerSoFar: "Votre réponse jusqu'ici : {answer}. Dites « garder » pour la laisser ainsi.",
        .nothingToKeep: "Il n'y a pas de réponse précédente à garder ici.",
        .restartConfirm: "Vos réponses seraient perdues. Voulez-vous vraiment recommencer ? (oui ou non)",
        .restarted: "D'accord, depuis le début.",
        .notRestarted: "D'accord, continuons où nous en étions.",
        .languageWhich: "Dans quelle langue souhaitez-vous continuer ? {languages}",
        .languageChanged: "D'accord, continuons en français.",
        .languageUnknown: "Je ne connais malheureusement pas cette langue ici. Merci d'en choisir une : {languages}",
        .paused:
            "D'accord, arrêtons-nous là. Vos réponses sont gardées ; revenez quand vous voulez et nous continuerons.",

        .optionYes: "oui",
        .optionNo: "non",
        .optionNone: "aucun",

        .welcomeBack: "Quel plaisir de vous revoir ! Continuons où nous en étions.",
        .alreadyCompleted: "Vous avez déjà répondu à cette enquête. Merci !",
        .closed: "Cette enquête est close. Merci de votre intérêt !",
        .notOpenYet: "Cette enquête n'a pas encore commencé. Merci de revenir un peu plus tard.",
        .quotaReached: "Cette enquête a déjà toutes les réponses qu'il lui faut. Merci de votre intérêt !",
        .takenOver: "Cette conversation continue dans une autre fenêtre, je m'arrête donc ici.",
        .notSaved: "L'enregistrement n'a pas réussi à l'instant. Merci de renvoyer votre réponse.",
        .goodbyeDefault: "Merci ! Votre réponse a été enregistrée.",
        .feedbackRating: "Comment avez-vous trouvé cette conversation, de 1 à 5 ?",
        .feedbackComment: "Souhaitez-vous ajouter quelque chose ?",
        .feedbackThanks: "Merci de votre avis !",
    ]
}
