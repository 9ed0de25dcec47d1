// base.h - errors, memory, labels, text, log, outcomes, sparse matrices.
#ifndef VT_BASE_H
#define VT_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---------------------------------------------------------------------------------------------
// Errors. One mechanism for every room: a function that can fail returns `vt_error`, the caller
// passes it up at once with VT_TRY. The text belongs to the thread that failed.
//
// PETSc's own PetscCheck/PetscCall cannot serve here: before PetscInitialize PetscError returns
// the code but calls no handler, so the text is lost, and a run that needs no PETSc must not pay
// for loading it (30 to 40 ms). The discipline is the same: codes, early return, one handler.

/// What went wrong, by who can mend it. All values but VT_ERR_BUG are the exit codes.
typedef enum vt_error {
  VT_OK = 0,
  VT_ERR_SYSTEM = 1, ///< memory, disk, a library: exit 1
  VT_ERR_INPUT = 2,  ///< bad input or usage: exit 2
  VT_ERR_BUG = 3,    ///< an invariant of ours broke: exit 1
  VT_STOPPED = 75,   ///< told to stop before there was anything to keep: exit 75
} vt_error;

/// Call, and return the error at once if there is one (recording this place for --debug).
#define VT_TRY(...)                                                                                \
  do {                                                                                             \
    const vt_error vt_e_ = (__VA_ARGS__);                                                          \
    if (vt_e_ != VT_OK) {                                                                          \
      vt_error_trace(__FILE__, __LINE__, __func__);                                                \
      return vt_e_;                                                                                \
    }                                                                                              \
  } while (0)

/// Return an error with a text: what is wrong, what was found, what was expected. No newline.
#define VT_FAIL(code, ...) return vt_error_raise((code), __FILE__, __LINE__, __func__, __VA_ARGS__)

#define VT_CHECK(condition, code, ...)                                                             \
  do {                                                                                             \
    if (!(condition)) VT_FAIL((code), __VA_ARGS__);                                                \
  } while (0)

/// Set the text of an error and return `code`. Use VT_FAIL or VT_CHECK.
vt_error vt_error_raise(vt_error code, const char *file, int line, const char *function,
                        const char *format, ...) __attribute__((format(printf, 5, 6)));

void vt_error_trace(const char *file, int line, const char *function);

/// Text of this thread's latest error (never NULL, valid until its next error).
const char *vt_error_message(void);

/// Where this thread's latest error was raised and passed through, one place per line.
const char *vt_error_stack(void);

// ---------------------------------------------------------------------------------------------
// Memory.

/// `count` zeroed items, or NULL. Use VT_NEW. Never NULL for want of items: count 0 gives one.
void *vt_calloc(ptrdiff_t count, size_t item_bytes);

/// Allocate zeroed memory for a pointer that the caller frees with free().
#define VT_NEW(pointer, count)                                                                     \
  do {                                                                                             \
    (pointer) = vt_calloc((ptrdiff_t)(count), sizeof *(pointer));                                  \
    VT_CHECK((pointer) != NULL, VT_ERR_SYSTEM, "out of memory: %td items of %zu bytes",            \
             (ptrdiff_t)(count), sizeof *(pointer));                                               \
  } while (0)

/// Grow an array to hold at least `needed` items (doubling; new memory is not zeroed).
vt_error vt_grow(void *array_pointer, ptrdiff_t *capacity, ptrdiff_t needed, size_t item_bytes);

/// Memory that is freed as a whole: what a reader builds, its owner drops in one call.
typedef struct vt_arena vt_arena;
vt_error vt_arena_create(vt_arena **arena);
void vt_arena_free(vt_arena *arena); ///< accepts NULL
/// Zeroed memory of the arena, or NULL when there is none left. Use VT_ARENA_NEW.
void *vt_arena_calloc(vt_arena *arena, ptrdiff_t count, size_t item_bytes);
#define VT_ARENA_NEW(arena, pointer, count)                                                        \
  do {                                                                                             \
    (pointer) = vt_arena_calloc((arena), (ptrdiff_t)(count), sizeof *(pointer));                   \
    VT_CHECK((pointer) != NULL, VT_ERR_SYSTEM, "out of memory: %td items of %zu bytes",            \
             (ptrdiff_t)(count), sizeof *(pointer));                                               \
  } while (0)
/// A copy of text[0..length) with a NUL at its end.
vt_error vt_arena_text(vt_arena *arena, const char *text, ptrdiff_t length, const char **copy);

/// Order of ints, for qsort.
int vt_compare_ints(const void *a, const void *b);

/// Seconds since some moment, for durations.
double vt_clock_s(void);

/// Whether a launcher (mpirun, srun) started this process as one of several.
bool vt_launched(void);

// ---------------------------------------------------------------------------------------------
// Text.

/// A growing byte string; start it as {0}, end it with vt_text_free.
typedef struct vt_text {
  char *bytes; ///< NUL-terminated once something was added
  ptrdiff_t length, capacity;
} vt_text;
vt_error vt_text_add(vt_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
vt_error vt_text_add_bytes(vt_text *text, const void *bytes, ptrdiff_t length);
void vt_text_free(vt_text *text);

/// Open a file to read; the caller closes *file. Never waits: FIFOs, sockets, devices and folders
/// are VT_ERR_INPUT with one clear line, as are missing and unreadable files; *file is -1 then.
vt_error vt_input_open(const char *path, int *file);

/// Whether vt_input_open would open it: for libraries that take a path only.
vt_error vt_input_check(const char *path);

/// Read `length` bytes from offset `at` on, fewer only at the end of the file.
/// @return bytes read, or -1 with errno set
ptrdiff_t vt_input_read(int file, int64_t at, void *bytes, ptrdiff_t length);

/// Read a whole file. The caller frees text with vt_text_free. What vt_input_open does not open is
/// VT_ERR_INPUT.
vt_error vt_text_read_file(const char *path, vt_text *text);

/// The whole text as a finite decimal number. False for anything else, and for what strtod takes
/// besides: blanks, hexadecimal digits, infinities, NaN.
bool vt_decimal(const char *text, double *number);

/// Join a folder-relative path: `path` itself if absolute, else next to the file `base_file`.
vt_error vt_path_beside(const char *base_file, const char *path, vt_text *joined);

// Files that are read: remembered as they are when that begins, by device, number, size and time of
// the last change. For one thread.

/// Remember a file, unless it is remembered.
vt_error vt_watch(const char *path);
/// Remember it as it is now, and forget what lies in it, if it is a folder.
vt_error vt_watch_anew(const char *path);
/// Remember only that it is read: it may change meanwhile.
vt_error vt_watch_name(const char *path);
/// VT_ERR_INPUT if a file changed since; NULL: any, else `path` and what lies in it.
vt_error vt_watch_check(const char *path);
/// VT_ERR_INPUT if `path` must be spared because of something that is remembered.
vt_error vt_watch_spare(const char *path);

/// VT_ERR_INPUT if `path`, or what is made beside it while it is written (.partial, .lock), is the
/// same file as `input`, after links, or a file in the folder `input`: nothing that a command reads
/// is written by it.
vt_error vt_target_spare(const char *path, const char *input);

/// A file that is to appear when it is whole.
typedef struct vt_target {
  const char *path;
  const char *what; ///< "a store", "the results file"
  const char *hint; ///< what else may be done with an existing one, after "--force replaces it"
  bool force;       ///< replace an existing one
} vt_target;

/// Whether a file may be made there: VT_ERR_INPUT if it exists and is not to be replaced, or is no
/// regular file, if its name is too long or its folder missing, or if something was read there.
vt_error vt_target_check(const vt_target *target);

/// Open and lock the file `partial` that is to become the target; the caller closes *file, and
/// moves or abandons it. A lock
/// dies with its holder: what a killed run left is taken over, not what another one is writing.
/// On an error *file may be open, or -1.
vt_error vt_target_open(const vt_target *target, const char *partial, int *file);

/// Give `partial` the target's name, in one step.
vt_error vt_target_move(const vt_target *target, const char *partial);

/// Remove it: it will not become the target.
void vt_target_abandon(const char *partial);

/// Files that are to be removed if this process ends before they are forgotten. Targets note
/// theirs; whatever else is made of this kind says so. Folders, if they are empty then.
void vt_partial_note(const char *path);
void vt_partial_forget(const char *path);
/// Remove them all. For signal handlers too.
void vt_partial_abandon(void);

/// A folder for several files, made unless it is there. A name that cannot be one is VT_ERR_INPUT.
/// @param made  whether this call made it, and noted it as a partial: on a later failure the
///              caller's to abandon
vt_error vt_folder_make(const char *path, bool *made);
/// Forget a folder as a partial, and what lies in it with this ending.
void vt_folder_keep(const char *path, const char *ending);

/// SHA-256 as 64 hexadecimal digits and a NUL.
void vt_sha256(const void *bytes, ptrdiff_t length, char hex[65]);
/// That of a file, however large, read in pieces.
vt_error vt_sha256_file(const char *path, char hex[65]);

/// MD5 as 32 hexadecimal digits and a NUL: what Brightway names files by. No protection.
void vt_md5(const void *bytes, ptrdiff_t length, char hex[33]);

/// A stable 64-bit hash (FNV-1a, offset basis and prime of the FNV authors): same value on every
/// machine and in every version, since random streams are keyed by it.
uint64_t vt_hash64(const void *bytes, ptrdiff_t length);

// ---------------------------------------------------------------------------------------------
// Lines for people: nothing that a file holds reaches a terminal as it is.

/// Bytes of the UTF-8 character at `at`, 0 if there is none: no overlong forms, no surrogates.
ptrdiff_t vt_utf8_character(const unsigned char *at, const unsigned char *end);
/// The first byte that is not UTF-8, or NULL.
const char *vt_utf8_fault(const char *first, const char *end);

/// Bytes of what comes next in a text. `*unfit`: -1, or what is not fit for a line: a control
/// character (C0, DEL, C1), a mark of direction, a separator of lines; 0xfffd: a byte of no
/// character.
ptrdiff_t vt_clean_next(const char *at, const char *end, int *unfit);

/// Replace what is not fit for a line by '?', in place.
void vt_clean_line(char *text);

/// A text of at most `bytes` bytes (below 500): itself, or its beginning with "…"; valid until this
/// thread's eighth next call.
const char *vt_cut(const char *text, int bytes);

enum { VT_LINE_BYTES = 3900 }; ///< of a line, with room for what is put before it: 4,000 in all

/// Format a clean line into line[0..size). Where it is too long, names in it are cut, with "…".
void vt_clean_format(char *line, size_t size, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

// ---------------------------------------------------------------------------------------------
// Tables of comma-separated values (RFC 4180), or semicolons: quotes, CRLF, a byte order mark and
// blank lines.

/// A place in a table. The text is borrowed.
typedef struct vt_csv {
  const char *path;       ///< for messages
  const char *next, *end; ///< what is not read yet
  int line;               ///< of the row, or of the field where quotes hold line ends
  bool line_ended;        ///< the field before was the last of its line
  char separator;         ///< of fields: comma or semicolon, by the first line
} vt_csv;

/// Start before the first row. A NUL byte and what is not UTF-8 are VT_ERR_INPUT.
vt_error vt_csv_start(const char *path, const vt_text *text, vt_csv *csv);

/// Go to the next row that is not blank; false: there is none. The row before was read to its end.
bool vt_csv_row(vt_csv *csv);

/// Read one field into `field`, without its quotes and the blanks around it. `*last`: it ends its
/// row. @return VT_ERR_INPUT "FILE:LINE: ..." for quotes that are not closed or end too early
vt_error vt_csv_field(vt_csv *csv, vt_text *field, bool *last);

/// Return VT_ERR_INPUT with a message after path and line of the row at work.
#define VT_BAD_ROW(csv, ...) return vt_csv_raise((csv), __FILE__, __LINE__, __func__, __VA_ARGS__)
__attribute__((format(printf, 5, 6))) vt_error vt_csv_raise(const vt_csv *csv, const char *file,
                                                            int line, const char *function,
                                                            const char *format, ...);

// ---------------------------------------------------------------------------------------------
// Years as users write them.

enum { VT_YEAR_DIGITS = 4, VT_LAST_YEAR = 9999 };

/// Years first to last of something, both included.
typedef struct vt_year_span {
  const char *of; ///< borrowed
  int first, last;
  int line;
} vt_year_span;

/// Read `2030`, `2030:2040`, `2030:` or `:2040` into first and last; an open end is INT_MIN or
/// INT_MAX. False: the text has no such form, or ends before it starts.
bool vt_year_span_parse(const char *text, vt_year_span *span);

/// Close open ends by a horizon. False: a year of the span is not in it; `*outside` is that year.
bool vt_year_span_fit(vt_year_span *span, int first, int last, int *outside);

/// Two spans of one name that share a year, `*one` before `*other` in the list, and their first
/// common year; NULL where there are none.
/// @param span  shape [count], closed
vt_error vt_year_spans_clash(int count, const vt_year_span *span, const vt_year_span **one,
                             const vt_year_span **other, int *year);

// ---------------------------------------------------------------------------------------------
// Dates of the proleptic Gregorian calendar, without time zones and leap seconds. Years count as
// astronomers count them: the one before 1 is 0.

enum { VT_DATE_LAST_YEAR = 9999 }; ///< and its negative: no date may lie beyond

typedef struct vt_date {
  int64_t year;
  int month, day; ///< from 1
  int hour, minute, second;
} vt_date;

bool vt_is_leap_year(int64_t year);
int vt_days_in_month(int64_t year, int month);

/// Seconds since 1970-01-01, and back.
int64_t vt_date_seconds(const vt_date *date);
void vt_date_of(int64_t seconds, vt_date *date);

/// A date and so many months, the day clamped to the month's last, and so many seconds.
int64_t vt_date_add(int64_t seconds, int64_t months, int64_t more_seconds);

/// The year and the part of it that is gone.
double vt_date_decimal_year(int64_t seconds);

typedef enum vt_date_fault {
  VT_DATE_FINE,
  VT_DATE_NO_DATE,
  VT_DATE_NOT_THERE, ///< as 2023-02-29
  VT_DATE_ZONE,
} vt_date_fault;

/// Read `2024-03-01`, `2024-03-01T12:00` or `2024-03-01 12:00:00`; a year may be negative.
vt_date_fault vt_date_parse(const char *text, int64_t *seconds);
/// What was found and what was expected, for messages.
const char *vt_date_fault_text(vt_date_fault fault);

// ---------------------------------------------------------------------------------------------
// Labels: an ordered set of names with fast look-up.

typedef struct vt_labels vt_labels;
vt_error vt_labels_create(vt_labels **labels);
void vt_labels_free(vt_labels *labels); ///< accepts NULL
/// Append `name` (copied) unless it is there; `*index` is where it is, `*added` may be NULL.
vt_error vt_labels_add(vt_labels *labels, const char *name, ptrdiff_t length, int *index,
                       bool *added);
/// Index of name[0..length), or -1.
int vt_labels_find(const vt_labels *labels, const char *name, ptrdiff_t length);
int vt_labels_count(const vt_labels *labels);
const char *vt_labels_get(const vt_labels *labels, int index);

/// The candidate nearest to a name that was not found, or NULL if none is near.
/// Feed candidates one by one; edit distance (Damerau, insensitive to case) up to a third of the
/// length. Start as {.name = ...}.
typedef struct vt_nearest {
  const char *name;
  const char *best; ///< one of the candidates; borrowed
  int distance;
} vt_nearest;
void vt_nearest_try(vt_nearest *nearest, const char *candidate);
void vt_nearest_try_labels(vt_nearest *nearest, const vt_labels *labels);
/// "; did you mean 'x'?" or "" - valid until this thread's next call.
const char *vt_nearest_hint(const vt_nearest *nearest);

// ---------------------------------------------------------------------------------------------
// Log: stderr, one line an entry, rank 0 only unless told otherwise.

typedef enum vt_log_level { VT_LOG_ERROR, VT_LOG_WARNING, VT_LOG_INFO, VT_LOG_DETAIL } vt_log_level;

/// Lines up to `level` are written. Until vt_log_release is called they are held back, and
/// dropped by vt_log_discard: a run that ends before any solve prints its error and nothing else.
void vt_log_open(vt_log_level level, bool hold, bool speaker);
void vt_log(vt_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
void vt_log_release(void);
void vt_log_discard(void);
bool vt_log_wants(vt_log_level level);

/// Note what is worth a second look. Warnings are collected: each kind is told once, with its first
/// case and how many more there were, when the log is released; those that come later are told at
/// once. Not for several threads at a time.
///
/// @param kind  any word; cases of one kind have the same
void vt_warn(const char *kind, const char *format, ...) __attribute__((format(printf, 2, 3)));
/// The warnings so far, whatever the log's level: one a line, no line end after the last.
vt_error vt_warnings_list(vt_text *lines);

// ---------------------------------------------------------------------------------------------
// Being told to stop: one word for the process, whoever sets it.

typedef enum vt_stop {
  VT_GO_ON,
  VT_DRAIN, ///< begin nothing more, finish what is in flight
  VT_DROP,  ///< leave what is in flight
  VT_QUIT,  ///< the same, since something failed: an error ends the run, not the time that is up
} vt_stop;

/// Never goes back to a lower level. For signal handlers and threads alike.
void vt_stop_ask(vt_stop level);
vt_stop vt_stop_asked(void);
/// The same, for threads that may be at it while the word is shared otherwise.
vt_stop vt_stop_look(void);
/// From now on the word is one in memory that processes share; NULL: the process's own again. The
/// new one is raised to what the old one says.
void vt_stop_share(_Atomic int *shared);

// ---------------------------------------------------------------------------------------------
// Outcomes: what became of one scenario. Data, never an error.

/// Outcome of one scenario; the numbers are those of the variable `status`.
typedef enum vt_outcome {
  VT_NOT_DONE = -1,
  VT_OPTIMAL = 0,
  VT_INFEASIBLE = 1,
  VT_UNBOUNDED = 2,
  VT_INACCURATE = 3,
  VT_ITERATION_LIMIT = 4,
  VT_TIMEOUT = 5,
  VT_FAILED = 6,
  VT_POISONED = 7,
  VT_OUTCOME_COUNT = 8,
} vt_outcome;

const char *vt_outcome_name(vt_outcome outcome);

/// By how many inputs scenarios are grouped, and into how many groups.
enum { VT_MOST_GROUPINGS = 16, VT_MOST_GROUPS = 10000 };

// ---------------------------------------------------------------------------------------------
// A sparse matrix by columns.

typedef struct vt_sparse {
  int rows, columns;
  ptrdiff_t entries;
  ptrdiff_t *column_start; ///< shape [columns + 1]
  int *row;                ///< shape [entries], ascending within a column, each once
  double *value;           ///< shape [entries]
} vt_sparse;

#endif
