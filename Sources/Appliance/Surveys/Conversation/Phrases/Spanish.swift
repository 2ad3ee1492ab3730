extension Phrases {
    static let spanish: [Phrase: String] = [
        .replyWithNumber: "Responda con el número que corresponde a su elección, por favor.",
        .replyWithNumbers: "Responda con los números de todo lo que corresponda, por ejemplo: 1, 3",
        .replyWithNumbersBetween: "Elija de {minimum} a {maximum} y responda con sus números, por ejemplo: 1, 3",
        .replyWithNumbersExactly: "Elija exactamente {count} y responda con los números, por favor.",
        .noneIsFine: "Si no corresponde nada, diga \"ninguno\".",
        .ratingHint: "Responda con un número de {from} a {to}, por favor.",
        .ratingHintLabelled: "Responda con un número de {from} ({low}) a {to} ({high}), por favor.",
        .numberHint: "Responda con un número, por favor.",
        .wholeNumberHint: "Responda con un número entero, por favor.",
        .numberHintBetween: "Responda con un número de {minimum} a {maximum}, por favor.",
        .numberHintAtLeast: "Responda con un número que sea {minimum} o más, por favor.",
        .numberHintAtMost: "Responda con un número que sea {maximum} o menos, por favor.",
        .dateHint: "Responda con una fecha, por ejemplo: 31 de diciembre de 2026",
        .dateHintBetween: "Responda con una fecha entre el {earliest} y el {latest}, por favor.",
        .dateHintFrom: "Responda con una fecha a partir del {earliest}, por favor.",
        .dateHintUntil: "Responda con una fecha hasta el {latest}, por favor.",
        .emailHint: "Responda con su dirección de correo electrónico, por favor.",
        .yesNoHint: "Responda sí o no, por favor.",

        .notAnOption: "Lo siento, no reconozco ninguna de las opciones en su respuesta.",
        .severalOptions: "Podría ser más de una: {labels}. ¿A cuál se refiere?",
        .tooFewPicks: "Elija al menos {minimum}, por favor.",
        .tooManyPicks: "No elija más de {maximum}, por favor.",
        .tooShort: "¿Podría decir un poco más? Necesito al menos {minimum} caracteres.",
        .tooLong: "Es un poco largo para mí. Escriba como máximo {maximum} caracteres, por favor.",
        .patternMismatch: "Lo siento, no tiene la forma que se necesita aquí.",
        .notANumber: "Lo siento, no encuentro ningún número en su respuesta.",
        .notWhole: "Lo siento, aquí necesito un número entero.",
        .tooSmall: "Es demasiado pequeño: puedo aceptar {minimum} o más.",
        .tooLarge: "Es demasiado grande: puedo aceptar {maximum} o menos.",
        .notADate: "Lo siento, no encuentro ninguna fecha en su respuesta.",
        .tooEarly: "Es demasiado pronto: puedo aceptar el {earliest} o después.",
        .tooLate: "Es demasiado tarde: puedo aceptar el {latest} o antes.",
        .notAnEmail: "Lo siento, no parece una dirección de correo electrónico como nombre@example.com.",
        .notYesOrNo: "Lo siento, no sé si eso es un sí o un no.",
        .emptyAnswer: "No me ha llegado ningún texto. ¿Puede enviar su respuesta otra vez?",
        .helpMore:
            "No se preocupe, lo conseguiremos. También puede decir \"atrás\" para cambiar su respuesta anterior, "
            + "\"ayuda\" para recibir ayuda o \"parar\" para seguir en otro momento.",
        .helpMoreOptional:
            "No se preocupe, lo conseguiremos. También puede decir \"omitir\" para dejar esta pregunta, \"atrás\" "
            + "para cambiar su respuesta anterior, \"ayuda\" para recibir ayuda o \"parar\" para seguir en otro "
            + "momento.",

        .help:
            "Responda con sus propias palabras, o con un número cuando haya opciones. \"atrás\" cambia su "
            + "respuesta anterior, \"omitir\" deja una pregunta opcional, \"reiniciar\" empieza de nuevo, \"idioma\" "
            + "cambia el idioma y \"parar\" guarda sus respuestas para otro momento.",
        .cannotSkip: "Me temo que para esta pregunta necesito una respuesta.",
        .cannotGoBack: "Esta es la primera pregunta, no hay ninguna anterior.",
        .wentBack: "De acuerdo, volvemos a la pregunta anterior.",
        .answerSoFar: "Su respuesta hasta ahora: {answer}. Diga \"mantener\" para dejarla así.",
        .nothingToKeep: "Aquí no hay ninguna respuesta anterior que mantener.",
        .restartConfirm: "Se perderían sus respuestas. ¿De verdad quiere empezar de nuevo? (sí o no)",
        .restarted: "De acuerdo, desde el principio.",
        .notRestarted: "De acuerdo, seguimos donde estábamos.",
        .languageWhich: "¿En qué idioma prefiere seguir? {languages}",
        .languageChanged: "De acuerdo, seguimos en español.",
        .languageUnknown: "Me temo que aquí no conozco ese idioma. Elija uno de estos, por favor: {languages}",
        .paused: "De acuerdo, lo dejamos aquí. Sus respuestas quedan guardadas; vuelva cuando quiera y seguimos.",

        .optionYes: "sí",
        .optionNo: "no",
        .optionNone: "ninguno",

        .welcomeBack: "¡Qué bien que haya vuelto! Seguimos donde lo dejamos.",
        .alreadyCompleted: "Ya ha completado esta encuesta. ¡Gracias!",
        .closed: "Esta encuesta está cerrada. ¡Gracias por su interés!",
        .notOpenYet: "Esta encuesta todavía no ha empezado. Vuelva un poco más tarde, por favor.",
        .quotaReached: "Esta encuesta ya tiene todas las respuestas que necesita. ¡Gracias por su interés!",
        .takenOver: "Esta conversación sigue en otra ventana, así que aquí termino.",
        .notSaved: "No he podido guardarlo ahora mismo. Envíelo otra vez, por favor.",
        .goodbyeDefault: "¡Gracias! Su respuesta ha quedado registrada.",
        .feedbackRating: "¿Qué le ha parecido esta conversación, del 1 al 5?",
        .feedbackComment: "¿Quiere añadir algo?",
        .feedbackThanks: "¡Gracias por su opinión!",
    ]
}
