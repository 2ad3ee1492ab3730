extension Words {
    static let spanish = Words(
        steering: steering(
            back: "atrás, volver, volver atrás, regresar, anterior, pregunta anterior",
            skip: "omitir, saltar, omitir pregunta, saltar pregunta, siguiente pregunta",
            restart: "reiniciar, empezar de nuevo, volver a empezar, comenzar de nuevo, desde el principio",
            help: "ayuda, ayúdame, necesito ayuda",
            stop: "parar, para aquí, detener, pausa, salir, terminar por ahora, dejarlo aquí",
            keep: "mantener, mantenerla, conservar, dejarla así, guardar mi respuesta",
            language: "idioma, idiomas, cambiar idioma, cambiar de idioma, cambiar el idioma, otro idioma"),
        inLanguage: set("idioma, en, cambiar a, cambiar el idioma a, cambiar idioma a, hablar"),
        yes: set(
            """
            sí, s, sip, claro, claro que sí, por supuesto, desde luego, cierto, correcto, exacto, verdad, verdadero,
            vale, de acuerdo, bueno, con gusto, sin duda, efectivamente, así es, sí claro, me gustaría, afirmativo,
            dale
            """),
        no: set(
            """
            no, nop, no gracias, claro que no, por supuesto que no, para nada, en absoluto, nunca, jamás,
            de ninguna manera, falso, tampoco, negativo, no mucho, qué va
            """),
        refusals: set(
            """
            no gracias, no muchas gracias, gracias pero no, no de momento, ahora no, ahora no gracias,
            prefiero no decirlo, prefiero no responder, prefiero no contestar, prefiero no decir, no quiero responder,
            no quiero contestar, no quiero decirlo, mejor no, sin comentarios, omitir esto, sáltala, saltar esto,
            sáltatela, omítela, paso de esta
            """),
        nothing: set(
            """
            no, nada, nada más, nada que añadir, nada que agregar, ninguno, ninguna, no aplica, no procede, no sé,
            no lo sé, ni idea, eso es todo, paso, nada en especial
            """),
        all: set(
            """
            todo, todos, todas, todas ellas, todos ellos, todas las opciones, todos los anteriores,
            todas las anteriores
            """),
        both: set("ambos, ambas, los dos, las dos"),
        none: set(
            """
            ninguno, ninguna, ninguno de ellos, ninguna de ellas, ninguno de los anteriores, ninguna de las anteriores,
            nada, ninguno de estos, cero
            """),
        allBut: set(
            """
            todo menos, todos menos, todas menos, todo excepto, todos excepto, todas excepto, todos salvo, todas salvo
            """),
        polite: set("por favor, gracias, muchas gracias"),
        fillers: set(
            """
            el, la, los, las, lo, un, una, opción, opciones, respuesta, número, por, favor, gracias, yo, me, quiero,
            quisiera, prefiero, elijo, escojo, tomo, gusta, gustan, encanta, mi, es, sería, de, que, con, creo, digo,
            diría, favorito, favorita, elección, tengo, soy, son, fue, nací
            """),
        negations: set("no, ni, nunca, jamás, sin, excepto, menos, salvo, tampoco, nada, odio"),
        hedges: set(
            """
            unos, unas, alrededor, aproximadamente, casi, cerca, más, menos, mínimo, máximo, o, y, a, entre, quizás,
            tal, vez, cientos, cien, ciento, mil, miles, millón, millones, docena, docenas, medio, media, medios,
            tercio, tercios, cuartos, quintos, sextos, séptimos, octavos, novenos, décimos, sobre, como, hasta, desde,
            coma
            """),
        numberSigns: set("número, num, nº, n, opción, respuesta"),
        numbers: counted(
            from: 0,
            """
            cero; uno, una; dos; tres; cuatro; cinco; seis; siete; ocho; nueve; diez; once; doce; trece; catorce;
            quince; dieciséis; diecisiete; dieciocho; diecinueve; veinte
            """),
        ordinals: counted(
            from: 1,
            """
            primero, primera, primer; segundo, segunda; tercero, tercera, tercer; cuarto, cuarta; quinto, quinta;
            sexto, sexta; séptimo, séptima; octavo, octava; noveno, novena; décimo, décima
            """
        ).merging(["ultimo": -1, "ultima": -1]) { own, _ in own },
        ordinalEndings: set("o, a, ro, ra, er, do, da, ero, era"),
        conjunctions: set("y, e, o, u, también"),
        upTo: set("a, al, hasta"),
        outOf: set("de, sobre, de un total de"),
        minus: set("menos"),
        months: counted(
            from: 1,
            """
            enero, ene; febrero, feb; marzo, mar; abril, abr; mayo, may; junio, jun; julio, jul; agosto, ago;
            septiembre, setiembre, sep, sept; octubre, oct; noviembre, nov; diciembre, dic
            """),
        days: ["hoy": 0, "ayer": -1, "manana": 1, "anteayer": -2, "antier": -2, "pasado manana": 2],
        dateFillers: set(
            """
            el, de, del, en, fue, es, la, día, lunes, martes, miércoles, jueves, viernes, sábado, domingo, nací, fecha
            """),
        hasDecimalComma: true)
}
