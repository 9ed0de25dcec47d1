// sqlite.c - the SQLite files of Brightway projects, in a folder or in memory.
#include "sources.h"

#include <sqlite3.h>
#include <string.h>

vt_error vt_sqlite_fail(const vt_sqlite *from, const char *what) {
  const int code = from->handle ? sqlite3_errcode(from->handle) : SQLITE_NOMEM;
  VT_FAIL(code == SQLITE_NOMEM ? VT_ERR_SYSTEM : VT_ERR_INPUT, "%s: %s: %s: %s", from->files->path,
          from->name, what, from->handle ? sqlite3_errmsg(from->handle) : "out of memory");
}

static vt_error open_file(vt_sqlite *to, const char *otherwise, vt_text *path, vt_text *uri) {
  const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
  VT_TRY(vt_text_add(path, "%s/%s", to->files->path, to->name));
  VT_TRY(vt_sqlite_uri(path->bytes, uri));
  if (sqlite3_open_v2(uri->bytes, &to->handle, flags, NULL) == SQLITE_OK) return VT_OK;
  return vt_sqlite_fail(to, otherwise);
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
  vt_sqlite_unlog(bytes, content.length);
  if (sqlite3_open_v2(":memory:", &to->handle, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
      sqlite3_deserialize(to->handle, "main", bytes, content.length, content.length,
                          SQLITE_DESERIALIZE_READONLY) != SQLITE_OK)
    return vt_sqlite_fail(to, otherwise);
  return VT_OK;
}

vt_error vt_sqlite_open(const vt_files *files, const char *name, const char *otherwise,
                        vt_sqlite *sqlite) {
  *sqlite = (vt_sqlite){.files = files, .name = name};
  if (files->name) {
    VT_TRY(open_memory(sqlite, otherwise));
  } else {
    vt_text path = {0}, uri = {0};
    const vt_error error = open_file(sqlite, otherwise, &path, &uri);
    vt_text_free(&path);
    vt_text_free(&uri);
    VT_TRY(error);
  }
  (void)sqlite3_db_config(sqlite->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  return VT_OK;
}

bool vt_sqlite_has_table(const vt_sqlite *from, const char *name) {
  sqlite3_stmt *query = NULL;
  const char *text = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1 AND "
                     "sql NOT LIKE 'CREATE VIRTUAL%'";
  const bool has = sqlite3_prepare_v2(from->handle, text, -1, &query, NULL) == SQLITE_OK &&
                   sqlite3_bind_text(query, 1, name, -1, SQLITE_STATIC) == SQLITE_OK &&
                   sqlite3_step(query) == SQLITE_ROW;
  (void)sqlite3_finalize(query);
  return has;
}

vt_error vt_sqlite_text(vt_arena *arena, sqlite3_stmt *query, int column, const char **text) {
  const void *bytes = sqlite3_column_text(query, column);
  *text = NULL;
  return bytes ? vt_arena_text(arena, bytes, (ptrdiff_t)strlen(bytes), text) : VT_OK;
}
