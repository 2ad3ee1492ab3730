BEGIN;
CREATE TABLE storage_schema (
    feature    TEXT    NOT NULL PRIMARY KEY,
    version    INTEGER NOT NULL,
    applied_at INTEGER NOT NULL                -- Unix milliseconds, UTC
) STRICT, WITHOUT ROWID
;
INSERT INTO "storage_schema" VALUES('accounts',2,1795296505779);
INSERT INTO "storage_schema" VALUES('audit',1,1795296505779);
INSERT INTO "storage_schema" VALUES('backups',1,1795296505779);
INSERT INTO "storage_schema" VALUES('bridge',1,1795296505779);
INSERT INTO "storage_schema" VALUES('customers',1,1795296505779);
INSERT INTO "storage_schema" VALUES('erasures',1,1795296505779);
INSERT INTO "storage_schema" VALUES('games',2,1795296505779);
INSERT INTO "storage_schema" VALUES('health',1,1795296505779);
INSERT INTO "storage_schema" VALUES('idempotency',1,1795296505779);
INSERT INTO "storage_schema" VALUES('messages',1,1795296505779);
INSERT INTO "storage_schema" VALUES('outbound',2,1795296505779);
INSERT INTO "storage_schema" VALUES('quizzes',1,1795296505779);
INSERT INTO "storage_schema" VALUES('retention',1,1795296505779);
INSERT INTO "storage_schema" VALUES('secrets',1,1795296505779);
INSERT INTO "storage_schema" VALUES('surveys',1,1795296505779);
INSERT INTO "storage_schema" VALUES('topics',1,1795296505779);
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
INSERT INTO "channel" VALUES('log','log','{}',0,0,1,NULL,NULL,NULL,NULL,1795296505814,1795296505814);
INSERT INTO "channel" VALUES('nowhere','webhook','{"secret":"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3","url":"http://127.0.0.1:9/"}',1,1,2,NULL,NULL,NULL,NULL,1795296505838,1795296505844);
INSERT INTO "channel" VALUES('ourapi','ourapi','{"url":"http://127.0.0.1:28549"}',0,1,1,NULL,NULL,NULL,NULL,1795296506039,1795296506039);
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
    changed_at    INTEGER NOT NULL, request TEXT,
    -- OR rather than IN: for a list SQLite builds a temporary table at each insert.
    CHECK (state = 'waiting' OR state = 'in_flight' OR state = 'delivered' OR state = 'failed'
        OR state = 'cancelled')
) STRICT                                          -- no WITHOUT ROWID: its rows spill at 1 KB, these at 4
;
INSERT INTO "outbox" VALUES('01a20002-aff5-766c-b792-a0a6426d640f','log','messages','01a20002-aff5-766c-b792-a0a588b82a63',NULL,'{"type":"message.posted","subject":"[sales] Out of vanilla.","text":"New request about sales: Out of vanilla.\nContact: not given","data":{"created_at":"2026-11-21T21:28:25.845Z","description":"Out of vanilla.","id":"01a20002-aff5-766c-b792-a0a588b82a63","topic":"sales"}}',NULL,'delivered',0,1795296505845,0,1,1795296505845,1795296505848,'a7bb2f271e52bcdc');
INSERT INTO "outbox" VALUES('01a20002-aff8-7709-b2fc-49b6237186b0','log','messages','01a20002-aff8-7709-b2fc-49b58d4e723e',NULL,'{"type":"message.posted","subject":"[sales] Ünïcode: 🍦","text":"New request about sales: Ünïcode: 🍦\nContact: not given","data":{"created_at":"2026-11-21T21:28:25.848Z","description":"Ünïcode: 🍦","id":"01a20002-aff8-7709-b2fc-49b58d4e723e","topic":"sales"}}',NULL,'delivered',0,1795296505848,0,1,1795296505848,1795296505850,'227b5688380a6e60');
INSERT INTO "outbox" VALUES('01a20002-affb-727e-bf39-dee2d18290b2','log','messages','01a20002-affb-727e-bf39-dee217678b9c',NULL,'{"type":"message.posted","subject":"[sales] line","text":"New request about sales: line\nbreak\nContact: not given","data":{"created_at":"2026-11-21T21:28:25.851Z","description":"line\nbreak","id":"01a20002-affb-727e-bf39-dee217678b9c","topic":"sales"}}',NULL,'delivered',0,1795296505851,0,1,1795296505851,1795296505852,'0e2d79016811193d');
INSERT INTO "outbox" VALUES('01a20002-affd-75d6-b3fc-60405176f2d5','nowhere','messages','01a20002-affd-75d6-b3fc-603fe1787da7',NULL,'{"type":"message.posted","subject":"[held] This one waits.","text":"New request about held: This one waits.\nContact: not given","data":{"created_at":"2026-11-21T21:28:25.853Z","description":"This one waits.","id":"01a20002-affd-75d6-b3fc-603fe1787da7","topic":"held"}}',NULL,'waiting',0,1795296505853,0,0,1795296505853,1795296505853,'6223de515da24f6c');
INSERT INTO "outbox" VALUES('01a20002-b0dc-703a-9875-2906868269b9','ourapi','bridge','1002','1002','{"conversation":"1002"}',NULL,'delivered',0,1795296506076,0,1,1795296506076,1795296506120,NULL);
INSERT INTO "outbox" VALUES('01a20002-b4c0-716c-acc9-cd43fcca48fa','ourapi','bridge','1003','1003','{"conversation":"1003"}',NULL,'delivered',0,1795296507072,0,1,1795296507072,1795296507140,NULL);
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
INSERT INTO "attempt" VALUES('01a20002-aff5-766c-b792-a0a6426d640f',1,1795296505848,0,'delivered','logged','',0);
INSERT INTO "attempt" VALUES('01a20002-aff8-7709-b2fc-49b6237186b0',1,1795296505850,0,'delivered','logged','',0);
INSERT INTO "attempt" VALUES('01a20002-affb-727e-bf39-dee2d18290b2',1,1795296505852,0,'delivered','logged','',0);
INSERT INTO "attempt" VALUES('01a20002-b0dc-703a-9875-2906868269b9',1,1795296506079,41,'delivered','done','',0);
INSERT INTO "attempt" VALUES('01a20002-b4c0-716c-acc9-cd43fcca48fa',1,1795296507075,65,'delivered','done','',0);
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
, last_used_at INTEGER) STRICT
;
INSERT INTO "token" VALUES('01a20002-afd6-733b-8ff7-755577285b82','admin','a341ab95d57126711bc0359cb0b33d8c505d2896cc7307b21dbb83242fa79b63','admin',1795296505814,NULL,NULL,NULL);
INSERT INTO "token" VALUES('01a20002-b007-75ca-aab4-338224c2f8c4','reader','854a75ffd62032139092c389c2f4acb5ed30b09aee78103a3c7da2bcb2816260','messages:read',1795296505863,NULL,NULL,NULL);
CREATE TABLE account (
    id           TEXT    NOT NULL PRIMARY KEY,  -- UUIDv7
    email        TEXT    NOT NULL,              -- as typed
    email_key    TEXT    NOT NULL UNIQUE,       -- in lower case
    name         TEXT,
    role         TEXT    NOT NULL,
    password     TEXT,                          -- scrypt$…; NULL until one was chosen
    revision     INTEGER NOT NULL,              -- rises with every change, of its sessions too
    created_at   INTEGER NOT NULL,              -- Unix milliseconds, UTC, as all times
    changed_at   INTEGER NOT NULL,
    signed_in_at INTEGER,
    disabled_at  INTEGER
) STRICT
;
CREATE TABLE account_session (
    id         TEXT    NOT NULL PRIMARY KEY,    -- UUIDv7
    account    TEXT    NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    digest     TEXT    NOT NULL UNIQUE,         -- SHA-256 of the secret, hex
    created_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL,                -- to a few minutes
    ends_at    INTEGER NOT NULL,                -- unless it is used again
    agent      TEXT
) STRICT
;
CREATE TABLE account_ticket (
    id         TEXT    NOT NULL PRIMARY KEY,    -- UUIDv7; the outbox knows its mail by it
    digest     TEXT    NOT NULL UNIQUE,         -- SHA-256 of the secret, hex
    purpose    TEXT    NOT NULL,
    account    TEXT    REFERENCES account (id) ON DELETE CASCADE,
    email      TEXT    NOT NULL,
    email_key  TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL
) STRICT
;
CREATE TABLE account_tally (
    name  TEXT    NOT NULL PRIMARY KEY,
    count INTEGER NOT NULL
) STRICT, WITHOUT ROWID
;
CREATE TABLE secret (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID
;
INSERT INTO "secret" VALUES('accounts',X'F97151299BEB113EDD22C12B8C0AF6796933E2312C43083D90258C1761C0359F');
INSERT INTO "secret" VALUES('erasures',X'05CBD11325229ED900B525FF054EB08A3FABAE8F2218A06DD862A31F39EA314D');
INSERT INTO "secret" VALUES('games',X'CF996CAB0F20C11AE0C20632D01708906CB3311466B0F668AD63E1A0417B8AD7');
INSERT INTO "secret" VALUES('survey sessions',X'8409D689FBD5B62E4A1640359B19EDFD93694B9A8D76BD68A4AB3A721630C1CA');
CREATE TABLE audit (
    id         TEXT    NOT NULL PRIMARY KEY,    -- UUIDv7: the order of what happened
    at         INTEGER NOT NULL,                -- Unix milliseconds, UTC
    actor_kind TEXT    NOT NULL,                -- token, account, anonymous, program
    actor      TEXT,                            -- id of the token or account
    actor_name TEXT,
    action     TEXT    NOT NULL,                -- channel.created
    thing      TEXT,                            -- its name or id
    address    TEXT,                            -- of the caller
    request    TEXT,                            -- its x-request-id
    details    TEXT    NOT NULL                 -- JSON object of texts; never a secret
) STRICT
;
INSERT INTO "audit" VALUES('01a20002-afee-70df-b12c-e884fe079c16',1795296505838,'token','01a20002-afd6-733b-8ff7-755577285b82','admin','channel.created','nowhere','127.0.0.1','fbb48f1fea834aa5','{}');
INSERT INTO "audit" VALUES('01a20002-aff1-7458-aedf-fcc57c438aba',1795296505841,'token','01a20002-afd6-733b-8ff7-755577285b82','admin','topic.created','held','127.0.0.1','d64a9ee4ff38d22f','{}');
INSERT INTO "audit" VALUES('01a20002-aff4-72fa-b983-1468385ab980',1795296505844,'token','01a20002-afd6-733b-8ff7-755577285b82','admin','channel.changed','nowhere','127.0.0.1','5685d85560468e35','{"paused":"true"}');
INSERT INTO "audit" VALUES('01a20002-b007-75ca-aab4-338320bf3b64',1795296505863,'token','01a20002-afd6-733b-8ff7-755577285b82','admin','token.created','01a20002-b007-75ca-aab4-338224c2f8c4','127.0.0.1','c0b7c241588d8731','{"name":"reader","scopes":"messages:read"}');
INSERT INTO "audit" VALUES('01a20002-b00d-73bc-bc88-539f87e91a79',1795296505869,'token','01a20002-afd6-733b-8ff7-755577285b82','admin','customer.created','ann','127.0.0.1','e64a99af3b4b77a6','{}');
INSERT INTO "audit" VALUES('01a20002-b051-7124-a866-76eb5143ffaa',1795296505937,'token','01a20002-afd6-733b-8ff7-755577285b82','admin','game.opened','01a20002-b051-7124-a866-76eaa51bd12b','127.0.0.1','4efeb5835d772239','{"code":"HYGHY9","quiz":"vocabulary"}');
INSERT INTO "audit" VALUES('01a20002-b073-7312-b4a1-6508bb1dafa5',1795296505971,'token','01a20002-afd6-733b-8ff7-755577285b82','admin','game.opened','01a20002-b073-7312-b4a1-65086e08e804','127.0.0.1','2e12cf9db3932980','{"code":"MLA6LM","quiz":"vocabulary"}');
CREATE TABLE topic (
    name       TEXT    NOT NULL PRIMARY KEY,
    template   TEXT    NOT NULL,
    created_at INTEGER NOT NULL,                -- Unix milliseconds, UTC, as all times
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID
;
INSERT INTO "topic" VALUES('held','New request about {topic}: {description}
Contact: {contact|not given}',1795296505841,1795296505841);
INSERT INTO "topic" VALUES('pricing','New request about {topic}: {description}
Contact: {contact|not given}',1795296505814,1795296505814);
INSERT INTO "topic" VALUES('sales','New request about {topic}: {description}
Contact: {contact|not given}',1795296505814,1795296505814);
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
INSERT INTO "message" VALUES('01a20002-aff5-766c-b792-a0a588b82a63','sales','Out of vanilla.',NULL,'sent',1795296505845);
INSERT INTO "message" VALUES('01a20002-aff8-7709-b2fc-49b58d4e723e','sales','Ünïcode: 🍦',NULL,'sent',1795296505848);
INSERT INTO "message" VALUES('01a20002-affb-727e-bf39-dee217678b9c','sales','line
break',NULL,'sent',1795296505851);
INSERT INTO "message" VALUES('01a20002-affd-75d6-b3fc-603fe1787da7','held','This one waits.',NULL,'pending',1795296505853);
CREATE TABLE customer (
    id         TEXT    NOT NULL PRIMARY KEY,
    attributes TEXT,                            -- JSON, the team's; NULL: they wrote nothing
    fetched    TEXT,                            -- JSON, the directory's; NULL: it said nothing
    fetched_at INTEGER,                         -- Unix milliseconds, UTC, as all times
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL                 -- of attributes or fetched
) STRICT, WITHOUT ROWID
;
INSERT INTO "customer" VALUES('ann','{"name":"Ann Example"}',NULL,NULL,1795296505869,1795296505869);
INSERT INTO "customer" VALUES('john','{"name":"John Doe"}',NULL,NULL,1795296505814,1795296505814);
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
}',1795296505814,1795296505814);
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
}',1795296505814);
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
INSERT INTO "survey_session" VALUES('01a20002-b00f-7363-b011-a06bfe187cbb','ice-cream',1,'ann','named','en','completed','completed','flavour why',0,NULL,3,1795296505871,1795296505896,1795296505896,NULL,NULL);
INSERT INTO "survey_session" VALUES('01a20002-b04b-71e1-94af-35c77c848194','ice-cream',1,'bob','named','en','active','question:why','flavour why',0,NULL,2,1795296505931,1795296505933,NULL,1795382940000,NULL);
CREATE TABLE survey_person (
    session    TEXT NOT NULL PRIMARY KEY,
    attributes TEXT NOT NULL                    -- JSON: name to {"value", "source"}, as at the start
) STRICT, WITHOUT ROWID
;
INSERT INTO "survey_person" VALUES('01a20002-b00f-7363-b011-a06bfe187cbb','{"name":{"source":"table","value":"Ann Example"}}');
CREATE TABLE survey_answer (
    session     TEXT    NOT NULL,
    question    TEXT    NOT NULL,
    value       TEXT,                           -- NULL: skipped
    answered_at INTEGER NOT NULL,
    PRIMARY KEY (session, question)
) STRICT, WITHOUT ROWID
;
INSERT INTO "survey_answer" VALUES('01a20002-b00f-7363-b011-a06bfe187cbb','flavour','chocolate',1795296505893);
INSERT INTO "survey_answer" VALUES('01a20002-b00f-7363-b011-a06bfe187cbb','why','Because it is sweet.',1795296505896);
INSERT INTO "survey_answer" VALUES('01a20002-b04b-71e1-94af-35c77c848194','flavour','vanilla',1795296505933);
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
INSERT INTO "survey_turn" VALUES('01a20002-b00f-7363-b011-a06bfe187cbb',1,NULL,NULL,'question','Hello Ann Example!
We are interested to know which flavour of ice cream you prefer. Here are your options:
1 - Vanilla
2 - Chocolate
3 - Strawberry

Please reply with the number corresponding to your choice.',1795296505871);
INSERT INTO "survey_turn" VALUES('01a20002-b00f-7363-b011-a06bfe187cbb',2,'2',NULL,'question','Great choice! Chocolate is a classic favorite.
Would you like to provide feedback on why you selected this flavor?',1795296505893);
INSERT INTO "survey_turn" VALUES('01a20002-b00f-7363-b011-a06bfe187cbb',3,'Because it is sweet.',NULL,'end','Thank you for your time, Ann Example!
Your response has been recorded. Have a wonderful day!',1795296505896);
INSERT INTO "survey_turn" VALUES('01a20002-b04b-71e1-94af-35c77c848194',1,NULL,NULL,'question','Hello there!
We are interested to know which flavour of ice cream you prefer. Here are your options:
1 - Vanilla
2 - Chocolate
3 - Strawberry

Please reply with the number corresponding to your choice.',1795296505931);
INSERT INTO "survey_turn" VALUES('01a20002-b04b-71e1-94af-35c77c848194',2,'1',NULL,'question','Lovely! Nothing beats a good vanilla.
Would you like to provide feedback on why you selected this flavor?',1795296505933);
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
}',1795296505814,1795296505814);
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
}',1795296505814);
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
INSERT INTO "game" VALUES(1,'01a20002-b051-7124-a866-76eaa51bd12b','HYGHY9','vocabulary',1,'Ms Gray',4115915037017982704,'finished',2,1,0,0,0,1795296505937,1795296505968,1795296505968,NULL);
INSERT INTO "game" VALUES(2,'01a20002-b073-7312-b4a1-65086e08e804','MLA6LM','vocabulary',1,'Host',-5083786385483639343,'lobby',0,0,0,0,0,1795296505971,1795296505971,NULL,NULL);
CREATE TABLE game_host (
    game     INTEGER NOT NULL,
    host     INTEGER NOT NULL,                     -- from 1
    name     TEXT    NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (game, host)
) STRICT, WITHOUT ROWID
;
INSERT INTO "game_host" VALUES(1,1,'Ms Gray',1795296505937);
INSERT INTO "game_host" VALUES(2,1,'Host',1795296505971);
CREATE TABLE game_player (
    game      INTEGER NOT NULL,
    player    INTEGER NOT NULL,                    -- from 1, in the order of joining
    name      TEXT    NOT NULL,
    seq       INTEGER NOT NULL,                    -- numbers joins and answers of a game
    is_kicked INTEGER NOT NULL,
    account   TEXT,                                -- who was signed in; NULL for who was not
    joined_at INTEGER NOT NULL, final_rank INTEGER, final_score INTEGER, final_players INTEGER,
    PRIMARY KEY (game, player)
) STRICT, WITHOUT ROWID
;
INSERT INTO "game_player" VALUES(1,1,'Ann',1,0,NULL,1795296505946,NULL,NULL,NULL);
INSERT INTO "game_player" VALUES(1,2,'Bob',2,0,NULL,1795296505951,NULL,NULL,NULL);
INSERT INTO "game_player" VALUES(2,1,'Cem',1,0,NULL,1795296505973,NULL,NULL,NULL);
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
INSERT INTO "game_answer" VALUES(1,0,1,3,'"postpone"',1,1000,0,2,1795296505958);
INSERT INTO "game_answer" VALUES(1,0,2,4,'"prevent"',0,0,0,3,1795296505959);
INSERT INTO "game_answer" VALUES(1,1,1,5,'true',1,1000,100,1,1795296505963);
INSERT INTO "game_answer" VALUES(1,1,2,6,'false',0,0,0,3,1795296505964);
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
INSERT INTO "bridge" VALUES(1,'http://127.0.0.1:29756',1,0,1,1795296507,1,2,0,NULL,NULL,NULL);
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
INSERT INTO "bridge_poll" VALUES(1,1795296505,1795296506,1795296506061,1795296506063,1,NULL,6,0,0,1,NULL);
INSERT INTO "bridge_poll" VALUES(2,1795296506,1795296507,1795296507058,1795296507061,1,NULL,14,0,0,1,NULL);
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
INSERT INTO "bridge_page" VALUES(1,0,'http://127.0.0.1:29756/events?start_at=2026-11-21T21%3A28%3A25Z&end_at=2026-11-21T21%3A28%3A26Z&page=0',1795296506061,'taken',X'7B226E6578745061676555726C223A206E756C6C2C20226576656E7473223A205B7B22636F6E766572736174696F6E5F6964223A20313030322C20226576656E745F6E616D65223A20225354415254222C20226576656E745F6174223A20313739353239363530352C202264617461223A206E756C6C7D2C207B22636F6E766572736174696F6E5F6964223A20313030322C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353239363530352C202264617461223A207B226D657373616765223A202265CC81227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030322C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353239363530352C202264617461223A207B226D657373616765223A2022E2808377696465E28083227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030322C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353239363530352C202264617461223A207B226D657373616765223A2022E2808377696465E28083227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030322C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353239363530352C202264617461223A207B226D657373616765223A202265CC81227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030322C20226576656E745F6E616D65223A20225452414E53464552222C20226576656E745F6174223A20313739353239363530352C202264617461223A207B226F6C645F61647669736F725F6964223A20352C20226E65775F61647669736F725F6964223A20337D7D5D7D');
INSERT INTO "bridge_page" VALUES(2,0,'http://127.0.0.1:29756/events?start_at=2026-11-21T21%3A28%3A26Z&end_at=2026-11-21T21%3A28%3A27Z&page=0',1795296507058,'taken',X'7B226E6578745061676555726C223A206E756C6C2C20226576656E7473223A205B7B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20225354415254222C20226576656E745F6174223A20313739353239363530362C202264617461223A206E756C6C7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353239363530362C202264617461223A207B226D657373616765223A20225768657265206973206D79206F726465723F227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20225452414E53464552222C20226576656E745F6174223A20313739353239363530362C202264617461223A207B226F6C645F61647669736F725F6964223A20312C20226E65775F61647669736F725F6964223A20337D7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353239363530362C202264617461223A207B226D657373616765223A20226C696E655C6E6C696E65202839323229227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353239363530362C202264617461223A207B226D657373616765223A202220227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353239363530362C202264617461223A207B226D657373616765223A20226F6B227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A2022454E44222C20226576656E745F6174223A20313739353239363530362C202264617461223A206E756C6C7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353239363530362C202264617461223A207B226D657373616765223A202220207769746820726F6F6D2061726F756E64206974205C6E227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353239363530362C202264617461223A207B226D657373616765223A2022F09F918DF09F8FBD227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353239363530362C202264617461223A207B226D657373616765223A20226F6B202832313529227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353239363530362C202264617461223A207B226D657373616765223A20226E756C6C202838393129227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20225452414E53464552222C20226576656E745F6174223A20313739353239363530362C202264617461223A207B226F6C645F61647669736F725F6964223A20332C20226E65775F61647669736F725F6964223A20327D7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353239363530362C202264617461223A207B226D657373616765223A2022E2808377696465E28083202839343729227D7D2C207B22636F6E766572736174696F6E5F6964223A20313030332C20226576656E745F6E616D65223A20224D455353414745222C20226576656E745F6174223A20313739353239363530362C202264617461223A207B226D657373616765223A20223C623E26616D703B3C2F623E202832393429227D7D5D7D');
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
INSERT INTO "bridge_conversation" VALUES(1002,1795296506063,6,1,1795296505,3,NULL,0,'8437542f-0ea5-4678-9b90-91c0f41f646f',1,1795296505,3,'advisor3.571093@example.org',1795296505,NULL,1795296506079,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "bridge_conversation" VALUES(1003,1795296507061,14,2,1795296506,2,NULL,0,'25430863-f7b6-4627-a21d-10785030ba05',1,1795296506,2,'advisor2.410686@example.org',1795296506,1795296506,1795296507075,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
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
INSERT INTO "bridge_event" VALUES(1002,1,'START',1795296505,NULL,NULL,NULL,'831ddbeeb2e1e8492bb1231f83a90933',1,1,0,1795296506063,'made',NULL,NULL,1795296506120);
INSERT INTO "bridge_event" VALUES(1002,2,'MESSAGE',1795296505,'é',NULL,NULL,'0ab37263dca2da346b7dfffd85d9222f',1,1,0,1795296506063,'made',NULL,NULL,1795296506120);
INSERT INTO "bridge_event" VALUES(1002,3,'MESSAGE',1795296505,' wide ',NULL,NULL,'aff49c8201b75536a0d69d67f151023b',1,1,0,1795296506063,'made',NULL,NULL,1795296506120);
INSERT INTO "bridge_event" VALUES(1002,4,'MESSAGE',1795296505,' wide ',NULL,NULL,'aff49c8201b75536a0d69d67f151023b',2,1,0,1795296506063,'made',NULL,NULL,1795296506120);
INSERT INTO "bridge_event" VALUES(1002,5,'MESSAGE',1795296505,'é',NULL,NULL,'0ab37263dca2da346b7dfffd85d9222f',2,1,0,1795296506063,'made',NULL,NULL,1795296506120);
INSERT INTO "bridge_event" VALUES(1002,6,'TRANSFER',1795296505,NULL,5,3,'7c0323ef67298c758972737030f9a8de',1,1,0,1795296506063,'made',NULL,NULL,1795296506120);
INSERT INTO "bridge_event" VALUES(1003,1,'START',1795296506,NULL,NULL,NULL,'2394db6f7ae5a4dea5064a4ac4519bdc',1,2,0,1795296507061,'made',NULL,NULL,1795296507140);
INSERT INTO "bridge_event" VALUES(1003,2,'MESSAGE',1795296506,'Where is my order?',NULL,NULL,'a0d71743821e3abb07cf30601aad79cf',1,2,0,1795296507061,'made',NULL,NULL,1795296507140);
INSERT INTO "bridge_event" VALUES(1003,3,'TRANSFER',1795296506,NULL,1,3,'b2aac6d86fed18109af9b035452db588',1,2,0,1795296507061,'made',NULL,NULL,1795296507140);
INSERT INTO "bridge_event" VALUES(1003,4,'MESSAGE',1795296506,'line
line (922)',NULL,NULL,'cbbea34bd42b0ab77e2e8c28d5fec2d7',1,2,0,1795296507061,'made',NULL,NULL,1795296507140);
INSERT INTO "bridge_event" VALUES(1003,5,'MESSAGE',1795296506,' ',NULL,NULL,'f6e2f8a49dfaf44f46bbbf80cce5bf98',1,2,0,1795296507061,'refused','422','String should have at least 2 characters',1795296507140);
INSERT INTO "bridge_event" VALUES(1003,6,'MESSAGE',1795296506,'ok',NULL,NULL,'d4711e96fb2be4b3c61301d16cccb5f7',1,2,0,1795296507061,'made',NULL,NULL,1795296507140);
INSERT INTO "bridge_event" VALUES(1003,7,'END',1795296506,NULL,NULL,NULL,'227a24f2519cb1553d7c8cca87f57add',1,2,0,1795296507061,'made',NULL,NULL,1795296507140);
INSERT INTO "bridge_event" VALUES(1003,8,'MESSAGE',1795296506,'  with room around it 
',NULL,NULL,'b73aba33293a86edfcb95aeed7ff24b5',1,2,0,1795296507061,'made',NULL,NULL,1795296507140);
INSERT INTO "bridge_event" VALUES(1003,9,'MESSAGE',1795296506,'👍🏽',NULL,NULL,'9d5828183f503a07755b47fcf425cb9e',1,2,0,1795296507061,'made',NULL,NULL,1795296507140);
INSERT INTO "bridge_event" VALUES(1003,10,'MESSAGE',1795296506,'ok (215)',NULL,NULL,'ad4528f2791de7cd2dd3d4bf3cb9ea4b',1,2,0,1795296507061,'made',NULL,NULL,1795296507140);
INSERT INTO "bridge_event" VALUES(1003,11,'MESSAGE',1795296506,'null (891)',NULL,NULL,'b7424fe812d971f8599cafa2fda95820',1,2,0,1795296507061,'made',NULL,NULL,1795296507140);
INSERT INTO "bridge_event" VALUES(1003,12,'TRANSFER',1795296506,NULL,3,2,'337b31c70a7a1390dd0ca4e7bde33b2f',1,2,0,1795296507061,'made',NULL,NULL,1795296507140);
INSERT INTO "bridge_event" VALUES(1003,13,'MESSAGE',1795296506,' wide  (947)',NULL,NULL,'59ff42e2d048b1a3f8a44251f6d08720',1,2,0,1795296507061,'made',NULL,NULL,1795296507140);
INSERT INTO "bridge_event" VALUES(1003,14,'MESSAGE',1795296506,'<b>&amp;</b> (294)',NULL,NULL,'5b3c32b5cf64cd2f039ca777e7b19742',1,2,0,1795296507061,'made',NULL,NULL,1795296507140);
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
INSERT INTO "bridge_advisor" VALUES(1,'Aoife Ó Súilleabháin 572','advisor1.718572@example.org',1795296507072,NULL,0,1795296507061);
INSERT INTO "bridge_advisor" VALUES(2,'Bjørn Nováková 686','advisor2.410686@example.org',1795296507072,NULL,0,1795296507061);
INSERT INTO "bridge_advisor" VALUES(3,'Jan Ødegård 93','advisor3.571093@example.org',1795296506076,NULL,0,1795296506063);
INSERT INTO "bridge_advisor" VALUES(5,'Jan Nováková 377','advisor5.433377@example.org',1795296506076,NULL,0,1795296506063);
CREATE TABLE bridge_agent (
    email      TEXT    NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    id         TEXT,                           -- OurAPI's; NULL: not known, or forgotten there
    matches    INTEGER NOT NULL,
    era        INTEGER NOT NULL,               -- in which OurAPI confirmed it
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID
;
INSERT INTO "bridge_agent" VALUES('advisor1.718572@example.org','Aoife Ó Súilleabháin 572','2c7b187a-3997-483f-bd2c-aa1da79c92dd',1,0,1795296507140);
INSERT INTO "bridge_agent" VALUES('advisor2.410686@example.org','Bjørn Nováková 686','0bd620be-d737-4479-ab44-0aa44a773480',1,0,1795296507140);
INSERT INTO "bridge_agent" VALUES('advisor3.571093@example.org','Jan Ødegård 93','fc6cdf56-2bbb-4c2a-be31-a5ae69bee13e',1,0,1795296506120);
INSERT INTO "bridge_agent" VALUES('advisor5.433377@example.org','Jan Nováková 377','aa72e971-e549-4629-894a-652bd9378b45',1,0,1795296506120);
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
CREATE TABLE retention (
    kind    TEXT    NOT NULL PRIMARY KEY,
    is_set  INTEGER NOT NULL,                   -- 0: as long as is standard
    days    INTEGER,                            -- NULL: for ever
    ran_at  INTEGER,                            -- Unix milliseconds, UTC; when all that was old was gone
    deleted INTEGER NOT NULL                    -- rows, ever
) STRICT, WITHOUT ROWID
;
INSERT INTO "retention" VALUES('account_mails',0,NULL,1795296506057,0);
INSERT INTO "retention" VALUES('audit',0,NULL,1795296506057,0);
INSERT INTO "retention" VALUES('bridge_aside',0,NULL,1795296506056,0);
INSERT INTO "retention" VALUES('bridge_pages',0,NULL,1795296506054,0);
INSERT INTO "retention" VALUES('bridge_polls',0,NULL,1795296506056,0);
INSERT INTO "retention" VALUES('delivery_attempts',0,NULL,1795296506053,0);
INSERT INTO "retention" VALUES('idempotency_keys',0,NULL,1795296506058,0);
INSERT INTO "retention" VALUES('tokens',0,NULL,1795296506057,0);
CREATE TABLE erasure (
    id         TEXT    NOT NULL PRIMARY KEY,    -- UUIDv7
    subject    TEXT    NOT NULL,                -- customer, account, player
    digest     TEXT    NOT NULL,                -- of who it was, under a key of this database
    actor_kind TEXT    NOT NULL,                -- token, account
    actor      TEXT    NOT NULL,                -- its id
    began_at   INTEGER NOT NULL,                -- Unix milliseconds, UTC
    ended_at   INTEGER,                         -- NULL: it was interrupted, or goes on
    counts     TEXT    NOT NULL                 -- JSON: how many of what
) STRICT
;
CREATE TABLE backup (
    name          TEXT    NOT NULL PRIMARY KEY,
    verified_at   INTEGER,                      -- Unix milliseconds, UTC, as all times
    fault         TEXT,
    uploaded_at   INTEGER,
    upload_tries  INTEGER NOT NULL,
    upload_due_at INTEGER,
    upload_fault  TEXT
) STRICT, WITHOUT ROWID
;
CREATE TABLE backup_drill (
    id     INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    at     INTEGER NOT NULL,
    backup TEXT    NOT NULL,
    fault  TEXT
) STRICT
;
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
CREATE INDEX outbox_waiting ON outbox (id) WHERE state = 'waiting'
;
CREATE INDEX outbox_given_up ON outbox (state, id) WHERE state = 'failed' OR state = 'cancelled'
;
CREATE INDEX idempotency_by_age ON idempotency (created_at)
;
CREATE INDEX account_session_by_account ON account_session (account, id)
;
CREATE INDEX account_session_by_end ON account_session (ends_at)
;
CREATE INDEX account_ticket_by_email ON account_ticket (email_key, created_at)
;
CREATE INDEX account_ticket_by_account ON account_ticket (account)
;
CREATE INDEX account_ticket_by_end ON account_ticket (ends_at)
;
CREATE INDEX audit_by_time ON audit (at, id)
;
CREATE INDEX audit_by_thing ON audit (thing, id)
;
CREATE INDEX audit_by_actor ON audit (actor, id)
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
CREATE INDEX game_player_by_account ON game_player (account, game, player) WHERE account IS NOT NULL
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
CREATE INDEX erasure_by_digest ON erasure (digest, id)
;
COMMIT;
