#ifndef PARLEY_CSQLITE_SHIM_H
#define PARLEY_CSQLITE_SHIM_H

/* First, so that the C library's declarations belong to Swift's Glibc and not to this module: otherwise the
   optimiser cannot match them with those that Foundation was built with. */
#pragma clang module import SwiftGlibc

#include <sqlite3.h>

/* Macros that are more than a number stay invisible to Swift. */
static const int PARLEY_IOERR_NOMEM = SQLITE_IOERR_NOMEM;
static const int PARLEY_CONSTRAINT_CHECK = SQLITE_CONSTRAINT_CHECK;
static const int PARLEY_CONSTRAINT_FOREIGNKEY = SQLITE_CONSTRAINT_FOREIGNKEY;
static const int PARLEY_CONSTRAINT_NOTNULL = SQLITE_CONSTRAINT_NOTNULL;
static const int PARLEY_CONSTRAINT_PRIMARYKEY = SQLITE_CONSTRAINT_PRIMARYKEY;
static const int PARLEY_CONSTRAINT_ROWID = SQLITE_CONSTRAINT_ROWID;
static const int PARLEY_CONSTRAINT_UNIQUE = SQLITE_CONSTRAINT_UNIQUE;

/* SQLITE_TRANSIENT is a cast Swift cannot see: SQLite copies the bytes before these return. */
static inline int parley_bind_text(sqlite3_stmt *statement, int index, const char *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_text64(statement, index, bytes, count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline int parley_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_blob64(statement, index, bytes, count, SQLITE_TRANSIENT);
}

/* Swift cannot call variadic functions. */
static inline int parley_configure_flag(sqlite3 *connection, int option, int on) {
    return sqlite3_db_config(connection, option, on, (int *)0);
}

static inline int parley_disable_memory_statistics(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

#endif
