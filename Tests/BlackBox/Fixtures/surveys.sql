BEGIN;
CREATE TABLE storage_schema (
    feature    TEXT    NOT NULL PRIMARY KEY,
    version    INTEGER NOT NULL,
    applied_at INTEGER NOT NULL                -- Unix milliseconds, UTC
) STRICT, WITHOUT ROWID
;
INSERT INTO "storage_schema" VALUES('accounts',1,1795281468951);
INSERT INTO "storage_schema" VALUES('customers',1,1795281468951);
INSERT INTO "storage_schema" VALUES('health',1,1795281468951);
INSERT INTO "storage_schema" VALUES('idempotency',1,1795281468951);
INSERT INTO "storage_schema" VALUES('messages',1,1795281468951);
INSERT INTO "storage_schema" VALUES('outbound',1,1795281468951);
INSERT INTO "storage_schema" VALUES('secrets',1,1795281468951);
INSERT INTO "storage_schema" VALUES('surveys',1,1795281468951);
INSERT INTO "storage_schema" VALUES('topics',1,1795281468951);
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
INSERT INTO "channel" VALUES('log','log','{}',0,0,1,NULL,NULL,NULL,NULL,1795281469036,1795281469036);
INSERT INTO "channel" VALUES('nowhere','webhook','{"secret":"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3","url":"http://127.0.0.1:9/"}',1,1,2,NULL,NULL,NULL,NULL,1795281469340,1795281469549);
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
INSERT INTO "outbox" VALUES('01a1ff1d-406e-74ce-ac09-c36551915883','log','messages','01a1ff1d-406e-74ce-ac09-c364c50517da',NULL,'{"type":"message.posted","subject":"[sales] Out of vanilla.","text":"New request about sales: Out of vanilla.\nContact: not given","data":{"created_at":"2026-11-21T17:17:49.550Z","description":"Out of vanilla.","id":"01a1ff1d-406e-74ce-ac09-c364c50517da","topic":"sales"}}',NULL,'delivered',0,1795281469550,0,1,1795281469550,1795281469553);
INSERT INTO "outbox" VALUES('01a1ff1d-4070-7657-bc76-e40ebe5663c0','log','messages','01a1ff1d-4070-7657-bc76-e40e4a6f4733',NULL,'{"type":"message.posted","subject":"[sales] Ünïcode: 🍦","text":"New request about sales: Ünïcode: 🍦\nContact: not given","data":{"created_at":"2026-11-21T17:17:49.552Z","description":"Ünïcode: 🍦","id":"01a1ff1d-4070-7657-bc76-e40e4a6f4733","topic":"sales"}}',NULL,'delivered',0,1795281469552,0,1,1795281469552,1795281469555);
INSERT INTO "outbox" VALUES('01a1ff1d-4072-757f-bc96-88fa3bf4b38b','log','messages','01a1ff1d-4072-757f-bc96-88fa23c99d9e',NULL,'{"type":"message.posted","subject":"[sales] line","text":"New request about sales: line\nbreak\nContact: not given","data":{"created_at":"2026-11-21T17:17:49.554Z","description":"line\nbreak","id":"01a1ff1d-4072-757f-bc96-88fa23c99d9e","topic":"sales"}}',NULL,'delivered',0,1795281469554,0,1,1795281469554,1795281469556);
INSERT INTO "outbox" VALUES('01a1ff1d-4075-70ea-ad50-d0268d019820','nowhere','messages','01a1ff1d-4075-70ea-ad50-d026022db311',NULL,'{"type":"message.posted","subject":"[held] This one waits.","text":"New request about held: This one waits.\nContact: not given","data":{"created_at":"2026-11-21T17:17:49.557Z","description":"This one waits.","id":"01a1ff1d-4075-70ea-ad50-d026022db311","topic":"held"}}',NULL,'waiting',0,1795281469557,0,0,1795281469557,1795281469557);
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
INSERT INTO "attempt" VALUES('01a1ff1d-406e-74ce-ac09-c36551915883',1,1795281469552,1,'delivered','logged','',0);
INSERT INTO "attempt" VALUES('01a1ff1d-4070-7657-bc76-e40ebe5663c0',1,1795281469554,1,'delivered','logged','',0);
INSERT INTO "attempt" VALUES('01a1ff1d-4072-757f-bc96-88fa3bf4b38b',1,1795281469556,0,'delivered','logged','',0);
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
INSERT INTO "token" VALUES('01a1ff1d-3e6c-7768-a141-679fa7d19e56','admin','a341ab95d57126711bc0359cb0b33d8c505d2896cc7307b21dbb83242fa79b63','admin',1795281469036,NULL,NULL);
INSERT INTO "token" VALUES('01a1ff1d-407b-72ec-8807-a9352bfe9cb2','reader','20c0984bf9f939d6aa40466f1b702938145e6f5156ab797caedac8338494313f','messages:read',1795281469563,NULL,NULL);
CREATE TABLE secret (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID
;
INSERT INTO "secret" VALUES('survey sessions',X'5E1FAE3AA476F912623A3821EA069C6EFFE8A0A7412C10D458FA82B3689C4F75');
CREATE TABLE topic (
    name       TEXT    NOT NULL PRIMARY KEY,
    template   TEXT    NOT NULL,
    created_at INTEGER NOT NULL,                -- Unix milliseconds, UTC, as all times
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID
;
INSERT INTO "topic" VALUES('held','New request about {topic}: {description}
Contact: {contact|not given}',1795281469528,1795281469528);
INSERT INTO "topic" VALUES('pricing','New request about {topic}: {description}
Contact: {contact|not given}',1795281469036,1795281469036);
INSERT INTO "topic" VALUES('sales','New request about {topic}: {description}
Contact: {contact|not given}',1795281469036,1795281469036);
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
INSERT INTO "message" VALUES('01a1ff1d-406e-74ce-ac09-c364c50517da','sales','Out of vanilla.',NULL,'sent',1795281469550);
INSERT INTO "message" VALUES('01a1ff1d-4070-7657-bc76-e40e4a6f4733','sales','Ünïcode: 🍦',NULL,'sent',1795281469552);
INSERT INTO "message" VALUES('01a1ff1d-4072-757f-bc96-88fa23c99d9e','sales','line
break',NULL,'sent',1795281469554);
INSERT INTO "message" VALUES('01a1ff1d-4075-70ea-ad50-d026022db311','held','This one waits.',NULL,'pending',1795281469557);
CREATE TABLE customer (
    id         TEXT    NOT NULL PRIMARY KEY,
    attributes TEXT,                            -- JSON, the team's; NULL: they wrote nothing
    fetched    TEXT,                            -- JSON, the directory's; NULL: it said nothing
    fetched_at INTEGER,                         -- Unix milliseconds, UTC, as all times
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL                 -- of attributes or fetched
) STRICT, WITHOUT ROWID
;
INSERT INTO "customer" VALUES('ann','{"name":"Ann Example"}',NULL,NULL,1795281469570,1795281469570);
INSERT INTO "customer" VALUES('john','{"name":"John Doe"}',NULL,NULL,1795281469036,1795281469036);
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
}',1795281469036,1795281469036);
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
}',1795281469036);
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
INSERT INTO "survey_session" VALUES('01a1ff1d-4088-76f8-81ea-50e1c21bbd45','ice-cream',1,'ann','named','en','completed','completed','flavour why',0,NULL,3,1795281469576,1795281469614,1795281469614,NULL,NULL);
INSERT INTO "survey_session" VALUES('01a1ff1d-41f4-7723-80f8-f6d2d18fdfba','ice-cream',1,'bob','named','en','active','question:why','flavour why',0,NULL,2,1795281469940,1795281469952,NULL,1795367880000,NULL);
CREATE TABLE survey_person (
    session    TEXT NOT NULL PRIMARY KEY,
    attributes TEXT NOT NULL                    -- JSON: name to {"value", "source"}, as at the start
) STRICT, WITHOUT ROWID
;
INSERT INTO "survey_person" VALUES('01a1ff1d-4088-76f8-81ea-50e1c21bbd45','{"name":{"source":"table","value":"Ann Example"}}');
CREATE TABLE survey_answer (
    session     TEXT    NOT NULL,
    question    TEXT    NOT NULL,
    value       TEXT,                           -- NULL: skipped
    answered_at INTEGER NOT NULL,
    PRIMARY KEY (session, question)
) STRICT, WITHOUT ROWID
;
INSERT INTO "survey_answer" VALUES('01a1ff1d-4088-76f8-81ea-50e1c21bbd45','flavour','chocolate',1795281469605);
INSERT INTO "survey_answer" VALUES('01a1ff1d-4088-76f8-81ea-50e1c21bbd45','why','Because it is sweet.',1795281469614);
INSERT INTO "survey_answer" VALUES('01a1ff1d-41f4-7723-80f8-f6d2d18fdfba','flavour','vanilla',1795281469952);
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
INSERT INTO "survey_turn" VALUES('01a1ff1d-4088-76f8-81ea-50e1c21bbd45',1,NULL,NULL,'question','Hello Ann Example!
We are interested to know which flavour of ice cream you prefer. Here are your options:
1 - Vanilla
2 - Chocolate
3 - Strawberry

Please reply with the number corresponding to your choice.',1795281469576);
INSERT INTO "survey_turn" VALUES('01a1ff1d-4088-76f8-81ea-50e1c21bbd45',2,'2',NULL,'question','Great choice! Chocolate is a classic favorite.
Would you like to provide feedback on why you selected this flavor?',1795281469605);
INSERT INTO "survey_turn" VALUES('01a1ff1d-4088-76f8-81ea-50e1c21bbd45',3,'Because it is sweet.',NULL,'end','Thank you for your time, Ann Example!
Your response has been recorded. Have a wonderful day!',1795281469614);
INSERT INTO "survey_turn" VALUES('01a1ff1d-41f4-7723-80f8-f6d2d18fdfba',1,NULL,NULL,'question','Hello there!
We are interested to know which flavour of ice cream you prefer. Here are your options:
1 - Vanilla
2 - Chocolate
3 - Strawberry

Please reply with the number corresponding to your choice.',1795281469940);
INSERT INTO "survey_turn" VALUES('01a1ff1d-41f4-7723-80f8-f6d2d18fdfba',2,'1',NULL,'question','Lovely! Nothing beats a good vanilla.
Would you like to provide feedback on why you selected this flavor?',1795281469952);
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
COMMIT;
