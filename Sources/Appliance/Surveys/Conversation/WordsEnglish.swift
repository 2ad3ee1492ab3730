extension Words {
    static let english = Words(
        steering: steering(
            back: "back, go back, previous, previous question, go to the previous question",
            skip: "skip, skip question, skip this question",
            restart: "restart, start again, start over, begin again, from the beginning",
            help: "help, help me, i need help",
            stop: "stop, quit, exit, pause, stop here, stop for now",
            keep: "keep, keep it, keep my answer",
            language: "language, languages, change language, change the language, other language, another language"),
        inLanguage: set("language, in, switch to, change to, change language to, change the language to, speak"),
        yes: set(
            """
            yes, y, yes it is, yes i do, yes i am, yes i have, yes i would, yep, yup, yeah, yea, yah, ya, aye, sure,
            sure thing, of course, certainly, definitely, absolutely, indeed, right, correct, true, ok, okay,
            affirmative, i do, i am, i would, i have, it is, totally, gladly, with pleasure, why not, 👍, ✅, ✔
            """),
        no: set(
            """
            no, n, nope, nah, no thanks, no thank you, no i do not, no i don't, no i am not, no i'm not, no it is not,
            no i haven't, not really, not at all, of course not, certainly not, definitely not, absolutely not, never,
            no way, negative, false, i do not, i don't, i am not, i'm not, i would not, i wouldn't, i have not,
            i haven't, it isn't, not, 👎, ❌
            """),
        refusals: set(
            """
            no thanks, no thank you, no thank you very much, no but thanks, no thx, nope thanks, nah thanks,
            thanks but no thanks, thanks but no, not now, not now thanks, no not now, rather not, i would rather not,
            i'd rather not, i'd rather not say, i would rather not say, rather not say, prefer not to say,
            i prefer not to say, i'd prefer not to say, i prefer not to, i would prefer not to say,
            i don't want to say, i do not want to say, i don't want to answer, i do not want to answer, i won't say,
            i don't want to, no comment, skip it, skip that, skip this, skip this one, skip please, please skip,
            none of your business, i don't wish to answer, i'd rather not answer, i would rather not answer, no answer
            """),
        nothing: set(
            """
            no, nope, nah, none, nothing, nothing else, nothing really, not really, n/a, na, not applicable, nil,
            nothing to add, nothing more, no feedback, no comments, that is all, that's all, pass, i pass,
            i have nothing to add, no idea, don't know, i don't know, dont know, i dont know, i do not know, idk,
            not sure, i'm not sure, 👎
            """),
        all: set(
            """
            all, all of them, all of these, all of those, all of the above, everything, every one, them all
            """),
        both: set("both, both of them, both of these, both of those"),
        none: set(
            """
            none, none of them, none of these, none of those, none of the above, nothing, neither, neither of them,
            no one, zero
            """),
        allBut: set(
            """
            all but, all except, all except for, everything but, everything except, all of them but, all of them except
            """),
        polite: set("please, pls, plz, thanks, thank you, thx"),
        fillers: set(
            """
            the, a, an, one, ones, option, options, answer, choice, choices, number, please, pls, plz, thanks, thank,
            you, i, id, ill, im, d, ll, m, s, it, its, is, would, will, like, love, want, prefer, choose, pick, take,
            go, with, for, my, am, be, say, think, guess, was, were, ve, have, favourite, favorite, me, give, rather,
            of, that, this, to, let, lets, my, by, on, at, born
            """),
        negations: set(
            """
            not, no, never, without, except, but, dont, don, cannot, cant, neither, nor, none, anything, isnt, isn,
            hate, dislike
            """),
        hedges: set(
            """
            about, around, approximately, approx, roughly, nearly, almost, over, under, above, below, more, less,
            fewer, least, most, or, and, to, than, between, maybe, perhaps, not, no, hundred, hundreds, thousand,
            thousands, million, millions, billion, billions, trillion, k, m, mn, bn, lakh, lakhs, crore, crores, grand,
            dozen, dozens, half, halves, third, thirds, quarter, quarters, fifth, fifths, sixth, sixths, seventh,
            sevenths, eighth, eighths, ninth, ninths, tenth, tenths, minus, plus, times, ish,
            something, few, couple, point, percent of
            """),
        numberSigns: set("no, nr, num, n, number, option, answer, choice"),
        numbers: counted(
            from: 0,
            """
            zero, nought; one; two; three; four; five; six; seven; eight; nine; ten; eleven; twelve; thirteen;
            fourteen; fifteen; sixteen; seventeen; eighteen; nineteen; twenty
            """),
        ordinals: counted(from: 1, "first; second; third; fourth; fifth; sixth; seventh; eighth; ninth; tenth")
            .merging(["last": -1]) { own, _ in own },
        ordinalEndings: set("st, nd, rd, th"),
        conjunctions: set("and, plus, also, or, as well as"),
        upTo: set("to, through, till, until"),
        outOf: set("out of, of"),
        minus: set("minus, negative"),
        months: counted(
            from: 1,
            """
            january, jan; february, feb; march, mar; april, apr; may; june, jun; july, jul; august, aug;
            september, sep, sept; october, oct; november, nov; december, dec
            """),
        days: ["today": 0, "yesterday": -1, "tomorrow": 1, "day before yesterday": -2, "day after tomorrow": 2,
            "the day before yesterday": -2, "the day after tomorrow": 2],
        dateFillers: set(
            """
            the, of, on, it, was, is, s, i, am, born, monday, tuesday, wednesday, thursday, friday, saturday, sunday,
            mon, tue, tues, wed, thu, thur, thurs, fri, sat, sun, please, date
            """))
}
