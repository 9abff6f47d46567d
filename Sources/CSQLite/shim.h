// What Swift cannot call itself: sentinel destructors (casts) and variadic configuration.
#ifndef CROSSDOCK_CSQLITE_SHIM_H
#define CROSSDOCK_CSQLITE_SHIM_H
#include <sqlite3.h>

static inline int crossdock_sqlite3_bind_blob_static(sqlite3_stmt *s, int i, const void *p, int n) {
  return sqlite3_bind_blob(s, i, p ? p : "", n, SQLITE_STATIC);
}
static inline int crossdock_sqlite3_bind_text_static(sqlite3_stmt *s, int i, const char *p, int n) {
  return sqlite3_bind_text(s, i, p ? p : "", n, SQLITE_STATIC);
}
static inline int crossdock_sqlite3_bind_text_copy(sqlite3_stmt *s, int i, const char *p, int n) {
  return sqlite3_bind_text(s, i, p ? p : "", n, SQLITE_TRANSIENT);
}
// Lookaside and heap are per process; a small box wants the memory back.
static inline int crossdock_sqlite3_config_single_writer(void) {
  return sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
}
static inline int crossdock_sqlite3_defensive(sqlite3 *db) {
  return sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
}
#endif
