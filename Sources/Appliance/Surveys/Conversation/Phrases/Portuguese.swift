extension Phrases {
    static let portuguese: [Phrase: String] = [
        .replyWithNumber: "Por favor, responda com o número correspondente à sua escolha.",
        .replyWithNumbers: "Por favor, responda com os números de tudo o que se aplica, por exemplo: 1, 3",
        .replyWithNumbersBetween:
            "Por favor, escolha de {minimum} a {maximum} e responda com os números, por exemplo: 1, 3",
        .replyWithNumbersExactly: "Por favor, escolha exatamente {count} e responda com os números.",
        .noneIsFine: "Se nada se aplica, diga \"nenhum\".",
        .ratingHint: "Por favor, responda com um número de {from} a {to}.",
        .ratingHintLabelled: "Por favor, responda com um número de {from} ({low}) a {to} ({high}).",
        .numberHint: "Por favor, responda com um número.",
        .wholeNumberHint: "Por favor, responda com um número inteiro.",
        .numberHintBetween: "Por favor, responda com um número de {minimum} a {maximum}.",
        .numberHintAtLeast: "Por favor, responda com um número que seja {minimum} ou mais.",
        .numberHintAtMost: "Por favor, responda com um número que seja {maximum} ou menos.",
        .dateHint: "Por favor, responda com uma data, por exemplo: 31 de dezembro de 2026",
        .dateHintBetween: "Por favor, responda com uma data entre {earliest} e {latest}.",
        .dateHintFrom: "Por favor, responda com uma data a partir de {earliest}.",
        .dateHintUntil: "Por favor, responda com uma data até {latest}.",
        .emailHint: "Por favor, responda com o seu endereço de e-mail.",
        .yesNoHint: "Por favor, responda sim ou não.",

        .notAnOption: "Desculpe, não reconheço nenhuma das opções na sua resposta.",
        .severalOptions: "Pode ser mais de uma: {labels}. Qual delas quer dizer?",
        .tooFewPicks: "Por favor, escolha pelo menos {minimum}.",
        .tooManyPicks: "Por favor, não escolha mais de {maximum}.",
        .tooShort: "Pode dizer um pouco mais? Preciso de pelo menos {minimum} caracteres.",
        .tooLong: "É um pouco longo para mim. Por favor, escreva no máximo {maximum} caracteres.",
        .patternMismatch: "Desculpe, não tem a forma que é necessária aqui.",
        .notANumber: "Desculpe, não encontro um número na sua resposta.",
        .notWhole: "Desculpe, aqui preciso de um número inteiro.",
        .tooSmall: "É pequeno demais: posso aceitar {minimum} ou mais.",
        .tooLarge: "É grande demais: posso aceitar {maximum} ou menos.",
        .notADate: "Desculpe, não encontro uma data na sua resposta.",
        .tooEarly: "É cedo demais: posso aceitar {earliest} ou depois.",
        .tooLate: "É tarde demais: posso aceitar {latest} ou antes.",
        .notAnEmail: "Desculpe, isso não parece um endereço de e-mail como nome@example.com.",
        .notYesOrNo: "Desculpe, não sei se isso é um sim ou um não.",
        .emptyAnswer: "Não recebi nenhum texto. Pode enviar a sua resposta outra vez?",
        .helpMore:
            "Não se preocupe, vamos conseguir. Também pode dizer \"voltar\" para mudar a resposta anterior, "
            + "\"ajuda\" para receber ajuda ou \"parar\" para continuar em outro momento.",
        .helpMoreOptional:
            "Não se preocupe, vamos conseguir. Também pode dizer \"pular\" para deixar esta pergunta, \"voltar\" "
            + "para mudar a resposta anterior, \"ajuda\" para receber ajuda ou \"parar\" para continuar em outro "
            + "momento.",

        .help:
            "Responda com as suas próprias palavras, ou com um número quando houver opções. \"voltar\" muda a "
            + "resposta anterior, \"pular\" deixa uma pergunta opcional, \"recomeçar\" começa de novo, \"idioma\" "
            + "muda o idioma e \"parar\" guarda as suas respostas para outro momento.",
        .cannotSkip: "Infelizmente, preciso de uma resposta a esta pergunta.",
        .cannotGoBack: "Esta é a primeira pergunta, não há nenhuma antes.",
        .wentBack: "Está bem, voltamos à pergunta anterior.",
        .answerSoFar: "A sua resposta até agora: {answer}. Diga \"manter\" para deixá-la assim.",
        .nothingToKeep: "Não há aqui nenhuma resposta anterior para manter.",
        .restartConfirm: "As suas respostas seriam perdidas. Quer mesmo começar de novo? (sim ou não)",
        .restarted: "Está bem, desde o começo.",
        .notRestarted: "Está bem, continuamos onde estávamos.",
        .languageWhich: "Em que idioma prefere continuar? {languages}",
        .languageChanged: "Está bem, continuamos em português.",
        .languageUnknown: "Infelizmente, não conheço esse idioma aqui. Por favor, escolha um destes: {languages}",
        .paused: "Está bem, paramos por aqui. As suas respostas ficam guardadas; volte quando quiser e continuamos.",

        .optionYes: "sim",
        .optionNo: "não",
        .optionNone: "nenhum",

        .welcomeBack: "Que bom ter você de volta! Continuamos onde paramos.",
        .alreadyCompleted: "Você já completou esta pesquisa. Agradecemos a sua participação!",
        .closed: "Esta pesquisa está encerrada. Agradecemos o seu interesse!",
        .notOpenYet: "Esta pesquisa ainda não começou. Por favor, volte um pouco mais tarde.",
        .quotaReached: "Esta pesquisa já tem todas as respostas de que precisa. Agradecemos o seu interesse!",
        .takenOver: "Esta conversa continua em outra janela, por isso paro aqui.",
        .notSaved: "Não consegui guardar isso agora. Por favor, envie outra vez.",
        .goodbyeDefault: "Agradecemos a sua participação! A sua resposta foi registrada.",
        .feedbackRating: "Como foi esta conversa, de 1 a 5?",
        .feedbackComment: "Gostaria de acrescentar alguma coisa?",
        .feedbackThanks: "Agradecemos a sua opinião!",
    ]
}
