extension Words {
    static let french = Words(
        steering: steering(
            back: "retour, revenir, revenir en arrière, précédent, précédente, question précédente, en arrière",
            skip: "passer, sauter, passer la question, passer cette question, sauter la question, question suivante",
            restart: "recommencer, redémarrer, tout recommencer, repartir de zéro, depuis le début",
            help: "aide, aidez-moi, aide-moi, à l'aide, j'ai besoin d'aide",
            stop: "stop, arrêter, arrête, arrêtez, on arrête, quitter, pause, arrêter là, arrêtons là",
            keep: "garder, conserver, la garder, garder ma réponse, gardez",
            language: "langue, langues, changer de langue, changer la langue, autre langue"),
        inLanguage: set("langue, en, passer en, passer à, changer pour, parler"),
        yes: set(
            """
            oui, o, ouais, ouaip, ouep, si, mais oui, bien sûr, bien sûr que oui, certainement, absolument,
            tout à fait, d'accord, exact, exactement, évidemment, volontiers, avec plaisir, vrai, c'est vrai, correct,
            pourquoi pas, carrément, oui oui, affirmatif
            """),
        no: set(
            """
            non, nan, non merci, pas du tout, bien sûr que non, certainement pas, absolument pas, jamais, pas vraiment,
            faux, c'est faux, pas question, mais non, non non, négatif
            """),
        refusals: set(
            """
            non merci, non merci beaucoup, merci mais non, non pas maintenant, pas maintenant,
            je préfère ne pas répondre, je préfère ne pas le dire, je préfère ne rien dire, je ne préfère pas,
            je ne souhaite pas répondre, je ne veux pas répondre, je ne veux pas le dire, sans commentaire, sans avis,
            je passe, passez, passons, passe, plutôt pas
            """),
        nothing: set(
            """
            non, nan, rien, rien du tout, rien à ajouter, rien de plus, rien d'autre, rien de spécial, aucun, aucune,
            sans objet, non applicable, s/o, c'est tout, je ne sais pas, je sais pas, aucune idée, pas vraiment
            """),
        all: set(
            """
            tout, tous, toutes, tous ceux-là, toutes celles-ci, toutes les options, l'ensemble
            """),
        both: set("les deux, tous les deux, toutes les deux"),
        none: set(
            """
            aucun, aucune, aucun d'eux, aucune d'elles, aucun d'entre eux, aucune d'entre elles, aucune de ces options,
            rien, ni l'un ni l'autre, zéro
            """),
        allBut: set(
            """
            tout sauf, tous sauf, toutes sauf, tout excepté, toutes excepté, tous excepté, tout à part, tous à part,
            toutes à part
            """),
        polite: set("s'il vous plaît, s'il te plaît, svp, stp, merci, merci beaucoup"),
        fillers: set(
            """
            le, la, les, l, un, une, option, options, réponse, numéro, choix, s, il, vous, te, plaît, svp, stp, merci,
            je, j, prends, choisis, préfère, voudrais, veux, aimerais, aime, adore, mon, ma, c, est, de, d, du, des,
            pour, dirais, pense, crois, que, préféré, préférée, ai, suis, ce, serait
            """),
        negations: set("non, ne, n, pas, jamais, sans, sauf, ni, excepté, aucun, aucune, rien, déteste"),
        hedges: set(
            """
            environ, autour, presque, près, plus, moins, maximum, minimum, ou, et, à, entre, peut, être, vers, cent,
            cents, centaine, mille, milliers, million, millions, milliard, milliards, md, mds, douzaine, dizaine, demi,
            demie, demis, tiers, quart, quarts, cinquièmes, sixièmes, septièmes, huitièmes, neuvièmes, dixièmes, vingts,
            virgule, sur
            """),
        numberSigns: set("numéro, num, no, nº, n, option, réponse"),
        numbers: counted(
            from: 0,
            """
            zéro; un, une; deux; trois; quatre; cinq; six; sept; huit; neuf; dix; onze; douze; treize; quatorze; quinze;
            seize; dix-sept; dix-huit; dix-neuf; vingt
            """),
        ordinals: counted(
            from: 1,
            """
            premier, première; deuxième, second, seconde; troisième; quatrième; cinquième; sixième; septième; huitième;
            neuvième; dixième
            """
        ).merging(["dernier": -1, "derniere": -1]) { own, _ in own },
        ordinalEndings: set("e, er, ère, re, ème, ième, nd, nde"),
        conjunctions: set("et, ou, aussi, ainsi que"),
        upTo: set("à, au, jusqu'à"),
        outOf: set("sur"),
        minus: set("moins"),
        months: counted(
            from: 1,
            """
            janvier, janv; février, févr, fév; mars; avril, avr; mai; juin; juillet, juil; août; septembre, sept;
            octobre, oct; novembre, nov; décembre, déc
            """),
        days: ["aujourd hui": 0, "hier": -1, "demain": 1, "avant hier": -2, "apres demain": 2],
        dateFillers: set(
            """
            le, en, de, du, au, c, était, est, lundi, mardi, mercredi, jeudi, vendredi, samedi, dimanche, né, née,
            suis, je, date
            """),
        hasDecimalComma: true)
}
