// sqlite.c - the SQLite files of Brightway projects, in a folder or in memory.
#include "sources.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATIENCE_MS = 5000, LEAST_LENGTH = 1 << 20 };
// Steps of a query: for the shortest rows that a file can hold, each looked at several times.
enum { STEPS_AT_ONCE = 1000, STEPS_PER_BYTE = 16, LEAST_STEPS = 1000000 };

// What SQLite says of a file that somebody else has is about something else.
static const char *cause_of(struct sqlite3 *handle) {
  switch (sqlite3_errcode(handle)) {
    case SQLITE_BUSY: return "it is locked: another program is writing to it";
    case SQLITE_READONLY:
      return "it has a journal of a program that was interrupted while it wrote: open the project "
             "in Brightway once";
    case SQLITE_PROTOCOL:
      return "its '-wal' and '-shm' files are not of one time: open the project in Brightway once";
    case SQLITE_NOTADB: return "it is no SQLite file";
    case SQLITE_INTERRUPT: return "found more rows than a file of its size can hold";
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG: return "found a row that is longer than the file";
    default: return sqlite3_errmsg(handle);
  }
}

// Whether there is memory for any row that a file can hold: what SQLite had none for was longer.
static bool has_memory(const vt_sqlite *of) {
  void *room = vt_calloc(of->size + LEAST_LENGTH, 1);
  free(room);
  return room != NULL;
}

vt_error vt_sqlite_fail(const vt_sqlite *from, const char *what) {
  const int code = from->handle ? sqlite3_errcode(from->handle) : SQLITE_NOMEM;
  VT_CHECK(code != SQLITE_NOMEM || (from->handle && has_memory(from)), VT_ERR_SYSTEM,
           "%s: %s: %s: out of memory", from->files->path, from->name, what);
  VT_FAIL(VT_ERR_INPUT, "%s: %s: %s: %s", from->files->path, from->name, what,
          cause_of(from->handle));
}

// Of an archive: the database is a copy made while changes were waiting in the file beside it.
static vt_error check_log(const vt_sqlite *to, vt_text *log, vt_content *content) {
  VT_TRY(vt_text_add(log, "%s-wal", to->name));
  if (!vt_files_has(to->files, log->bytes)) return VT_OK;
  VT_TRY(vt_files_read(to->files, log->bytes, content));
  VT_CHECK(!vt_sqlite_log_has_changes(content->bytes, content->length), VT_ERR_INPUT,
           "%s: %s: found changes that are not in the database itself yet: close the programs that "
           "have the project open, and make the backup again",
           to->files->path, log->bytes);
  return VT_OK;
}

// The file of an archive is in memory already.
static vt_error open_memory(vt_sqlite *to, const char *otherwise) {
  vt_content content, beside = {0};
  vt_text log = {0};
  void *bytes; // of the archive, which is not written to but for the mark of WAL mode
  const vt_error settled = check_log(to, &log, &beside);
  vt_text_free(&log);
  vt_content_free(&beside);
  VT_TRY(settled);
  VT_TRY(vt_files_read(to->files, to->name, &content));
  memcpy(&bytes, &content.bytes, sizeof bytes);
  to->size = content.length;
  vt_sqlite_unlog(bytes, content.length);
  if (sqlite3_open_v2(":memory:", &to->handle, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
      sqlite3_deserialize(to->handle, "main", bytes, content.length, content.length,
                          SQLITE_DESERIALIZE_READONLY) != SQLITE_OK)
    return vt_sqlite_fail(to, otherwise);
  return VT_OK;
}

static vt_error open_in_folder(vt_sqlite *to, const char *otherwise, vt_text *path, vt_text *uri) {
  const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
  struct stat info;
  VT_TRY(vt_text_add(path, "%s/%s", to->files->path, to->name));
  VT_TRY(vt_watch(path->bytes));
  VT_TRY(vt_sqlite_uri(path->bytes, uri));
  to->size = stat(path->bytes, &info) == 0 ? (ptrdiff_t)info.st_size : 0;
  if (sqlite3_open_v2(uri->bytes, &to->handle, flags, NULL) == SQLITE_OK) return VT_OK;
  return vt_sqlite_fail(to, otherwise);
}

static int count_steps(void *context) {
  vt_sqlite *of = context;
  of->steps++;
  return of->steps > LEAST_STEPS / STEPS_AT_ONCE + of->size / (STEPS_AT_ONCE / STEPS_PER_BYTE);
}

// No row is longer than the file that holds it, unless code makes it so; texts are taken as they
// are stored; no table is one of a module, however its schema is written.
static vt_error set_limits(vt_sqlite *to, const char *otherwise) {
  const ptrdiff_t most = to->size < INT32_MAX ? to->size : INT32_MAX;
  (void)sqlite3_busy_timeout(to->handle, PATIENCE_MS);
  (void)sqlite3_db_config(to->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  (void)sqlite3_drop_modules(to->handle, NULL);
  (void)sqlite3_limit(to->handle, SQLITE_LIMIT_LENGTH,
                      most > LEAST_LENGTH ? (int)most : (int)LEAST_LENGTH);
  sqlite3_progress_handler(to->handle, STEPS_AT_ONCE, count_steps, to);
  sqlite3_stmt *query;
  vt_error error = vt_sqlite_prepare(to, "PRAGMA encoding", otherwise, &query);
  if (error == VT_OK && sqlite3_step(query) != SQLITE_ROW) error = vt_sqlite_fail(to, otherwise);
  const void *name = error == VT_OK ? sqlite3_column_text(query, 0) : NULL;
  if (name && strcmp(name, "UTF-8") != 0)
    error = vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                           "%s: %s: found texts in %s, expected UTF-8", to->files->path, to->name,
                           (const char *)name);
  (void)sqlite3_finalize(query);
  return error;
}

vt_error vt_sqlite_prepare(vt_sqlite *from, const char *text, const char *otherwise,
                           sqlite3_stmt **query) {
  *query = NULL;
  from->steps = 0;
  if (sqlite3_prepare_v2(from->handle, text, -1, query, NULL) == SQLITE_OK) return VT_OK;
  return vt_sqlite_fail(from, otherwise);
}

vt_error vt_sqlite_open(const vt_files *files, const char *name, const char *otherwise,
                        vt_sqlite *sqlite) {
  *sqlite = (vt_sqlite){.files = files, .name = name};
  if (files->name) {
    VT_TRY(open_memory(sqlite, otherwise));
  } else {
    vt_text path = {0}, uri = {0};
    const vt_error error = open_in_folder(sqlite, otherwise, &path, &uri);
    vt_text_free(&path);
    vt_text_free(&uri);
    VT_TRY(error);
  }
  return set_limits(sqlite, otherwise);
}

// -------------------------------------------------------------------------------------------------
// Tables, of which reading runs no code.

// The one text of the first row of a query about a name; the caller finalises *query.
static vt_error ask(vt_sqlite *from, const char *text, const char *name, sqlite3_stmt **query,
                    const char **answer) {
  *answer = NULL;
  VT_TRY(vt_sqlite_prepare(from, text, "cannot be read", query));
  if (sqlite3_bind_text(*query, 1, name, -1, SQLITE_STATIC) != SQLITE_OK)
    return vt_sqlite_fail(from, "cannot be read");
  const int code = sqlite3_step(*query);
  if (code == SQLITE_DONE) return VT_OK;
  const void *bytes = code == SQLITE_ROW ? sqlite3_column_text(*query, 0) : NULL;
  if (!bytes) return vt_sqlite_fail(from, "cannot be read");
  *answer = bytes;
  return VT_OK;
}

static vt_error check_kind(vt_sqlite *from, const char *name, bool *has) {
  sqlite3_stmt *query;
  const char *kind;
  vt_error error = ask(from,
                       "SELECT CASE WHEN sql LIKE 'CREATE VIRTUAL%' THEN 'virtual table' ELSE type "
                       "END FROM sqlite_master WHERE name = ?1 COLLATE NOCASE",
                       name, &query, &kind);
  *has = kind != NULL;
  if (kind && strcmp(kind, "table") != 0)
    error = vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                           "%s: %s: found '%s' as a %s, expected a table", from->files->path,
                           from->name, name, kind);
  (void)sqlite3_finalize(query);
  return error;
}

static vt_error check_columns(vt_sqlite *from, const char *name) {
  sqlite3_stmt *query;
  const char *column;
  vt_error error =
      ask(from, "SELECT name FROM pragma_table_xinfo(?1) WHERE hidden <> 0", name, &query, &column);
  if (column)
    error = vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                           "%s: %s: table '%s': found the column '%s', which is computed when it "
                           "is read, expected one that is stored",
                           from->files->path, from->name, name, column);
  (void)sqlite3_finalize(query);
  return error;
}

vt_error vt_sqlite_has_table(vt_sqlite *from, const char *name, bool *has) {
  VT_TRY(check_kind(from, name, has));
  return *has ? check_columns(from, name) : VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Texts.

static vt_error fail_text(const vt_sqlite *from, sqlite3_stmt *query, int column,
                          const char *found) {
  VT_FAIL(VT_ERR_INPUT, "%s: %s: column '%s': found %s, expected text", from->files->path,
          from->name, sqlite3_column_name(query, column), found);
}

vt_error vt_sqlite_look(vt_sqlite *from, sqlite3_stmt *query, int column, const char **text,
                        ptrdiff_t *length) {
  const int type = sqlite3_column_type(query, column);
  *text = NULL;
  *length = 0;
  if (type == SQLITE_NULL) return VT_OK;
  if (type == SQLITE_BLOB) return fail_text(from, query, column, "bytes");
  const void *bytes = sqlite3_column_text(query, column);
  if (!bytes) return vt_sqlite_fail(from, "cannot be read");
  *text = bytes;
  *length = sqlite3_column_bytes(query, column);
  if (memchr(bytes, '\0', (size_t)*length))
    return fail_text(from, query, column, "a text with a NUL in it");
  if (vt_utf8_fault(*text, *text + *length))
    return fail_text(from, query, column, "a text that is not UTF-8");
  // What every row has by default is stored once.
  from->taken += *length;
  VT_CHECK(from->taken <= from->size + LEAST_LENGTH, VT_ERR_INPUT,
           "%s: %s: found more text than the %td bytes of the file", from->files->path, from->name,
           from->size);
  return VT_OK;
}

vt_error vt_sqlite_text(vt_sqlite *from, vt_arena *arena, sqlite3_stmt *query, int column,
                        const char **text) {
  const char *found;
  ptrdiff_t length;
  *text = NULL;
  VT_TRY(vt_sqlite_look(from, query, column, &found, &length));
  return found ? vt_arena_text(arena, found, length, text) : VT_OK;
}
