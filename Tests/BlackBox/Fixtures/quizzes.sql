BEGIN;
CREATE TABLE storage_schema (
    feature    TEXT    NOT NULL PRIMARY KEY,
    version    INTEGER NOT NULL,
    applied_at INTEGER NOT NULL                -- Unix milliseconds, UTC
) STRICT, WITHOUT ROWID
;
INSERT INTO "storage_schema" VALUES('accounts',1,1795281533587);
INSERT INTO "storage_schema" VALUES('customers',1,1795281533587);
INSERT INTO "storage_schema" VALUES('games',1,1795281533587);
INSERT INTO "storage_schema" VALUES('health',1,1795281533587);
INSERT INTO "storage_schema" VALUES('idempotency',1,1795281533587);
INSERT INTO "storage_schema" VALUES('messages',1,1795281533587);
INSERT INTO "storage_schema" VALUES('outbound',1,1795281533587);
INSERT INTO "storage_schema" VALUES('quizzes',1,1795281533587);
INSERT INTO "storage_schema" VALUES('secrets',1,1795281533587);
INSERT INTO "storage_schema" VALUES('surveys',1,1795281533587);
INSERT INTO "storage_schema" VALUES('topics',1,1795281533587);
CREATE TABLE channel (
    name          TEXT    NOT NULL PRIMARY KEY,
    kind          TEXT    NOT NULL,
    settings      TEXT    NOT NULL,               -- JSON object, secrets included
    paused        INTEGER NOT NULL,
    allow_private INTEGER NOT NULL,
    revision      INTEGER NOT NULL,               -- rises with every change by an admin
    held_until    INTEGER,                        -- the dispatcher's own pause; NULL for none
    held_class    TEXT,
    held_detail   TEXT,
    held_streak   INTEGER,
    created_at    INTEGER NOT NULL,               -- Unix milliseconds, UTC, as all times
    changed_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID
;
INSERT INTO "channel" VALUES('log','log','{}',0,0,1,NULL,NULL,NULL,NULL,1795281533679,1795281533679);
INSERT INTO "channel" VALUES('nowhere','webhook','{"secret":"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3","url":"http://127.0.0.1:9/"}',1,1,2,NULL,NULL,NULL,NULL,1795281533726,1795281533761);
CREATE TABLE outbox (
    id            TEXT    NOT NULL PRIMARY KEY,   -- UUIDv7: the order of enqueuing
    channel       TEXT    NOT NULL,               -- no reference: history outlives its channel
    source        TEXT    NOT NULL,
    reference     TEXT    NOT NULL,
    lane          TEXT,
    payload       TEXT    NOT NULL,
    memo          TEXT,                           -- what the courier wants to know next time
    state         TEXT    NOT NULL,
    behind        INTEGER NOT NULL,               -- 1 while an earlier one of its lane has not ended
    due_at        INTEGER NOT NULL,
    attempts_used INTEGER NOT NULL,
    tries         INTEGER NOT NULL,
    enqueued_at   INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL,
    -- OR rather than IN: for a list SQLite builds a temporary table at each insert.
    CHECK (state = 'waiting' OR state = 'in_flight' OR state = 'delivered' OR state = 'failed'
        OR state = 'cancelled')
) STRICT                                          -- no WITHOUT ROWID: its rows spill at 1 KB, these at 4
;
INSERT INTO "outbox" VALUES('01a1ff1e-3b4d-70ec-bdf5-8376cb4ca8ab','log','messages','01a1ff1e-3b4d-70ec-bdf5-8375e7772375',NULL,'{"type":"message.posted","subject":"[sales] Out of vanilla.","text":"New request about sales: Out of vanilla.\nContact: not given","data":{"created_at":"2026-11-21T17:18:53.773Z","description":"Out of vanilla.","id":"01a1ff1e-3b4d-70ec-bdf5-8375e7772375","topic":"sales"}}',NULL,'delivered',0,1795281533773,0,1,1795281533773,1795281533789);
INSERT INTO "outbox" VALUES('01a1ff1e-3b5c-773a-8bb1-be6bd76a10dd','log','messages','01a1ff1e-3b5c-773a-8bb1-be6b9938fc50',NULL,'{"type":"message.posted","subject":"[sales] Ünïcode: 🍦","text":"New request about sales: Ünïcode: 🍦\nContact: not given","data":{"created_at":"2026-11-21T17:18:53.788Z","description":"Ünïcode: 🍦","id":"01a1ff1e-3b5c-773a-8bb1-be6b9938fc50","topic":"sales"}}',NULL,'delivered',0,1795281533788,0,1,1795281533788,1795281533802);
INSERT INTO "outbox" VALUES('01a1ff1e-3b6a-77ff-a67e-8397f0cb854d','log','messages','01a1ff1e-3b6a-77ff-a67e-8397a22eb278',NULL,'{"type":"message.posted","subject":"[sales] line","text":"New request about sales: line\nbreak\nContact: not given","data":{"created_at":"2026-11-21T17:18:53.802Z","description":"line\nbreak","id":"01a1ff1e-3b6a-77ff-a67e-8397a22eb278","topic":"sales"}}',NULL,'delivered',0,1795281533802,0,1,1795281533802,1795281533803);
INSERT INTO "outbox" VALUES('01a1ff1e-3b6c-77ca-83e1-7f38e65ebd5a','nowhere','messages','01a1ff1e-3b6c-77ca-83e1-7f3834c4c842',NULL,'{"type":"message.posted","subject":"[held] This one waits.","text":"New request about held: This one waits.\nContact: not given","data":{"created_at":"2026-11-21T17:18:53.804Z","description":"This one waits.","id":"01a1ff1e-3b6c-77ca-83e1-7f3834c4c842","topic":"held"}}',NULL,'waiting',0,1795281533804,0,0,1795281533804,1795281533804);
CREATE TABLE attempt (
    delivery        TEXT    NOT NULL,
    number          INTEGER NOT NULL,
    started_at      INTEGER NOT NULL,
    duration_ms     INTEGER NOT NULL,
    class           TEXT    NOT NULL,
    code            TEXT    NOT NULL,
    excerpt         TEXT    NOT NULL,
    outcome_unknown INTEGER NOT NULL,
    PRIMARY KEY (delivery, number)
) STRICT, WITHOUT ROWID
;
INSERT INTO "attempt" VALUES('01a1ff1e-3b4d-70ec-bdf5-8376cb4ca8ab',1,1795281533789,0,'delivered','logged','',0);
INSERT INTO "attempt" VALUES('01a1ff1e-3b5c-773a-8bb1-be6bd76a10dd',1,1795281533801,1,'delivered','logged','',0);
INSERT INTO "attempt" VALUES('01a1ff1e-3b6a-77ff-a67e-8397f0cb854d',1,1795281533803,0,'delivered','logged','',0);
CREATE TABLE idempotency (
    digest      TEXT    NOT NULL PRIMARY KEY,   -- SHA-256 of caller, path and key
    fingerprint TEXT    NOT NULL,               -- SHA-256 of the body
    status      INTEGER NOT NULL,
    location    TEXT,
    body        TEXT    NOT NULL,
    created_at  INTEGER NOT NULL                -- Unix milliseconds, UTC
) STRICT, WITHOUT ROWID
;
CREATE TABLE token (
    id         TEXT    NOT NULL PRIMARY KEY,    -- UUIDv7
    name       TEXT    NOT NULL,
    digest     TEXT    NOT NULL UNIQUE,         -- SHA-256 of the secret, hex
    scopes     TEXT    NOT NULL,                -- words with spaces between, as in RFC 6749 section 3.3
    created_at INTEGER NOT NULL,                -- Unix milliseconds, UTC, as all times
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT
;
INSERT INTO "token" VALUES('01a1ff1e-3aef-71fc-9b06-8216660efb8d','admin','a341ab95d57126711bc0359cb0b33d8c505d2896cc7307b21dbb83242fa79b63','admin',1795281533679,NULL,NULL);
INSERT INTO "token" VALUES('01a1ff1e-3b72-758e-aa95-ac8286e0e234','reader','d9df6b4e4fd1cf8f9fbbc90c762a637a420b801eeb6685c79eee4544541c25be','messages:read',1795281533810,NULL,NULL);
CREATE TABLE secret (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID
;
INSERT INTO "secret" VALUES('games',X'1C62969DD0DBAC8CF65211201A96167E35D13FE13765C5E48F2076427EBD7B1E');
INSERT INTO "secret" VALUES('survey sessions',X'00910D8EDBC86D81CCE610CB5479C609D581D7B1A303D3D7A317C9E7E4500AE8');
CREATE TABLE topic (
    name       TEXT    NOT NULL PRIMARY KEY,
    template   TEXT    NOT NULL,
    created_at INTEGER NOT NULL,                -- Unix milliseconds, UTC, as all times
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID
;
INSERT INTO "topic" VALUES('held','New request about {topic}: {description}
Contact: {contact|not given}',1795281533740,1795281533740);
INSERT INTO "topic" VALUES('pricing','New request about {topic}: {description}
Contact: {contact|not given}',1795281533679,1795281533679);
INSERT INTO "topic" VALUES('sales','New request about {topic}: {description}
Contact: {contact|not given}',1795281533679,1795281533679);
CREATE TABLE topic_channel (
    topic    TEXT    NOT NULL REFERENCES topic (name) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    channel  TEXT    NOT NULL REFERENCES channel (name),
    PRIMARY KEY (topic, position)
) STRICT, WITHOUT ROWID
;
INSERT INTO "topic_channel" VALUES('pricing',0,'log');
INSERT INTO "topic_channel" VALUES('sales',0,'log');
INSERT INTO "topic_channel" VALUES('held',0,'nowhere');
CREATE TABLE message (
    id          TEXT    NOT NULL PRIMARY KEY,   -- UUIDv7: rises with time, so lists need no other order
    topic       TEXT    NOT NULL,               -- no reference: a topic may go, its history stays
    description TEXT    NOT NULL,
    contact     TEXT,
    status      TEXT    NOT NULL,
    created_at  INTEGER NOT NULL                -- Unix milliseconds, UTC
) STRICT, WITHOUT ROWID
;
INSERT INTO "message" VALUES('01a1ff1e-3b4d-70ec-bdf5-8375e7772375','sales','Out of vanilla.',NULL,'sent',1795281533773);
INSERT INTO "message" VALUES('01a1ff1e-3b5c-773a-8bb1-be6b9938fc50','sales','Ünïcode: 🍦',NULL,'sent',1795281533788);
INSERT INTO "message" VALUES('01a1ff1e-3b6a-77ff-a67e-8397a22eb278','sales','line
break',NULL,'sent',1795281533802);
INSERT INTO "message" VALUES('01a1ff1e-3b6c-77ca-83e1-7f3834c4c842','held','This one waits.',NULL,'pending',1795281533804);
CREATE TABLE customer (
    id         TEXT    NOT NULL PRIMARY KEY,
    attributes TEXT,                            -- JSON, the team's; NULL: they wrote nothing
    fetched    TEXT,                            -- JSON, the directory's; NULL: it said nothing
    fetched_at INTEGER,                         -- Unix milliseconds, UTC, as all times
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL                 -- of attributes or fetched
) STRICT, WITHOUT ROWID
;
INSERT INTO "customer" VALUES('ann','{"name":"Ann Example"}',NULL,NULL,1795281533813,1795281533813);
INSERT INTO "customer" VALUES('john','{"name":"John Doe"}',NULL,NULL,1795281533679,1795281533679);
CREATE TABLE survey (
    id         TEXT    NOT NULL PRIMARY KEY,
    status     TEXT    NOT NULL,                -- draft, published, archived
    version    INTEGER NOT NULL,                -- the newest one published, 0 for none
    draft      TEXT    NOT NULL,                -- JSON, the definition that is being worked on
    created_at INTEGER NOT NULL,                -- Unix milliseconds, UTC, as all times
    changed_at INTEGER NOT NULL
) STRICT
;
INSERT INTO "survey" VALUES('ice-cream','published',1,'{
  "title": "Ice cream",
  "languages": ["en"],
  "greeting": "Hello {customer.name|there}!",
  "goodbye": "Thank you for your time, {customer.name|friend}!\nYour response has been recorded. Have a wonderful day!",
  "questions": [
    {
      "id": "flavour",
      "kind": "choice",
      "text": "We are interested to know which flavour of ice cream you prefer. Here are your options:",
      "options": [
        {"id": "vanilla", "label": "Vanilla", "reply": "Lovely! Nothing beats a good vanilla."},
        {"id": "chocolate", "label": "Chocolate", "reply": "Great choice! Chocolate is a classic favorite."},
        {"id": "strawberry", "label": "Strawberry", "reply": "Mmm! Strawberry tastes like summer."}
      ]
    },
    {
      "id": "why",
      "kind": "text",
      "optional": true,
      "text": "Would you like to provide feedback on why you selected this flavor?"
    }
  ]
}',1795281533679,1795281533679);
CREATE TABLE survey_version (
    survey       TEXT    NOT NULL,
    version      INTEGER NOT NULL,              -- from 1
    definition   TEXT    NOT NULL,              -- JSON, never changed
    published_at INTEGER NOT NULL,
    PRIMARY KEY (survey, version)
) STRICT
;
INSERT INTO "survey_version" VALUES('ice-cream',1,'{
  "title": "Ice cream",
  "languages": ["en"],
  "greeting": "Hello {customer.name|there}!",
  "goodbye": "Thank you for your time, {customer.name|friend}!\nYour response has been recorded. Have a wonderful day!",
  "questions": [
    {
      "id": "flavour",
      "kind": "choice",
      "text": "We are interested to know which flavour of ice cream you prefer. Here are your options:",
      "options": [
        {"id": "vanilla", "label": "Vanilla", "reply": "Lovely! Nothing beats a good vanilla."},
        {"id": "chocolate", "label": "Chocolate", "reply": "Great choice! Chocolate is a classic favorite."},
        {"id": "strawberry", "label": "Strawberry", "reply": "Mmm! Strawberry tastes like summer."}
      ]
    },
    {
      "id": "why",
      "kind": "text",
      "optional": true,
      "text": "Would you like to provide feedback on why you selected this flavor?"
    }
  ]
}',1795281533679);
CREATE TABLE survey_session (
    id         TEXT    NOT NULL PRIMARY KEY,    -- UUIDv7: the order of beginning
    survey     TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    customer   TEXT,
    opening    TEXT    NOT NULL,                -- anonymous, named, invited
    language   TEXT    NOT NULL,
    status     TEXT    NOT NULL,                -- active, completed, abandoned
    place      TEXT    NOT NULL,                -- question:<id>, rating, comment, completed
    path       TEXT    NOT NULL,                -- question ids, spaces between
    misses     INTEGER NOT NULL,
    aside      TEXT,
    turns      INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    last_at    INTEGER NOT NULL,
    ended_at   INTEGER,
    idle_at    INTEGER,                         -- when to look whether it is abandoned; NULL once it ended
    message    TEXT                             -- the message that announced its completion
) STRICT, WITHOUT ROWID
;
INSERT INTO "survey_session" VALUES('01a1ff1e-3b76-739a-b8fe-b9944eaaa919','ice-cream',1,'ann','named','en','completed','completed','flavour why',0,NULL,3,1795281533814,1795281533872,1795281533872,NULL,NULL);
INSERT INTO "survey_session" VALUES('01a1ff1e-3c0c-771e-b441-8bed3a87253e','ice-cream',1,'bob','named','en','active','question:why','flavour why',0,NULL,2,1795281533964,1795281533966,NULL,1795367940000,NULL);
CREATE TABLE survey_person (
    session    TEXT NOT NULL PRIMARY KEY,
    attributes TEXT NOT NULL                    -- JSON: name to {"value", "source"}, as at the start
) STRICT, WITHOUT ROWID
;
INSERT INTO "survey_person" VALUES('01a1ff1e-3b76-739a-b8fe-b9944eaaa919','{"name":{"source":"table","value":"Ann Example"}}');
CREATE TABLE survey_answer (
    session     TEXT    NOT NULL,
    question    TEXT    NOT NULL,
    value       TEXT,                           -- NULL: skipped
    answered_at INTEGER NOT NULL,
    PRIMARY KEY (session, question)
) STRICT, WITHOUT ROWID
;
INSERT INTO "survey_answer" VALUES('01a1ff1e-3b76-739a-b8fe-b9944eaaa919','flavour','chocolate',1795281533857);
INSERT INTO "survey_answer" VALUES('01a1ff1e-3b76-739a-b8fe-b9944eaaa919','why','Because it is sweet.',1795281533872);
INSERT INTO "survey_answer" VALUES('01a1ff1e-3c0c-771e-b441-8bed3a87253e','flavour','vanilla',1795281533966);
CREATE TABLE survey_turn (
    session TEXT    NOT NULL,
    seq     INTEGER NOT NULL,                   -- of the bot's message, from 1
    said    TEXT,                               -- what the customer said before it; NULL for the first
    key     TEXT,                               -- the client's name for that answer
    kind    TEXT    NOT NULL,                   -- of the bot's message
    text    TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (session, seq)
) STRICT, WITHOUT ROWID
;
INSERT INTO "survey_turn" VALUES('01a1ff1e-3b76-739a-b8fe-b9944eaaa919',1,NULL,NULL,'question','Hello Ann Example!
We are interested to know which flavour of ice cream you prefer. Here are your options:
1 - Vanilla
2 - Chocolate
3 - Strawberry

Please reply with the number corresponding to your choice.',1795281533814);
INSERT INTO "survey_turn" VALUES('01a1ff1e-3b76-739a-b8fe-b9944eaaa919',2,'2',NULL,'question','Great choice! Chocolate is a classic favorite.
Would you like to provide feedback on why you selected this flavor?',1795281533857);
INSERT INTO "survey_turn" VALUES('01a1ff1e-3b76-739a-b8fe-b9944eaaa919',3,'Because it is sweet.',NULL,'end','Thank you for your time, Ann Example!
Your response has been recorded. Have a wonderful day!',1795281533872);
INSERT INTO "survey_turn" VALUES('01a1ff1e-3c0c-771e-b441-8bed3a87253e',1,NULL,NULL,'question','Hello there!
We are interested to know which flavour of ice cream you prefer. Here are your options:
1 - Vanilla
2 - Chocolate
3 - Strawberry

Please reply with the number corresponding to your choice.',1795281533964);
INSERT INTO "survey_turn" VALUES('01a1ff1e-3c0c-771e-b441-8bed3a87253e',2,'1',NULL,'question','Lovely! Nothing beats a good vanilla.
Would you like to provide feedback on why you selected this flavor?',1795281533966);
CREATE TABLE survey_feedback (
    session  TEXT NOT NULL PRIMARY KEY,
    rating   INTEGER,                           -- 1 to 5
    comment  TEXT,
    given_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID
;
CREATE TABLE survey_tally (
    survey   TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    language TEXT    NOT NULL,
    day      INTEGER NOT NULL,                  -- of the session's start: days since 1970, UTC
    measure  TEXT    NOT NULL,
    question TEXT    NOT NULL,                  -- empty for measures of the survey as a whole
    value    TEXT    NOT NULL,                  -- empty for measures without
    count    INTEGER NOT NULL,
    total    REAL    NOT NULL,                  -- the sum of the values, where they are numbers
    PRIMARY KEY (survey, version, language, day, measure, question, value)
) STRICT, WITHOUT ROWID
;
INSERT INTO "survey_tally" VALUES('ice-cream',1,'en',20778,'answered','flavour','chocolate',1,0.0);
INSERT INTO "survey_tally" VALUES('ice-cream',1,'en',20778,'answered','flavour','vanilla',1,0.0);
INSERT INTO "survey_tally" VALUES('ice-cream',1,'en',20778,'answered','why','',1,0.0);
INSERT INTO "survey_tally" VALUES('ice-cream',1,'en',20778,'completed','','0',1,0.0);
INSERT INTO "survey_tally" VALUES('ice-cream',1,'en',20778,'reached','flavour','',2,0.0);
INSERT INTO "survey_tally" VALUES('ice-cream',1,'en',20778,'reached','why','',2,0.0);
INSERT INTO "survey_tally" VALUES('ice-cream',1,'en',20778,'started','','',2,0.0);
CREATE TABLE quiz (
    id         TEXT    NOT NULL PRIMARY KEY,
    status     TEXT    NOT NULL,                -- draft, published, archived
    version    INTEGER NOT NULL,                -- the newest one published, 0 for none
    draft      TEXT    NOT NULL,                -- JSON, the definition that is being worked on
    created_at INTEGER NOT NULL,                -- Unix milliseconds, UTC, as all times
    changed_at INTEGER NOT NULL
) STRICT
;
INSERT INTO "quiz" VALUES('vocabulary','published',1,'{
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
}',1795281533679,1795281533679);
CREATE TABLE quiz_version (
    quiz         TEXT    NOT NULL,
    version      INTEGER NOT NULL,              -- from 1
    definition   TEXT    NOT NULL,              -- JSON, never changed
    published_at INTEGER NOT NULL,
    PRIMARY KEY (quiz, version)
) STRICT
;
INSERT INTO "quiz_version" VALUES('vocabulary',1,'{
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
}',1795281533679);
CREATE TABLE game (
    number      INTEGER NOT NULL PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,           -- UUIDv7
    code        TEXT    NOT NULL,                  -- what people join by; unique among the living
    quiz        TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    host_name   TEXT    NOT NULL,
    seed        INTEGER NOT NULL,                  -- of shuffled orders
    phase       TEXT    NOT NULL,                  -- lobby, question, reveal, running, finished
    place       INTEGER NOT NULL,                  -- of the question, from 0
    played      INTEGER NOT NULL,                  -- milliseconds it was open when this was written
    extended    INTEGER NOT NULL,
    is_paused   INTEGER NOT NULL,
    is_locked   INTEGER NOT NULL,
    created_at  INTEGER NOT NULL,                  -- Unix milliseconds, UTC, as all times
    changed_at  INTEGER NOT NULL,
    finished_at INTEGER,
    message     TEXT                               -- the message that announced its end
) STRICT
;
INSERT INTO "game" VALUES(1,'01a1ff1e-3c11-7693-b55d-1eb9d7e9315a','VU3V4F','vocabulary',1,'Ms Gray',-2757602902476085343,'finished',2,1,0,0,0,1795281533969,1795281533998,1795281533998,NULL);
INSERT INTO "game" VALUES(2,'01a1ff1e-3c30-72d7-8619-a327fd861449','TPJUE3','vocabulary',1,'Host',3658544002053790146,'lobby',0,0,0,0,0,1795281534000,1795281534000,NULL,NULL);
CREATE TABLE game_host (
    game     INTEGER NOT NULL,
    host     INTEGER NOT NULL,                     -- from 1
    name     TEXT    NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (game, host)
) STRICT, WITHOUT ROWID
;
INSERT INTO "game_host" VALUES(1,1,'Ms Gray',1795281533969);
INSERT INTO "game_host" VALUES(2,1,'Host',1795281534000);
CREATE TABLE game_player (
    game      INTEGER NOT NULL,
    player    INTEGER NOT NULL,                    -- from 1, in the order of joining
    name      TEXT    NOT NULL,
    seq       INTEGER NOT NULL,                    -- numbers joins and answers of a game
    is_kicked INTEGER NOT NULL,
    account   TEXT,                                -- who was signed in; NULL while nobody can be
    joined_at INTEGER NOT NULL,
    PRIMARY KEY (game, player)
) STRICT, WITHOUT ROWID
;
INSERT INTO "game_player" VALUES(1,1,'Ann',1,0,NULL,1795281533974);
INSERT INTO "game_player" VALUES(1,2,'Bob',2,0,NULL,1795281533977);
INSERT INTO "game_player" VALUES(2,1,'Cem',1,0,NULL,1795281534003);
CREATE TABLE game_answer (
    game        INTEGER NOT NULL,
    question    INTEGER NOT NULL,                  -- place in the definition, from 0
    player      INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    said        TEXT,                              -- JSON; NULL: missed
    is_right    INTEGER NOT NULL,
    points      INTEGER NOT NULL,
    bonus       INTEGER NOT NULL,
    elapsed     INTEGER NOT NULL,                  -- milliseconds
    answered_at INTEGER NOT NULL,
    PRIMARY KEY (game, question, player)
) STRICT, WITHOUT ROWID
;
INSERT INTO "game_answer" VALUES(1,0,1,3,'"postpone"',1,1000,0,1,1795281533981);
INSERT INTO "game_answer" VALUES(1,0,2,4,'"prevent"',0,0,0,2,1795281533982);
INSERT INTO "game_answer" VALUES(1,1,1,5,'true',1,1000,100,1,1795281533992);
INSERT INTO "game_answer" VALUES(1,1,2,6,'false',0,0,0,4,1795281533996);
CREATE TABLE heartbeat (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    at INTEGER NOT NULL                         -- Unix milliseconds, UTC
) STRICT
;
CREATE INDEX outbox_due ON outbox (channel, due_at, id) WHERE state = 'waiting' AND behind = 0
;
CREATE INDEX outbox_in_flight ON outbox (id) WHERE state = 'in_flight'
;
CREATE INDEX outbox_lane ON outbox (channel, lane, behind, id)
WHERE lane IS NOT NULL AND state IN ('waiting', 'in_flight')
;
CREATE INDEX outbox_failed ON outbox (channel, changed_at) WHERE state = 'failed'
;
CREATE INDEX outbox_reference ON outbox (source, reference, id)
;
CREATE INDEX idempotency_by_age ON idempotency (created_at)
;
CREATE INDEX topic_channel_by_channel ON topic_channel (channel)
;
CREATE INDEX message_by_status ON message (status, id)
;
CREATE INDEX survey_session_by_survey ON survey_session (survey, id)
;
CREATE INDEX survey_session_by_customer ON survey_session (customer, survey, id)
WHERE customer IS NOT NULL
;
CREATE INDEX survey_session_idle ON survey_session (idle_at) WHERE idle_at IS NOT NULL
;
CREATE UNIQUE INDEX game_living ON game (code) WHERE finished_at IS NULL
;
CREATE INDEX game_by_code ON game (code, number)
;
CREATE INDEX game_by_quiz ON game (quiz, number)
;
COMMIT;
