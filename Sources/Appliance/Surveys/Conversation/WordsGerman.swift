extension Words {
    static let german = Words(
        steering: steering(
            back: "zurück, zurueck, gehe zurück, einen schritt zurück, vorherige, vorherige frage, vorige frage",
            skip: "überspringen, ueberspringen, frage überspringen, nächste frage, auslassen",
            restart:
                """
                neu starten, neustart, neustarten, neu anfangen, neu beginnen, von vorn, von vorne,
                noch einmal von vorne, nochmal von vorne
                """,
            help: "hilfe, hilf mir, ich brauche hilfe",
            stop: "stopp, stop, halt, pause, aufhören, aufhoeren, beenden, anhalten, abbrechen",
            keep: "behalten, beibehalten, so lassen, antwort behalten",
            language: "sprache, sprachen, sprache ändern, sprache wechseln, andere sprache"),
        inLanguage: set("sprache, auf, in, wechsle zu, sprache ändern auf, sprich"),
        yes: set(
            """
            ja, j, jo, joa, jep, jap, jawohl, klar, na klar, ja klar, sicher, gern, gerne, ja gern, ja gerne,
            natürlich, natuerlich, selbstverständlich, auf jeden fall, unbedingt, genau, richtig, stimmt, korrekt,
            doch, wahr, einverstanden, in ordnung, warum nicht, aber sicher, mit vergnügen
            """),
        no: set(
            """
            nein, nee, ne, nö, noe, nein danke, nein nicht, nicht, auf keinen fall, keinesfalls, niemals, nie,
            keineswegs, gar nicht, überhaupt nicht, eher nicht, nicht wirklich, natürlich nicht, falsch
            """),
        refusals: set(
            """
            nein danke, nein vielen dank, nein danke schön, nee danke, nö danke, danke nein, danke nicht nötig,
            nicht jetzt, jetzt nicht, lieber nicht, möchte ich nicht sagen, das möchte ich nicht sagen,
            ich möchte das nicht sagen, ich möchte nicht antworten, ich will nicht antworten, keine angabe, k.a.,
            kein kommentar, das sage ich nicht, das geht euch nichts an, kein bedarf, überspring das, weglassen,
            lass ich aus, ich möchte dazu nichts sagen
            """),
        nothing: set(
            """
            nein, nee, ne, nö, nichts, nichts weiter, nichts mehr, sonst nichts, nix, keine, keiner, keines, entfällt,
            nicht zutreffend, trifft nicht zu, weiß nicht, ich weiß nicht, weiß ich nicht, keine ahnung, das war alles,
            das ist alles, passe, eher nicht
            """),
        all: set("alle, alles, alle davon, alle zusammen, sämtliche, alle optionen, alle genannten"),
        both: set("beide, beides, die beiden, alle beide, alle zwei"),
        none: set(
            """
            keine, keines, keiner, keins, keine davon, keines davon, keiner davon, keins davon, nichts, nichts davon,
            weder noch, null
            """),
        allBut: set("alle außer, alles außer, alle bis auf, alles bis auf, alle ausser, alles ausser"),
        polite: set("bitte, danke, bitte sehr, vielen dank, danke schön"),
        fillers: set(
            """
            der, die, das, den, dem, ein, eine, einen, option, antwort, nummer, zahl, auswahl, wahl, bitte, danke, ich,
            nehme, wähle, möchte, hätte, gern, gerne, will, würde, mag, liebe, sagen, sage, mein, meine, ist, es, für,
            lieber, bevorzuge, finde, glaube, denke, bin, habe, wäre, lieblings, s, wurde, geboren
            """),
        negations: set(
            """
            nicht, kein, keine, keinen, keiner, nie, niemals, ohne, außer, weder, noch, nein, nichts, hasse, bloß
            """),
        hedges: set(
            """
            etwa, ungefähr, circa, ca, rund, fast, knapp, über, unter, mehr, weniger, mindestens, höchstens, oder, und,
            bis, zwischen, vielleicht, hundert, tausend, tsd, million, millionen, milliarde, milliarden, mio, mrd,
            dutzend, halb, halbe, einhalb, drittel, viertel, fünftel, sechstel, siebtel, achtel, neuntel, zehntel,
            komma, als, minus, plus, maximal
            """),
        numberSigns: set("nummer, nr, num, n, option, antwort, zahl"),
        numbers: counted(
            from: 0,
            """
            null; eins, ein, eine; zwei, zwo; drei; vier; fünf, fuenf; sechs; sieben; acht; neun; zehn; elf; zwölf,
            zwoelf; dreizehn; vierzehn; fünfzehn, fuenfzehn; sechzehn; siebzehn; achtzehn; neunzehn; zwanzig
            """),
        ordinals: counted(
            from: 1,
            """
            erste, erster, erstes, ersten; zweite, zweiter, zweites, zweiten; dritte, dritter, drittes, dritten;
            vierte, vierter, viertes, vierten; fünfte, fünfter, fünftes, fünften; sechste, sechster, sechstes, sechsten;
            siebte, siebter, siebtes, siebten; achte, achter, achtes, achten; neunte, neunter, neuntes, neunten;
            zehnte, zehnter, zehntes, zehnten
            """
        ).merging(["letzte": -1, "letzter": -1, "letztes": -1, "letzten": -1]) { own, _ in own },
        ordinalEndings: set("te, ter, tes, ten"),
        conjunctions: set("und, oder, sowie, auch"),
        upTo: set("bis"),
        outOf: set("von, aus"),
        minus: set("minus"),
        months: counted(
            from: 1,
            """
            januar, jänner, jan; februar, feber, feb; märz, maerz, mär, mrz; april, apr; mai; juni, jun; juli, jul;
            august, aug; september, sep, sept; oktober, okt; november, nov; dezember, dez
            """),
        days: ["heute": 0, "gestern": -1, "morgen": 1, "vorgestern": -2, "ubermorgen": 2, "uebermorgen": 2],
        dateFillers: set(
            """
            der, den, am, dem, im, das, war, ist, montag, dienstag, mittwoch, donnerstag, freitag, samstag, sonnabend,
            sonntag, mo, di, mi, do, fr, sa, so, geboren, bin, ich, datum
            """),
        hasDecimalComma: true)
}
