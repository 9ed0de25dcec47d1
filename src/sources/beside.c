// beside.c - the files that SQLite keeps beside a database: how to open it so that none of them is
// made or changed.
//
// A database in WAL mode is not opened read-only without making FILE-wal and FILE-shm. Where no
// changes wait in FILE-wal it is opened as one that nobody changes; where they do, and another
// program has it open, SQLite reads them through the FILE-shm of that program. The formats are
// those of "Database File Format" and "WAL-mode File Format" in SQLite's documentation.
#include "sources.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAL_HEADER = 32, FRAME_HEADER = 24, SALT_BYTES = 8, HEADER_BYTES = 100, VERSION_AT = 18 };
enum { INDEX_HEADER = 48, INDEX_FRAMES = 4, INDEX_SALT = 32, INDEX_SUM = 10, INDEX_TRIES = 5 };

// Changes are frames of the same salt as the header of the log; others are left from before.
bool vt_sqlite_log_has_changes(const char *head, ptrdiff_t length) {
  if (length < WAL_HEADER + FRAME_HEADER) return false;
  const unsigned char *byte = (const unsigned char *)head;
  const bool log = byte[0] == 0x37 && byte[1] == 0x7f && byte[2] == 0x06 && (byte[3] & ~1) == 0x82;
  return log && memcmp(head + 16, head + WAL_HEADER + 8, SALT_BYTES) == 0;
}

// Also of a file that ends within its header: SQLite would make a log for it.
static bool is_logged(const char *head, ptrdiff_t length) {
  return length > VERSION_AT + 1 && memcmp(head, "SQLite format 3", 16) == 0 &&
         (head[VERSION_AT] == 2 || head[VERSION_AT + 1] == 2);
}

void vt_sqlite_unlog(char *bytes, ptrdiff_t length) {
  if (!is_logged(bytes, length)) return;
  bytes[VERSION_AT] = 1;
  bytes[VERSION_AT + 1] = 1;
}

// The first bytes of a file, if it is there: got is -1 where it is not. What is no file is refused.
static vt_error look(const char *file, const char *ending, vt_text *name, char *head,
                     ptrdiff_t bytes, ptrdiff_t *got) {
  struct stat info;
  int opened;
  name->length = 0;
  VT_TRY(vt_text_add(name, "%s%s", file, ending));
  *got = -1;
  if (stat(name->bytes, &info) != 0 && errno == ENOENT) return VT_OK;
  VT_TRY(vt_input_open(name->bytes, &opened));
  *got = vt_input_read(opened, 0, head, bytes);
  (void)close(opened);
  VT_CHECK(*got >= 0, VT_ERR_INPUT, "%s: cannot be read: %s", name->bytes, strerror(errno));
  return VT_OK;
}

// SQLite's check sum of `words` words, an even number.
static bool has_sum(const uint32_t *word, int words, bool swapped, const uint32_t sum[2]) {
  uint32_t a = 0, b = 0;
  for (int i = 0; i < words; i += 2) {
    a += (swapped ? __builtin_bswap32(word[i]) : word[i]) + b;
    b += (swapped ? __builtin_bswap32(word[i + 1]) : word[i + 1]) + a;
  }
  return a == sum[0] && b == sum[1];
}

// All numbers of a log are big-endian, but for the words that its check sums are of: those of
// 0x377f0682 are little.
static bool is_log(const char *head, ptrdiff_t length) {
  uint32_t word[WAL_HEADER / 4];
  if (length < WAL_HEADER) return false;
  memcpy(word, head, sizeof word);
  const bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
  const uint32_t big[] = {little ? __builtin_bswap32(word[0]) : word[0],
                          little ? __builtin_bswap32(word[6]) : word[6],
                          little ? __builtin_bswap32(word[7]) : word[7]};
  return (big[0] & ~1U) == 0x377f0682 && has_sum(word, 6, little == (big[0] & 1), big + 1);
}

// Whether FILE-shm is of a program that has, or had, this log: its two headers are one, with a
// sound check sum, and know frames of this log only. SQLite would try for 10 s to make sense of
// another.
static bool is_index_of(const char *shared, ptrdiff_t bytes, const char *log, ptrdiff_t logged) {
  uint32_t word[INDEX_HEADER / 4];
  if (bytes < 2 * INDEX_HEADER || memcmp(shared, shared + INDEX_HEADER, INDEX_HEADER) != 0)
    return false;
  memcpy(word, shared, sizeof word); // of the machine's own order
  if (!has_sum(word, INDEX_SUM, false, word + INDEX_SUM)) return false;
  return word[INDEX_FRAMES] == 0 ||
         (is_log(log, logged) && memcmp(shared + INDEX_SALT, log + 16, SALT_BYTES) == 0);
}

// Another program may be changing both.
static vt_error look_at_log(const char *file, vt_text *name, bool *open, bool *changes,
                            ptrdiff_t *log) {
  char shared[2 * INDEX_HEADER], head[HEADER_BYTES];
  ptrdiff_t got;
  for (int i = 0; i < INDEX_TRIES; i++) {
    if (i > 0) (void)usleep(1000);
    VT_TRY(look(file, "-shm", name, shared, sizeof shared, &got));
    VT_TRY(look(file, "-wal", name, head, HEADER_BYTES, log));
    *changes = vt_sqlite_log_has_changes(head, *log);
    *open = got >= 0 && *log >= 0 && is_index_of(shared, got, head, *log);
    if (*open || got < 0 || *log < 0) break;
  }
  return VT_OK;
}

static vt_error choose(const char *file, vt_text *name, const char **how) {
  char head[HEADER_BYTES];
  ptrdiff_t journal, log, got;
  bool open, changes;
  VT_TRY(look(file, "-journal", name, head, 0, &journal));
  VT_TRY(look_at_log(file, name, &open, &changes, &log));
  VT_CHECK(!changes || open, VT_ERR_INPUT,
           "%s: found changes that are not in the database itself yet: open and close it in the "
           "program that made them, or run \"sqlite3 %s 'PRAGMA wal_checkpoint(TRUNCATE)'\"",
           name->bytes, file);
  VT_TRY(look(file, "", name, head, HEADER_BYTES, &got));
  *how = "mode=ro";
  if (got == 0) // beside an empty database SQLite removes the other files
    *how = "immutable=1";
  else if (open)
    *how = "mode=ro&readonly_shm=1";
  else if (log > 0 || is_logged(head, got))
    *how = "immutable=1";
  return VT_OK;
}

static vt_error add_uri(const char *file, const char *how, vt_text *uri) {
  VT_TRY(vt_text_add(uri, "file://"));
  for (const char *c = file; *c; c++) {
    const bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                       (*c >= '0' && *c <= '9') || strchr("/-_.", *c);
    VT_TRY(vt_text_add(uri, plain ? "%c" : "%%%02x", (unsigned char)*c));
  }
  return vt_text_add(uri, "?%s", how);
}

// SQLite looks for the other files beside the one that a link leads to.
vt_error vt_sqlite_uri(const char *path, vt_text *uri) {
  const char *how = "";
  vt_text name = {0};
  VT_TRY(vt_input_check(path));
  char *file = realpath(path, NULL);
  VT_CHECK(file, VT_ERR_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
  vt_error error = choose(file, &name, &how);
  if (error == VT_OK) error = add_uri(file, how, uri);
  vt_text_free(&name);
  free(file);
  return error;
}
