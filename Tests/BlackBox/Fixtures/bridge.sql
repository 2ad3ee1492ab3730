BEGIN;
CREATE TABLE storage_schema (
    feature    TEXT    NOT NULL PRIMARY KEY,
    version    INTEGER NOT NULL,
    applied_at INTEGER NOT NULL                -- Unix milliseconds, UTC
) STRICT, WITHOUT ROWID
;
INSERT INTO "storage_schema" VALUES('accounts',1,1795282340240);
INSERT INTO "storage_schema" VALUES('bridge',1,1795282340240);
INSERT INTO "storage_schema" VALUES('customers',1,1795282340240);
INSERT INTO "storage_schema" VALUES('games',1,1795282340240);
INSERT INTO "storage_schema" VALUES('health',1,1795282340240);
INSERT INTO "storage_schema" VALUES('idempotency',1,1795282340240);
INSERT INTO "storage_schema" VALUES('messages',1,1795282340240);
INSERT INTO "storage_schema" VALUES('outbound',1,1795282340240);
INSERT INTO "storage_schema" VALUES('quizzes',1,1795282340240);
INSERT INTO "storage_schema" VALUES('secrets',1,1795282340240);
INSERT INTO "storage_schema" VALUES('surveys',1,1795282340240);
INSERT INTO "storage_schema" VALUES('topics',1,1795282340240);
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
INSERT INTO "channel" VALUES('log','log','{}',0,0,1,NULL,NULL,NULL,NULL,1795282340404,1795282340404);
INSERT INTO "channel" VALUES('nowhere','webhook','{"secret":"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3","url":"http://127.0.0.1:9/"}',1,1,2,NULL,NULL,NULL,NULL,1795282340478,1795282340496);
INSERT INTO "channel" VALUES('ourapi','ourapi','{"url":"http://127.0.0.1:28358"}',0,1,1,NULL,NULL,NULL,NULL,1795282341630,1795282341630);
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
INSERT INTO "outbox" VALUES('01a1ff2a-8ade-759f-9e3d-7b0fa340f4ac','log','messages','01a1ff2a-8ade-759f-9e3d-7b0f977c10d6',NULL,'{"type":"message.posted","subject":"[sales] Out of vanilla.","text":"New request about sales: Out of vanilla.\nContact: not given","data":{"created_at":"2026-11-21T17:32:20.574Z","description":"Out of vanilla.","id":"01a1ff2a-8ade-759f-9e3d-7b0f977c10d6","topic":"sales"}}',NULL,'delivered',0,1795282340574,0,1,1795282340574,1795282340622);
INSERT INTO "outbox" VALUES('01a1ff2a-8b08-74d1-8a03-e357f74b222d','log','messages','01a1ff2a-8b08-74d1-8a03-e3572e625ec8',NULL,'{"type":"message.posted","subject":"[sales] Ünïcode: 🍦","text":"New request about sales: Ünïcode: 🍦\nContact: not given","data":{"created_at":"2026-11-21T17:32:20.616Z","description":"Ünïcode: 🍦","id":"01a1ff2a-8b08-74d1-8a03-e3572e625ec8","topic":"sales"}}',NULL,'delivered',0,1795282340616,0,1,1795282340616,1795282340661);
INSERT INTO "outbox" VALUES('01a1ff2a-8b34-730b-9059-bbe7579e1f95','log','messages','01a1ff2a-8b34-730b-9059-bbe6c34e78c9',NULL,'{"type":"message.posted","subject":"[sales] line","text":"New request about sales: line\nbreak\nContact: not given","data":{"created_at":"2026-11-21T17:32:20.660Z","description":"line\nbreak","id":"01a1ff2a-8b34-730b-9059-bbe6c34e78c9","topic":"sales"}}',NULL,'delivered',0,1795282340660,0,1,1795282340660,1795282340706);
INSERT INTO "outbox" VALUES('01a1ff2a-8b63-7514-be2e-a99ca04b1862','nowhere','messages','01a1ff2a-8b63-7514-be2e-a99c2e152219',NULL,'{"type":"message.posted","subject":"[held] This one waits.","text":"New request about held: This one waits.\nContact: not given","data":{"created_at":"2026-11-21T17:32:20.707Z","description":"This one waits.","id":"01a1ff2a-8b63-7514-be2e-a99c2e152219","topic":"held"}}',NULL,'waiting',0,1795282340707,0,0,1795282340707,1795282340707);
INSERT INTO "outbox" VALUES('01a1ff2a-8f9d-71a3-b2ad-5d9e15d02db5','ourapi','bridge','1002','1002','{"conversation":"1002"}',NULL,'delivered',0,1795282341789,0,1,1795282341789,1795282341908);
INSERT INTO "outbox" VALUES('01a1ff2a-94b2-739e-99ab-05cd0f77ef17','ourapi','bridge','1003','1003','{"conversation":"1003"}',NULL,'delivered',0,1795282343090,0,1,1795282343090,1795282343461);
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
INSERT INTO "attempt" VALUES('01a1ff2a-8ade-759f-9e3d-7b0fa340f4ac',1,1795282340621,1,'delivered','logged','',0);
INSERT INTO "attempt" VALUES('01a1ff2a-8b08-74d1-8a03-e357f74b222d',1,1795282340660,0,'delivered','logged','',0);
INSERT INTO "attempt" VALUES('01a1ff2a-8b34-730b-9059-bbe7579e1f95',1,1795282340705,0,'delivered','logged','',0);
INSERT INTO "attempt" VALUES('01a1ff2a-8f9d-71a3-b2ad-5d9e15d02db5',1,1795282341840,67,'delivered','done','',0);
INSERT INTO "attempt" VALUES('01a1ff2a-94b2-739e-99ab-05cd0f77ef17',1,1795282343115,346,'delivered','done','',0);
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
INSERT INTO "token" VALUES('01a1ff2a-8a34-75ad-8762-8539a2618ee1','admin','a341ab95d57126711bc0359cb0b33d8c505d2896cc7307b21dbb83242fa79b63','admin',1795282340404,NULL,NULL);
INSERT INTO "token" VALUES('01a1ff2a-8bb9-75b9-a690-91091d4a3d3e','reader','c09d79788e69e08fe2fe1cedaeb328c251e7fb4822c0d95476235fe4585f95a6','messages:read',1795282340793,NULL,NULL);
CREATE TABLE secret (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID
;
INSERT INTO "secret" VALUES('games',X'6BA7723E84D3B4897F0038D0290B7D62F83A75A5539BB40B60D698733D1FB29D');
INSERT INTO "secret" VALUES('survey sessions',X'3341507B742DC79A7AD1DA6F4EE91B536FE3DC0ECEE0E8B2C10B6124D77716AE');
CREATE TABLE topic (
    name       TEXT    NOT NULL PRIMARY KEY,
    template   TEXT    NOT NULL,
    created_at INTEGER NOT NULL,                -- Unix milliseconds, UTC, as all times
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID
;
INSERT INTO "topic" VALUES('held','New request about {topic}: {description}
Contact: {contact|not given}',1795282340489,1795282340489);
INSERT INTO "topic" VALUES('pricing','New request about {topic}: {description}
Contact: {contact|not given}',1795282340404,1795282340404);
INSERT INTO "topic" VALUES('sales','New request about {topic}: {description}
Contact: {contact|not given}',1795282340404,1795282340404);
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
INSERT INTO "message" VALUES('01a1ff2a-8ade-759f-9e3d-7b0f977c10d6','sales','Out of vanilla.',NULL,'sent',1795282340574);
INSERT INTO "message" VALUES('01a1ff2a-8b08-74d1-8a03-e3572e625ec8','sales','Ünïcode: 🍦',NULL,'sent',1795282340616);
INSERT INTO "message" VALUES('01a1ff2a-8b34-730b-9059-bbe6c34e78c9','sales','line
break',NULL,'sent',1795282340660);
INSERT INTO "message" VALUES('01a1ff2a-8b63-7514-be2e-a99c2e152219','held','This one waits.',NULL,'pending',1795282340707);
CREATE TABLE customer (
    id         TEXT    NOT NULL PRIMARY KEY,
    attributes TEXT,                            -- JSON, the team's; NULL: they wrote nothing
    fetched    TEXT,                            -- JSON, the directory's; NULL: it said nothing
    fetched_at INTEGER,                         -- Unix milliseconds, UTC, as all times
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL                 -- of attributes or fetched
) STRICT, WITHOUT ROWID
;
INSERT INTO "customer" VALUES('ann','{"name":"Ann Example"}',NULL,NULL,1795282340848,1795282340848);
INSERT INTO "customer" VALUES('john','{"name":"John Doe"}',NULL,NULL,1795282340404,1795282340404);
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
}',1795282340404,1795282340404);
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
}',1795282340404);
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
INSERT INTO "survey_session" VALUES('01a1ff2a-8c05-77fd-8d99-b44909d730a8','ice-cream',1,'ann','named','en','completed','completed','flavour why',0,NULL,3,1795282340869,1795282340976,1795282340976,NULL,NULL);
INSERT INTO "survey_session" VALUES('01a1ff2a-8d31-72d4-b8e9-e35797c84bed','ice-cream',1,'bob','named','en','active','question:why','flavour why',0,NULL,2,1795282341169,1795282341175,NULL,1795368780000,NULL);
CREATE TABLE survey_person (
    session    TEXT NOT NULL PRIMARY KEY,
    attributes TEXT NOT NULL                    -- JSON: name to {"value", "source"}, as at the start
) STRICT, WITHOUT ROWID
;
INSERT INTO "survey_person" VALUES('01a1ff2a-8c05-77fd-8d99-b44909d730a8','{"name":{"source":"table","value":"Ann Example"}}');
CREATE TABLE survey_answer (
    session     TEXT    NOT NULL,
    question    TEXT    NOT NULL,
    value       TEXT,                           -- NULL: skipped
    answered_at INTEGER NOT NULL,
    PRIMARY KEY (session, question)
) STRICT, WITHOUT ROWID
;
INSERT INTO "survey_answer" VALUES('01a1ff2a-8c05-77fd-8d99-b44909d730a8','flavour','chocolate',1795282340953);
INSERT INTO "survey_answer" VALUES('01a1ff2a-8c05-77fd-8d99-b44909d730a8','why','Because it is sweet.',1795282340976);
INSERT INTO "survey_answer" VALUES('01a1ff2a-8d31-72d4-b8e9-e35797c84bed','flavour','vanilla',1795282341175);
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
INSERT INTO "survey_turn" VALUES('01a1ff2a-8c05-77fd-8d99-b44909d730a8',1,NULL,NULL,'question','Hello Ann Example!
We are interested to know which flavour of ice cream you prefer. Here are your options:
1 - Vanilla
2 - Chocolate
3 - Strawberry

Please reply with the number corresponding to your choice.',1795282340869);
INSERT INTO "survey_turn" VALUES('01a1ff2a-8c05-77fd-8d99-b44909d730a8',2,'2',NULL,'question','Great choice! Chocolate is a classic favorite.
Would you like to provide feedback on why you selected this flavor?',1795282340953);
INSERT INTO "survey_turn" VALUES('01a1ff2a-8c05-77fd-8d99-b44909d730a8',3,'Because it is sweet.',NULL,'end','Thank you for your time, Ann Example!
Your response has been recorded. Have a wonderful day!',1795282340976);
INSERT INTO "survey_turn" VALUES('01a1ff2a-8d31-72d4-b8e9-e35797c84bed',1,NULL,NULL,'question','Hello there!
We are interested to know which flavour of ice cream you prefer. Here are your options:
1 - Vanilla
2 - Chocolate
3 - Strawberry

Please reply with the number corresponding to your choice.',1795282341169);
INSERT INTO "survey_turn" VALUES('01a1ff2a-8d31-72d4-b8e9-e35797c84bed',2,'1',NULL,'question','Lovely! Nothing beats a good vanilla.
Would you like to provide feedback on why you selected this flavor?',1795282341175);
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
}',1795282340404,1795282340404);
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
}',1795282340404);
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
INSERT INTO "game" VALUES(1,'01a1ff2a-8d3c-7454-a49b-d43ba918b383','VR93WJ','vocabulary',1,'Ms Gray',7581794016849116202,'finished',2,4,0,0,0,1795282341180,1795282341416,1795282341416,NULL);
INSERT INTO "game" VALUES(2,'01a1ff2a-8e42-7044-b444-aa1282d9ce43','NF9V9V','vocabulary',1,'Host',5721224557347684629,'lobby',0,0,0,0,0,1795282341442,1795282341442,NULL,NULL);
CREATE TABLE game_host (
    game     INTEGER NOT NULL,
    host     INTEGER NOT NULL,                     -- from 1
    name     TEXT    NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (game, host)
) STRICT, WITHOUT ROWID
;
INSERT INTO "game_host" VALUES(1,1,'Ms Gray',1795282341180);
INSERT INTO "game_host" VALUES(2,1,'Host',1795282341442);
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
INSERT INTO "game_player" VALUES(1,1,'Ann',1,0,NULL,1795282341211);
INSERT INTO "game_player" VALUES(1,2,'Bob',2,0,NULL,1795282341245);
INSERT INTO "game_player" VALUES(2,1,'Cem',1,0,NULL,1795282341449);
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
INSERT INTO "game_answer" VALUES(1,0,1,3,'"postpone"',1,1000,0,7,1795282341335);
INSERT INTO "game_answer" VALUES(1,0,2,4,'"prevent"',0,0,0,22,1795282341340);
INSERT INTO "game_answer" VALUES(1,1,1,5,'true',1,1000,100,2,1795282341371);
INSERT INTO "game_answer" VALUES(1,1,2,6,'false',0,0,0,7,1795282341374);
CREATE TABLE bridge (
    id           INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    source       TEXT,
    interval_s   INTEGER NOT NULL,
    look_back_s  INTEGER NOT NULL,
    is_enabled   INTEGER NOT NULL,
    cursor       INTEGER,                  -- Unix seconds: BigChat was asked for all before; NULL: never
    revision     INTEGER NOT NULL,         -- rises with settings that end the window under way
    polls        INTEGER NOT NULL,         -- polls begun, which numbers them
    -- Counts how often OurAPI turned out to have forgotten something: what it confirmed in an earlier era
    -- is in doubt. Not a time: clocks are set back.
    era          INTEGER NOT NULL,
    doubted_at   INTEGER,                  -- since when what is left of the earlier eras is verified
    replay_poll  INTEGER,                  -- the poll whose pages are read anew next; NULL: none
    replay_until INTEGER                   -- the last one
) STRICT
;
INSERT INTO "bridge" VALUES(1,'http://127.0.0.1:18012',1,0,1,1795282343,1,3,0,NULL,NULL,NULL);
CREATE TABLE bridge_poll (
    poll        INTEGER NOT NULL PRIMARY KEY,
    from_s      INTEGER NOT NULL,          -- Unix seconds
    until_s     INTEGER NOT NULL,          -- Unix seconds, exclusive
    began_at    INTEGER NOT NULL,          -- Unix milliseconds, UTC, as all times but those in seconds
    ended_at    INTEGER,
    pages       INTEGER NOT NULL,          -- understood
    next_url    TEXT,                      -- of the page to ask for next, while it has not ended
    events      INTEGER NOT NULL,          -- new ones
    known       INTEGER NOT NULL,          -- events that were known already
    aside       INTEGER NOT NULL,
    is_released INTEGER NOT NULL,          -- what came in it may be applied
    warning     TEXT                       -- why it ended before the last page
) STRICT
;
INSERT INTO "bridge_poll" VALUES(1,1795282340,1795282341,1795282341743,1795282341750,1,NULL,6,0,0,1,NULL);
INSERT INTO "bridge_poll" VALUES(2,1795282341,1795282342,1795282342930,1795282343035,1,NULL,14,0,0,1,NULL);
INSERT INTO "bridge_poll" VALUES(3,1795282342,1795282343,1795282343109,1795282343127,1,NULL,0,0,0,1,NULL);
CREATE TABLE bridge_page (
    poll        INTEGER NOT NULL,
    page        INTEGER NOT NULL,          -- from 0
    url         TEXT    NOT NULL,
    received_at INTEGER NOT NULL,
    state       TEXT    NOT NULL,          -- raw, taken, unreadable
    body        BLOB    NOT NULL,
    PRIMARY KEY (poll, page)
) STRICT
;
INSERT INTO "bridge_page" VALUES(1,0,'http://127.0.0.1:18012/events?start_at=2026-11-21T17%3A32%3A20Z&end_at=2026-11-21T17%3A32%3A21Z&page=0',1795282341743,'taken',X'7B226E6578745061676555726C223A206E756C6C2C20226576656E7473223A205B7B22636F6E766572736174696F6E5F6964223A20313030322C20226576656E745F6E616D65223A20225354415254222C20226576656E745F6174223A20313739353238323334302C202264617461223A206E756C6C7D2C207B22636F6E766572736174696F6E5F6964223A20313030322C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353238323334302C202264617461223A207B226D657373616765223A202265CC81227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030322C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353238323334302C202264617461223A207B226D657373616765223A2022E2808377696465E28083227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030322C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353238323334302C202264617461223A207B226D657373616765223A2022E2808377696465E28083227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030322C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353238323334302C202264617461223A207B226D657373616765223A202265CC81227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030322C20226576656E745F6E616D65223A20225452414E53464552222C20226576656E745F6174223A20313739353238323334302C202264617461223A207B226F6C645F61647669736F725F6964223A20352C20226E65775F61647669736F725F6964223A20337D7D5D7D');
INSERT INTO "bridge_page" VALUES(2,0,'http://127.0.0.1:18012/events?start_at=2026-11-21T17%3A32%3A21Z&end_at=2026-11-21T17%3A32%3A22Z&page=0',1795282342930,'taken',X'7B226E6578745061676555726C223A206E756C6C2C20226576656E7473223A205B7B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20225354415254222C20226576656E745F6174223A20313739353238323334312C202264617461223A206E756C6C7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353238323334312C202264617461223A207B226D657373616765223A20225768657265206973206D79206F726465723F227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20225452414E53464552222C20226576656E745F6174223A20313739353238323334312C202264617461223A207B226F6C645F61647669736F725F6964223A20312C20226E65775F61647669736F725F6964223A20337D7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353238323334312C202264617461223A207B226D657373616765223A20226C696E655C6E6C696E65202839323229227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353238323334312C202264617461223A207B226D657373616765223A202220227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353238323334312C202264617461223A207B226D657373616765223A20226F6B227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A2022454E44222C20226576656E745F6174223A20313739353238323334312C202264617461223A206E756C6C7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353238323334312C202264617461223A207B226D657373616765223A202220207769746820726F6F6D2061726F756E64206974205C6E227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353238323334312C202264617461223A207B226D657373616765223A2022F09F918DF09F8FBD227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353238323334312C202264617461223A207B226D657373616765223A20226F6B202832313529227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353238323334312C202264617461223A207B226D657373616765223A20226E756C6C202838393129227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20225452414E53464552222C20226576656E745F6174223A20313739353238323334312C202264617461223A207B226F6C645F61647669736F725F6964223A20332C20226E65775F61647669736F725F6964223A20327D7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353238323334312C202264617461223A207B226D657373616765223A2022E2808377696465E28083202839343729227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353238323334312C202264617461223A207B226D657373616765223A20223C623E26616D703B3C2F623E202832393429227D7D5D7D');
INSERT INTO "bridge_page" VALUES(3,0,'http://127.0.0.1:18012/events?start_at=2026-11-21T17%3A32%3A22Z&end_at=2026-11-21T17%3A32%3A23Z&page=0',1795282343109,'taken',X'7B226E6578745061676555726C223A206E756C6C2C20226576656E7473223A205B5D7D');
CREATE TABLE bridge_aside (
    poll         INTEGER NOT NULL,
    page         INTEGER NOT NULL,
    position     INTEGER NOT NULL,         -- in the page's list, from 0
    conversation INTEGER,
    reason       TEXT    NOT NULL,
    excerpt      TEXT    NOT NULL,
    received_at  INTEGER NOT NULL,
    PRIMARY KEY (poll, page, position)
) STRICT, WITHOUT ROWID
;
CREATE TABLE bridge_conversation (
    id              INTEGER NOT NULL PRIMARY KEY,  -- BigChat's
    first_seen_at   INTEGER NOT NULL,
    events          INTEGER NOT NULL,              -- heard of so far, which numbers them
    poll            INTEGER NOT NULL,              -- in which the newest of them came
    started_at      INTEGER,                       -- Unix seconds, as BigChat says
    advisor         INTEGER,                       -- likewise
    -- BigChat is asked about it at this time; NULL: that is done.
    ask_at          INTEGER,
    asked           INTEGER NOT NULL,              -- failures in a row
    chat            TEXT,                          -- OurAPI's id; NULL: not made, or forgotten there
    was_made        INTEGER NOT NULL,
    made_started_at INTEGER,                       -- Unix seconds, as OurAPI has it
    made_advisor    INTEGER,
    made_agent      TEXT,                          -- e-mail address
    made_transfer_at INTEGER,                      -- Unix seconds, of the transfer to that agent
    made_ended_at   INTEGER,                       -- Unix seconds
    confirmed_at    INTEGER,                       -- when OurAPI last had all of it
    era             INTEGER,                       -- in which that was
    must_verify     INTEGER,                       -- doubts so far about what OurAPI has of it; NULL: none
    queued_at       INTEGER,                       -- a delivery of it is on its way; NULL: none is
    waits_for       INTEGER,                       -- the advisor whom BigChat has to name first
    parked_at       INTEGER,
    parked_code     TEXT,
    parked_detail   TEXT,
    parked_event    INTEGER                        -- the event it hangs on; NULL: the chat itself
) STRICT
;
INSERT INTO "bridge_conversation" VALUES(1002,1795282341750,6,1,1795282340,3,NULL,0,'21fb9d99-d416-49d7-a3ad-c08a77138446',1,1795282340,3,'advisor3.571093@example.org',1795282340,NULL,1795282341840,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "bridge_conversation" VALUES(1003,1795282343035,14,2,1795282341,2,NULL,0,'f6a01c9e-a68d-4268-a2d0-27cbe6a36157',1,1795282341,2,'advisor2.410686@example.org',1795282341,1795282341,1795282343115,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE bridge_event (
    conversation INTEGER NOT NULL,
    number       INTEGER NOT NULL,         -- in the order they were heard of, from 1
    kind         TEXT    NOT NULL,
    at           INTEGER NOT NULL,         -- Unix seconds
    body         TEXT,                     -- of a MESSAGE
    old_advisor  INTEGER,                  -- of a TRANSFER
    new_advisor  INTEGER,
    fingerprint  TEXT    NOT NULL,
    occurrence   INTEGER NOT NULL,         -- among equal events of one poll, from 1
    poll         INTEGER NOT NULL,
    page         INTEGER NOT NULL,
    received_at  INTEGER NOT NULL,
    fate         TEXT    NOT NULL,
    code         TEXT,
    detail       TEXT,
    settled_at   INTEGER,
    PRIMARY KEY (conversation, number),
    UNIQUE (conversation, fingerprint, occurrence)
) STRICT, WITHOUT ROWID
;
INSERT INTO "bridge_event" VALUES(1002,1,'START',1795282340,NULL,NULL,NULL,'4295f3712716e9a8f0870bd2b0adb995',1,1,0,1795282341750,'made',NULL,NULL,1795282341908);
INSERT INTO "bridge_event" VALUES(1002,2,'MESSAGE',1795282340,'é',NULL,NULL,'86d699454b0a6c0fc3659b0765a98d22',1,1,0,1795282341750,'made',NULL,NULL,1795282341908);
INSERT INTO "bridge_event" VALUES(1002,3,'MESSAGE',1795282340,' wide ',NULL,NULL,'e424941332730e54596abac9a5517724',1,1,0,1795282341750,'made',NULL,NULL,1795282341908);
INSERT INTO "bridge_event" VALUES(1002,4,'MESSAGE',1795282340,' wide ',NULL,NULL,'e424941332730e54596abac9a5517724',2,1,0,1795282341750,'made',NULL,NULL,1795282341908);
INSERT INTO "bridge_event" VALUES(1002,5,'MESSAGE',1795282340,'é',NULL,NULL,'86d699454b0a6c0fc3659b0765a98d22',2,1,0,1795282341750,'made',NULL,NULL,1795282341908);
INSERT INTO "bridge_event" VALUES(1002,6,'TRANSFER',1795282340,NULL,5,3,'f720e468ed4ba4b75a52c9f7f0ec88a3',1,1,0,1795282341750,'made',NULL,NULL,1795282341908);
INSERT INTO "bridge_event" VALUES(1003,1,'START',1795282341,NULL,NULL,NULL,'cbb24f4c00c6a7b42743632464164c37',1,2,0,1795282343035,'made',NULL,NULL,1795282343461);
INSERT INTO "bridge_event" VALUES(1003,2,'MESSAGE',1795282341,'Where is my order?',NULL,NULL,'ccbe76c61aef6c1f8562b833f1b005c7',1,2,0,1795282343035,'made',NULL,NULL,1795282343461);
INSERT INTO "bridge_event" VALUES(1003,3,'TRANSFER',1795282341,NULL,1,3,'aefde828b57baf161bcf5a3cfe5d78a6',1,2,0,1795282343035,'made',NULL,NULL,1795282343461);
INSERT INTO "bridge_event" VALUES(1003,4,'MESSAGE',1795282341,'line
line (922)',NULL,NULL,'d71fdaac41ca9c2bccf15c00d00c7862',1,2,0,1795282343035,'made',NULL,NULL,1795282343461);
INSERT INTO "bridge_event" VALUES(1003,5,'MESSAGE',1795282341,' ',NULL,NULL,'eb8be7d36c7742e30ccfa9c11c938da0',1,2,0,1795282343035,'refused','422','String should have at least 2 characters',1795282343461);
INSERT INTO "bridge_event" VALUES(1003,6,'MESSAGE',1795282341,'ok',NULL,NULL,'b1f3c5d5c4b6350520b0deb6bc83fb87',1,2,0,1795282343035,'made',NULL,NULL,1795282343461);
INSERT INTO "bridge_event" VALUES(1003,7,'END',1795282341,NULL,NULL,NULL,'df6276fe5a384d1674b4554f229b8c9c',1,2,0,1795282343035,'made',NULL,NULL,1795282343461);
INSERT INTO "bridge_event" VALUES(1003,8,'MESSAGE',1795282341,'  with room around it 
',NULL,NULL,'6ba2b5fe270f0a487f133c94e3a27e11',1,2,0,1795282343035,'made',NULL,NULL,1795282343461);
INSERT INTO "bridge_event" VALUES(1003,9,'MESSAGE',1795282341,'👍🏽',NULL,NULL,'29a02ef1465113edfe4d24213aed04ed',1,2,0,1795282343035,'made',NULL,NULL,1795282343461);
INSERT INTO "bridge_event" VALUES(1003,10,'MESSAGE',1795282341,'ok (215)',NULL,NULL,'24edab9a6189444a3e2e0ef37b644720',1,2,0,1795282343035,'made',NULL,NULL,1795282343461);
INSERT INTO "bridge_event" VALUES(1003,11,'MESSAGE',1795282341,'null (891)',NULL,NULL,'1e4745cf8f5bad8a5c6ddea7251b50cc',1,2,0,1795282343035,'made',NULL,NULL,1795282343461);
INSERT INTO "bridge_event" VALUES(1003,12,'TRANSFER',1795282341,NULL,3,2,'79fe356db3703de11e8126e33c21e2da',1,2,0,1795282343035,'made',NULL,NULL,1795282343461);
INSERT INTO "bridge_event" VALUES(1003,13,'MESSAGE',1795282341,' wide  (947)',NULL,NULL,'6bf61d4003901e445800f54c0739a709',1,2,0,1795282343035,'made',NULL,NULL,1795282343461);
INSERT INTO "bridge_event" VALUES(1003,14,'MESSAGE',1795282341,'<b>&amp;</b> (294)',NULL,NULL,'5a8741e50425e2e7ff0cc688dc326431',1,2,0,1795282343035,'made',NULL,NULL,1795282343461);
CREATE TABLE bridge_advisor (
    id         INTEGER NOT NULL PRIMARY KEY,   -- BigChat's
    name       TEXT,
    email      TEXT,                           -- NULL: BigChat knows nobody, or was not asked
    told_at    INTEGER,                        -- when BigChat said so; NULL: not yet
    ask_at     INTEGER,                        -- BigChat is asked at this time; NULL: it need not be
    asked      INTEGER NOT NULL,               -- failures in a row
    changed_at INTEGER NOT NULL                -- when it became another person
) STRICT
;
INSERT INTO "bridge_advisor" VALUES(1,'Aoife Ó Súilleabháin 572','advisor1.718572@example.org',1795282343090,NULL,0,1795282343035);
INSERT INTO "bridge_advisor" VALUES(2,'Bjørn Nováková 686','advisor2.410686@example.org',1795282343090,NULL,0,1795282343035);
INSERT INTO "bridge_advisor" VALUES(3,'Jan Ødegård 93','advisor3.571093@example.org',1795282341789,NULL,0,1795282341750);
INSERT INTO "bridge_advisor" VALUES(5,'Jan Nováková 377','advisor5.433377@example.org',1795282341789,NULL,0,1795282341750);
CREATE TABLE bridge_agent (
    email      TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    id         TEXT,                           -- OurAPI's; NULL: not known, or forgotten there
    matches    INTEGER NOT NULL,
    era        INTEGER NOT NULL,               -- in which OurAPI confirmed it
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID
;
INSERT INTO "bridge_agent" VALUES('advisor1.718572@example.org','Aoife Ó Súilleabháin 572','e425ad0b-2fab-46c3-8f06-f4964039a208',1,0,1795282343461);
INSERT INTO "bridge_agent" VALUES('advisor2.410686@example.org','Bjørn Nováková 686','a3922a23-7619-4c4a-804a-c0c87e4d7170',1,0,1795282343461);
INSERT INTO "bridge_agent" VALUES('advisor3.571093@example.org','Jan Ødegård 93','d70675a3-064a-40aa-81f3-cce083263a9e',1,0,1795282341908);
INSERT INTO "bridge_agent" VALUES('advisor5.433377@example.org','Jan Nováková 377','b48d7d72-2e1a-4090-a318-d80417f544cf',1,0,1795282341908);
CREATE TABLE bridge_tally (
    name  TEXT    NOT NULL PRIMARY KEY,
    count INTEGER NOT NULL
) STRICT, WITHOUT ROWID
;
INSERT INTO "bridge_tally" VALUES('conversations',2);
INSERT INTO "bridge_tally" VALUES('events.END',1);
INSERT INTO "bridge_tally" VALUES('events.MESSAGE',14);
INSERT INTO "bridge_tally" VALUES('events.START',2);
INSERT INTO "bridge_tally" VALUES('events.TRANSFER',3);
INSERT INTO "bridge_tally" VALUES('fate.made',19);
INSERT INTO "bridge_tally" VALUES('fate.pending',0);
INSERT INTO "bridge_tally" VALUES('fate.refused',1);
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
CREATE INDEX bridge_aside_by_age ON bridge_aside (received_at)
;
CREATE INDEX bridge_poll_held ON bridge_poll (poll) WHERE is_released = 0
;
CREATE INDEX bridge_conversation_to_ask ON bridge_conversation (ask_at, id) WHERE ask_at IS NOT NULL
;
CREATE INDEX bridge_conversation_queued ON bridge_conversation (queued_at) WHERE queued_at IS NOT NULL
;
CREATE INDEX bridge_conversation_waiting ON bridge_conversation (waits_for) WHERE waits_for IS NOT NULL
;
CREATE INDEX bridge_conversation_parked ON bridge_conversation (id) WHERE parked_at IS NOT NULL
;
CREATE INDEX bridge_conversation_by_confirmation ON bridge_conversation (era, confirmed_at)
WHERE confirmed_at IS NOT NULL AND must_verify IS NULL AND parked_at IS NULL
;
CREATE INDEX bridge_event_pending ON bridge_event (conversation, fate, at) WHERE fate = 'pending'
;
CREATE INDEX bridge_event_by_poll ON bridge_event (poll, conversation)
;
CREATE INDEX bridge_advisor_to_ask ON bridge_advisor (ask_at, id) WHERE ask_at IS NOT NULL
;
COMMIT;
