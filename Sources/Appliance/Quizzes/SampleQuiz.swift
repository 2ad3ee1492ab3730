import Storage

/// The quiz that a first start leaves behind.
enum SampleQuiz {
    static let id = "vocabulary"

    static let definition = """
        {
          "title": "English vocabulary",
          "language": "en",
          "scoring": "classic",
          "streak_bonus": {"step": 100, "max": 500},
          "shuffle_options": true,
          "questions": [
            {
              "id": "postpone",
              "kind": "single",
              "text": "Which word means “to move to a later time”?",
              "options": [
                {"id": "postpone", "label": "postpone"},
                {"id": "prevent", "label": "prevent"},
                {"id": "propose", "label": "propose"},
                {"id": "provoke", "label": "provoke"}
              ],
              "right": "postpone",
              "explanation": "A match that is postponed is played another day; one that is prevented is not played."
            },
            {
              "id": "flammable",
              "kind": "true_false",
              "text": "“Flammable” and “inflammable” mean the same.",
              "right": true,
              "seconds": 15,
              "explanation": "Both catch fire easily: this “in-” comes from “inflame”. What does not is non-flammable."
            },
            {
              "id": "crisis",
              "kind": "typed",
              "text": "What is the plural of “crisis”?",
              "right": "crises",
              "explanation": "Nouns from Greek in “-is” change to “-es”: crises, theses, oases."
            },
            {
              "id": "noun_and_verb",
              "kind": "several",
              "text": "Which of these are spelt the same as a noun and as a verb?",
              "options": [
                {"id": "record", "label": "record"},
                {"id": "belief", "label": "belief"},
                {"id": "present", "label": "present"},
                {"id": "advice", "label": "advice"}
              ],
              "right": ["record", "present"],
              "seconds": 30,
              "explanation": "Only the stress moves: a RECord, to reCORD. The others change: to believe, to advise."
            },
            {
              "id": "meticulous",
              "kind": "single",
              "text": "Fill the gap: “She was so … that she read every label twice.”",
              "options": [
                {"id": "meticulous", "label": "meticulous"},
                {"id": "gullible", "label": "gullible"},
                {"id": "reluctant", "label": "reluctant"},
                {"id": "generous", "label": "generous"}
              ],
              "right": "meticulous",
              "explanation": "Who is meticulous takes care of every detail; who is gullible believes every label."
            },
            {
              "id": "score",
              "kind": "number",
              "text": "How many years are “four score and seven years”?",
              "right": 87,
              "seconds": 30,
              "explanation": "A score is twenty: four times twenty, and seven."
            },
            {
              "id": "accommodate",
              "kind": "single",
              "text": "Which spelling is right?",
              "options": [
                {"id": "one_c", "label": "acommodate"},
                {"id": "both", "label": "accommodate"},
                {"id": "one_m", "label": "accomodate"},
                {"id": "neither", "label": "acomodate"}
              ],
              "right": "both",
              "seconds": 15,
              "explanation": "The word has room for two of each: double c and double m."
            },
            {
              "id": "ambidextrous",
              "kind": "typed",
              "text": "What do we call somebody who writes equally well with either hand?",
              "right": ["ambidextrous", "ambidexter"],
              "seconds": 30,
              "explanation": "“Ambidextrous”, from Latin: as if both hands (ambi-) were the right one (dexter)."
            },
            {
              "id": "biennial",
              "kind": "true_false",
              "text": "A “biennial” festival takes place twice a year.",
              "right": false,
              "seconds": 15,
              "explanation": "It takes place every second year. Twice a year would be biannual."
            },
            {
              "id": "groups",
              "kind": "several",
              "text": "For the last question: which of these groups of animals are real English?",
              "options": [
                {"id": "lions", "label": "a pride of lions"},
                {"id": "cats", "label": "a drawer of cats"},
                {"id": "crows", "label": "a murder of crows"},
                {"id": "fish", "label": "a school of fish"}
              ],
              "right": ["lions", "crows", "fish"],
              "seconds": 30,
              "points": 2000,
              "explanation": "Cats come in a clowder, if at all: they do not care much for groups."
            }
          ]
        }
        """
}

extension Transaction {
    /// Stores the sample, published.
    borrowing func insertSampleQuiz(at now: Int64) throws(StorageError) {
        try insertPublished(SampleQuiz.id, SampleQuiz.definition, of: QuizDefinition.self, at: now)
    }
}
