// How fast this disk takes the rows of one message through plain SQLite with group commit: the ceiling.
//
//     group_commit FILE SECONDS BATCH TABLE...
//
// FILE is a copy of the server's own database that holds one message; the rows it has in each TABLE are the
// template. Every message inserts a copy of them with fresh, rising ids; every BATCH messages share a commit.
// Prints: messages, wall seconds, CPU seconds.
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { TABLES_MAX = 8, COLUMNS_MAX = 40, IDS_MAX = 8, ID_BYTES = 36, SQL_BYTES = 512 };

typedef struct {
    sqlite3_stmt *insert;
    int columns;
    sqlite3_value *values[COLUMNS_MAX];
    int id_of[COLUMNS_MAX];                 // which of the fresh ids stands here, or -1
} Row;

static sqlite3 *database;
static char ids[IDS_MAX][ID_BYTES + 1];     // of the template
static char fresh[IDS_MAX][ID_BYTES + 1];
static int id_count;

static void check(int code, const char *what) {
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
    fprintf(stderr, "%s: %s\n", what, sqlite3_errmsg(database));
    exit(1);
}

static sqlite3_stmt *prepare(const char *sql) {
    sqlite3_stmt *statement;
    check(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), sql);
    return statement;
}

static void run(const char *sql) { check(sqlite3_exec(database, sql, NULL, NULL, NULL), sql); }

static int looks_like_id(const char *text) {
    return text && strlen(text) == ID_BYTES && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-';
}

static int index_of_id(const char *text) {
    for (int index = 0; index < id_count; index++)
        if (strcmp(ids[index], text) == 0) return index;
    if (id_count == IDS_MAX) exit(2);
    strcpy(ids[id_count], text);
    return id_count++;
}

static Row learn(const char *table) {
    Row row = {0};
    char sql[SQL_BYTES];
    snprintf(sql, sizeof sql, "SELECT * FROM %s LIMIT 1", table);
    sqlite3_stmt *select = prepare(sql);
    if (sqlite3_step(select) != SQLITE_ROW) { fprintf(stderr, "%s is empty\n", table); exit(1); }
    row.columns = sqlite3_column_count(select);
    int written = snprintf(sql, sizeof sql, "INSERT INTO %s VALUES (?", table);
    for (int column = 0; column < row.columns; column++) {
        row.values[column] = sqlite3_value_dup(sqlite3_column_value(select, column));
        const char *text = (const char *)sqlite3_column_text(select, column);
        row.id_of[column] = looks_like_id(text) ? index_of_id(text) : -1;
        if (column > 0) written += snprintf(sql + written, sizeof sql - written, ", ?");
    }
    snprintf(sql + written, sizeof sql - written, ")");
    sqlite3_finalize(select);
    row.insert = prepare(sql);
    return row;
}

static void insert(Row *row) {
    for (int column = 0; column < row->columns; column++) {
        if (row->id_of[column] >= 0)
            sqlite3_bind_text(row->insert, column + 1, fresh[row->id_of[column]], ID_BYTES, SQLITE_STATIC);
        else
            sqlite3_bind_value(row->insert, column + 1, row->values[column]);
    }
    check(sqlite3_step(row->insert), "insert");
    sqlite3_reset(row->insert);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
    if (count < 5 || count - 4 > TABLES_MAX) return 2;
    double seconds = atof(arguments[2]);
    int batch = atoi(arguments[3]), tables = count - 4;
    check(sqlite3_open(arguments[1], &database), "open");
    run("PRAGMA journal_mode=WAL");
    run("PRAGMA synchronous=FULL");
    run("PRAGMA foreign_keys=ON");
    run("PRAGMA cache_size=-65536");
    Row rows[TABLES_MAX];
    for (int index = 0; index < tables; index++) rows[index] = learn(arguments[4 + index]);

    long messages = 0;
    unsigned long serial = (unsigned long)time(NULL) << 20;
    double began = now(), took;
    do {
        run("BEGIN IMMEDIATE");
        for (int index = 0; index < batch; index++, messages++) {
            for (int id = 0; id < id_count; id++, serial++)
                snprintf(fresh[id], sizeof fresh[id], "%08lx-%04lx-7000-8000-%012lx",
                         (serial >> 32) & 0xffffffff, (serial >> 16) & 0xffff, serial & 0xffff);
            for (int table = 0; table < tables; table++) insert(&rows[table]);
        }
        run("COMMIT");
        took = now() - began;
    } while (took < seconds);

    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double cpu = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
        + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    printf("%ld %.6f %.6f\n", messages, took, cpu);
    return 0;
}
