// writer.c - one run at a time writes a results file.
//
// The right to write is the kernel's lock (of an open file description, so that neither MPI-IO's
// locks nor closing another descriptor end it) on one byte far behind the data, where MPI-IO locks
// nothing. The kernel drops it when its holder dies. FILE.lock holds words for people; where the
// file system has no locks it is the lock itself, and its age tells whether its holder lives.
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { NOTE_BYTES = 400, BEAT_S = 5, DEAD_S = 60 };
static const off_t place = (off_t)1 << 62;

struct vt_writer {
  char *path, *note; // FILE, FILE.lock
  int file;
  bool noted;  // FILE.lock is ours
  bool kernel; // the lock is the kernel's
  int refused; // why the file cannot be written, an error number: the right is to replace it only
  double beat_s;
};

static bool same_file(int file, const char *path) {
  struct stat opened, named;
  return fstat(file, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino &&
         opened.st_dev == named.st_dev;
}

// ---------------------------------------------------------------------------------------------
// FILE.lock.

// A file of this name that holds something else is somebody's own.
static bool is_note(int file) {
  static const char start[] = "host ";
  char head[sizeof start] = "";
  struct stat info;
  if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode)) return false;
  const ssize_t length = pread(file, head, sizeof start - 1, 0);
  return length == 0 || (length > 0 && strcmp(head, start) == 0);
}

static void put_note(vt_writer *w, int flags) {
  char host[64] = "?", since[32];
  const time_t now = time(NULL);
  struct tm utc;
  const char *job = getenv("SLURM_JOB_ID");
  const int file =
      open(w->note, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | flags, 0666);
  if (file < 0) return;
  if (!is_note(file) || ftruncate(file, 0) != 0) {
    (void)close(file);
    return;
  }
  (void)gethostname(host, sizeof host - 1);
  (void)strftime(since, sizeof since, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
  (void)dprintf(file, "host %s, pid %ld, %s%s%ssince %s\n", host, (long)getpid(),
                job ? "Slurm job " : "", job ? job : "", job ? ", " : "", since);
  (void)close(file);
  vt_partial_note(w->note);
  w->noted = true;
  if (!w->kernel)
    vt_log(VT_LOG_INFO, "%s: its file system has no locks; %s is one while it is young", w->path,
           w->note);
}

static vt_error refuse(const vt_writer *w) {
  char words[NOTE_BYTES] = "";
  const int file = open(w->note, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  const ssize_t length = file < 0 ? 0 : read(file, words, sizeof words - 1);
  if (file >= 0) (void)close(file);
  words[length > 0 ? length : 0] = '\0';
  words[strcspn(words, "\n")] = '\0';
  const bool known = words[0] != '\0';
  VT_FAIL(VT_ERR_INPUT, "%s: another run is writing it%s%s%s", w->path, known ? " (" : "", words,
          known ? ")" : "");
}

// Without the kernel's locks: a young FILE.lock is a living one.
static bool take_note(vt_writer *w) {
  struct stat info;
  const int file = open(w->note, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (file >= 0) {
    const bool dead =
        is_note(file) && fstat(file, &info) == 0 && time(NULL) - info.st_mtime >= DEAD_S;
    (void)close(file);
    if (!dead) return false;
    (void)unlink(w->note);
  }
  put_note(w, O_EXCL);
  return w->noted;
}

// ---------------------------------------------------------------------------------------------
// The lock.

typedef enum taken { TAKEN, BUSY, MOVED } taken;

static bool lock_byte(vt_writer *w) {
  const short type = w->refused ? F_RDLCK : F_WRLCK;
  struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = place, .l_len = 1};
  w->kernel = fcntl(w->file, F_OFD_SETLK, &lock) == 0;
  return w->kernel || (errno != EAGAIN && errno != EACCES);
}

static taken try_lock(vt_writer *w) {
  if (!lock_byte(w)) return BUSY;
  if (!w->kernel && !w->refused && !take_note(w)) return BUSY;
  return TAKEN;
}

static taken try_path(vt_writer *w, vt_error *error) {
  w->file = open(w->path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
  w->refused = w->file < 0 && (errno == EACCES || errno == EROFS) ? errno : 0;
  // Who may only read it has a lock that all may have, as long as nobody writes.
  if (w->refused) w->file = open(w->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (w->file < 0) {
    *error = vt_error_raise(errno == ENOENT ? VT_ERR_INPUT : VT_ERR_SYSTEM, __FILE__, __LINE__,
                            __func__, "%s: cannot be opened: %s", w->path, strerror(errno));
    return MOVED;
  }
  taken got = try_lock(w);
  if (got == TAKEN && !same_file(w->file, w->path)) got = MOVED;
  if (got == TAKEN) return got;
  (void)close(w->file);
  w->file = -1;
  return got;
}

static vt_error make(const char *path, vt_writer **writer) {
  vt_text note = {0};
  vt_writer *w;
  VT_NEW(w, 1);
  *writer = w;
  w->file = -1;
  w->path = strdup(path);
  VT_CHECK(w->path, VT_ERR_SYSTEM, "out of memory");
  VT_TRY(vt_text_add(&note, "%s.lock", path));
  w->note = note.bytes;
  return VT_OK;
}

static vt_error wait_for(vt_writer *w, double wait_s) {
  const double end_s = vt_clock_s() + wait_s;
  for (;;) {
    const struct timespec pause = {.tv_nsec = 50000000};
    vt_error error = VT_OK;
    const taken got = try_path(w, &error);
    VT_TRY(error);
    if (got == TAKEN) return VT_OK;
    VT_CHECK(vt_stop_asked() == VT_GO_ON, VT_STOPPED, "stopped before the first scenario");
    if (got == BUSY && vt_clock_s() >= end_s) return refuse(w);
    if (got == BUSY) (void)nanosleep(&pause, NULL);
  }
}

vt_error vt_writer_take(const char *path, double wait_s, vt_writer **writer) {
  vt_writer *w = NULL;
  vt_error error = make(path, &w);
  if (error == VT_OK) error = wait_for(w, wait_s);
  if (error == VT_OK && !w->noted && !w->refused) put_note(w, 0);
  if (error != VT_OK) vt_writer_release(w);
  *writer = error == VT_OK ? w : NULL;
  return error;
}

vt_error vt_writer_may_write(const vt_writer *w) {
  VT_CHECK(!w->refused, VT_ERR_SYSTEM, "%s: cannot be opened: %s", w->path, strerror(w->refused));
  return VT_OK;
}

vt_error vt_writer_of_new(const char *path, int file, vt_writer **writer) {
  vt_writer *w = NULL;
  const vt_error made = make(path, &w);
  *writer = w;
  if (made != VT_OK) vt_writer_release(w);
  VT_TRY(made);
  w->file = file;
  // Of a new file nobody knows: without the kernel's locks the note will do.
  if (lock_byte(w)) return VT_OK;
  const vt_error refused = refuse(w);
  w->file = -1;
  vt_writer_release(w);
  *writer = NULL;
  return refused;
}

vt_error vt_writer_replace(const char *path, double wait_s, vt_writer **old) {
  if (*old && same_file((*old)->file, path)) return VT_OK;
  vt_writer_release(*old);
  *old = NULL;
  return access(path, F_OK) == 0 ? vt_writer_take(path, wait_s, old) : VT_OK;
}

void vt_writer_succeed(vt_writer *w, vt_writer *old) {
  if (old) old->noted = false; // it is the new one's now
  vt_writer_release(old);
  // Of the making: it would keep HDF5 from reading the file.
  (void)flock(w->file, LOCK_UN);
  put_note(w, 0);
}

void vt_writer_release(vt_writer *w) {
  if (!w) return;
  if (w->noted) {
    (void)unlink(w->note);
    vt_partial_forget(w->note);
  }
  if (w->file >= 0) (void)close(w->file);
  free(w->path);
  free(w->note);
  free(w);
}

// ---------------------------------------------------------------------------------------------
// Is it still there?

vt_error vt_writer_check(const vt_writer *w) {
  struct stat opened, named;
  if (!w || fstat(w->file, &opened) != 0) return VT_OK;
  const int failed = stat(w->path, &named) == 0 ? 0 : errno;
  // Who cannot look has not seen that it is gone.
  if (failed != 0 && failed != ENOENT && failed != ENOTDIR) return VT_OK;
  if (failed == 0 && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev) return VT_OK;
  char link[64], now[4096];
  (void)snprintf(link, sizeof link, "/proc/self/fd/%d", w->file);
  const ssize_t length = opened.st_nlink > 0 ? readlink(link, now, sizeof now - 1) : -1;
  now[length > 0 ? length : 0] = '\0';
  const bool known = length > 0 && same_file(w->file, now);
  VT_FAIL(VT_ERR_SYSTEM, "%s: removed while the run was writing it%s%s", w->path,
          known ? "; it is now at " : "", known ? now : "");
}

void vt_writer_beat(vt_writer *w) {
  const double now = vt_clock_s();
  if (w->kernel || now - w->beat_s < BEAT_S) return;
  w->beat_s = now;
  (void)utimensat(AT_FDCWD, w->note, NULL, 0);
}
