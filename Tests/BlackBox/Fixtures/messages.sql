BEGIN;
CREATE TABLE storage_schema (
    feature    TEXT    NOT NULL PRIMARY KEY,
    version    INTEGER NOT NULL,
    applied_at INTEGER NOT NULL                -- Unix milliseconds, UTC
) STRICT, WITHOUT ROWID
;
INSERT INTO "storage_schema" VALUES('accounts',1,1795281275607);
INSERT INTO "storage_schema" VALUES('health',1,1795281275607);
INSERT INTO "storage_schema" VALUES('idempotency',1,1795281275607);
INSERT INTO "storage_schema" VALUES('messages',1,1795281275607);
INSERT INTO "storage_schema" VALUES('outbound',1,1795281275607);
INSERT INTO "storage_schema" VALUES('topics',1,1795281275607);
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
INSERT INTO "channel" VALUES('log','log','{}',0,0,1,NULL,NULL,NULL,NULL,1795281275854,1795281275854);
INSERT INTO "channel" VALUES('nowhere','webhook','{"secret":"whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3","url":"http://127.0.0.1:9/"}',1,1,2,NULL,NULL,NULL,NULL,1795281276330,1795281276525);
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
INSERT INTO "outbox" VALUES('01a1ff1a-4ee5-718f-b117-1a8c2912c2ab','log','messages','01a1ff1a-4ee5-718f-b117-1a8b32a508e8',NULL,'{"type":"message.posted","subject":"[sales] Out of vanilla.","text":"New request about sales: Out of vanilla.\nContact: not given","data":{"created_at":"2026-11-21T17:14:36.645Z","description":"Out of vanilla.","id":"01a1ff1a-4ee5-718f-b117-1a8b32a508e8","topic":"sales"}}',NULL,'delivered',0,1795281276645,0,1,1795281276645,1795281276794);
INSERT INTO "outbox" VALUES('01a1ff1a-4f5c-730f-872b-b04ced0d9c5c','log','messages','01a1ff1a-4f5c-730f-872b-b04ce66ec76c',NULL,'{"type":"message.posted","subject":"[sales] Ünïcode: 🍦","text":"New request about sales: Ünïcode: 🍦\nContact: not given","data":{"created_at":"2026-11-21T17:14:36.764Z","description":"Ünïcode: 🍦","id":"01a1ff1a-4f5c-730f-872b-b04ce66ec76c","topic":"sales"}}',NULL,'delivered',0,1795281276764,0,1,1795281276764,1795281276887);
INSERT INTO "outbox" VALUES('01a1ff1a-4fb8-70b1-8179-725069d7f73d','log','messages','01a1ff1a-4fb8-70b1-8179-724f8c8d53c0',NULL,'{"type":"message.posted","subject":"[sales] line","text":"New request about sales: line\nbreak\nContact: not given","data":{"created_at":"2026-11-21T17:14:36.856Z","description":"line\nbreak","id":"01a1ff1a-4fb8-70b1-8179-724f8c8d53c0","topic":"sales"}}',NULL,'delivered',0,1795281276856,0,1,1795281276856,1795281276952);
INSERT INTO "outbox" VALUES('01a1ff1a-5018-7146-ada7-481f95907f4d','nowhere','messages','01a1ff1a-5018-7146-ada7-481f1af3730e',NULL,'{"type":"message.posted","subject":"[held] This one waits.","text":"New request about held: This one waits.\nContact: not given","data":{"created_at":"2026-11-21T17:14:36.952Z","description":"This one waits.","id":"01a1ff1a-5018-7146-ada7-481f1af3730e","topic":"held"}}',NULL,'waiting',0,1795281276952,0,0,1795281276952,1795281276952);
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
INSERT INTO "attempt" VALUES('01a1ff1a-4ee5-718f-b117-1a8c2912c2ab',1,1795281276794,0,'delivered','logged','',0);
INSERT INTO "attempt" VALUES('01a1ff1a-4f5c-730f-872b-b04ced0d9c5c',1,1795281276884,0,'delivered','logged','',0);
INSERT INTO "attempt" VALUES('01a1ff1a-4fb8-70b1-8179-725069d7f73d',1,1795281276932,1,'delivered','logged','',0);
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
INSERT INTO "token" VALUES('01a1ff1a-4bce-753d-8e7a-ea00c902da23','admin','a341ab95d57126711bc0359cb0b33d8c505d2896cc7307b21dbb83242fa79b63','admin',1795281275854,NULL,NULL);
INSERT INTO "token" VALUES('01a1ff1a-5365-75f1-8c49-79bc88cad8f5','reader','0a57475502e7dbbefce1ddabbb1f00e97c8e1909795eea45bb805394f85394a7','messages:read',1795281277797,NULL,NULL);
CREATE TABLE topic (
    name       TEXT    NOT NULL PRIMARY KEY,
    template   TEXT    NOT NULL,
    created_at INTEGER NOT NULL,                -- Unix milliseconds, UTC, as all times
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID
;
INSERT INTO "topic" VALUES('held','New request about {topic}: {description}
Contact: {contact|not given}',1795281276492,1795281276492);
INSERT INTO "topic" VALUES('pricing','New request about {topic}: {description}
Contact: {contact|not given}',1795281275854,1795281275854);
INSERT INTO "topic" VALUES('sales','New request about {topic}: {description}
Contact: {contact|not given}',1795281275854,1795281275854);
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
INSERT INTO "message" VALUES('01a1ff1a-4ee5-718f-b117-1a8b32a508e8','sales','Out of vanilla.',NULL,'sent',1795281276645);
INSERT INTO "message" VALUES('01a1ff1a-4f5c-730f-872b-b04ce66ec76c','sales','Ünïcode: 🍦',NULL,'sent',1795281276764);
INSERT INTO "message" VALUES('01a1ff1a-4fb8-70b1-8179-724f8c8d53c0','sales','line
break',NULL,'sent',1795281276856);
INSERT INTO "message" VALUES('01a1ff1a-5018-7146-ada7-481f1af3730e','held','This one waits.',NULL,'pending',1795281276952);
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
COMMIT;
