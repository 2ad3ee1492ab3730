extension Words {
    static let portuguese = Words(
        steering: steering(
            back: "voltar, voltar atrás, anterior, pergunta anterior, para trás",
            skip: "pular, saltar, pular pergunta, pular esta pergunta, saltar pergunta, próxima pergunta",
            restart: "recomeçar, reiniciar, começar de novo, começar outra vez, do começo, desde o começo",
            help: "ajuda, me ajude, ajude-me, preciso de ajuda",
            stop: "parar, pare, pausa, pausar, sair, parar aqui, encerrar por agora",
            keep: "manter, mantenha, manter a resposta, deixar assim, conservar",
            language:
                """
                idioma, idiomas, língua, mudar idioma, mudar o idioma, mudar de idioma, trocar idioma, outro idioma
                """),
        inLanguage: set("idioma, língua, em, mudar para, mudar o idioma para, trocar para, falar"),
        yes: set(
            """
            sim, s, claro, claro que sim, com certeza, certamente, certo, exato, exatamente, correto, verdade,
            verdadeiro, isso, isso mesmo, pois sim, pode ser, com prazer, tá, tá bom, está bem, sem dúvida, aham, uhum,
            sim senhor, gostaria
            """),
        no: set(
            """
            não, nao, num, não obrigado, não obrigada, claro que não, de jeito nenhum, de modo nenhum, nunca, jamais,
            falso, nem pensar, na verdade não, não mesmo, nada disso
            """),
        refusals: set(
            """
            não obrigado, não obrigada, não muito obrigado, não muito obrigada, obrigado mas não, obrigada mas não,
            agora não, não agora, prefiro não dizer, prefiro não responder, prefiro não falar, não quero responder,
            não quero dizer, melhor não, sem comentários, pula, pula essa, pule, pule essa, deixa pra lá
            """),
        nothing: set(
            """
            não, nada, nada mais, nada a acrescentar, nada a declarar, mais nada, nenhum, nenhuma, não se aplica,
            não sei, sei lá, não faço ideia, é só isso, só isso, passo
            """),
        all: set(
            """
            tudo, todos, todas, todos eles, todas elas, todas as opções, todos os anteriores, todas as anteriores
            """),
        both: set("ambos, ambas, ambos os dois, os dois, as duas, todos os dois, todas as duas"),
        none: set(
            """
            nenhum, nenhuma, nenhum deles, nenhuma delas, nenhum desses, nenhuma dessas, nenhuma das anteriores,
            nenhum dos anteriores, nada, zero
            """),
        allBut: set(
            """
            tudo menos, todos menos, todas menos, tudo exceto, todos exceto, todas exceto, todos salvo, todas salvo
            """),
        polite: set("por favor, obrigado, obrigada, muito obrigado, muito obrigada, se faz favor"),
        fillers: set(
            """
            o, a, os, as, um, uma, opção, opções, resposta, número, escolha, por, favor, obrigado, obrigada, eu, quero,
            queria, gostaria, prefiro, escolho, fico, com, gosto, adoro, amo, meu, minha, é, seria, de, do, da, que,
            acho, digo, diria, favorito, favorita, tenho, sou, são, foi, nasci, vou, pelo, pela
            """),
        negations: set("não, nem, nunca, jamais, sem, exceto, menos, salvo, nada, odeio"),
        hedges: set(
            """
            uns, umas, cerca, aproximadamente, quase, perto, mais, menos, mínimo, máximo, ou, e, a, entre, talvez, cem,
            cento, centenas, mil, milhares, milhão, milhões, mi, bi, bilhão, bilhões, dúzia, dúzias, meio, meia, meios,
            terço, terços, quartos, quintos, sextos, sétimos, oitavos, nonos, décimos, em, torno, até, desde, vírgula,
            por, volta
            """),
        numberSigns: set("número, num, nº, n, opção, resposta"),
        numbers: counted(
            from: 0,
            """
            zero; um, uma; dois, duas; três; quatro; cinco; seis; sete; oito; nove; dez; onze; doze; treze; quatorze,
            catorze; quinze; dezesseis, dezasseis; dezessete, dezassete; dezoito; dezenove, dezanove; vinte
            """),
        ordinals: counted(
            from: 1,
            """
            primeiro, primeira; segundo, segunda; terceiro, terceira; quarto, quarta; quinto, quinta; sexto, sexta;
            sétimo, sétima; oitavo, oitava; nono, nona; décimo, décima
            """
        ).merging(["ultimo": -1, "ultima": -1]) { own, _ in own },
        ordinalEndings: set("o, a"),
        conjunctions: set("e, ou, também"),
        upTo: set("a, ao, até"),
        outOf: set("de, em"),
        minus: set("menos"),
        months: counted(
            from: 1,
            """
            janeiro, jan; fevereiro, fev; março, mar; abril, abr; maio, mai; junho, jun; julho, jul; agosto, ago;
            setembro, set; outubro, out; novembro, nov; dezembro, dez
            """),
        days: ["hoje": 0, "ontem": -1, "amanha": 1, "anteontem": -2, "depois de amanha": 2],
        dateFillers: set(
            """
            o, de, do, em, no, dia, foi, é, segunda, terça, quarta, quinta, sexta, feira, sábado, domingo, nasci, data
            """),
        hasDecimalComma: true)
}
