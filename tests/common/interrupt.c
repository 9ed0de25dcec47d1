// interrupt - preloaded (LD_PRELOAD), it lets the N-th call of a function fail or meet a signal
// that has come just before it returns: INTERRUPT=FUNCTION:N:SIGNAL, or FUNCTION:N:0 for EIO.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int calls;

// Whether this is the call.
static bool is_it(const char *function, int *number) {
  const char *wanted = getenv("INTERRUPT");
  const size_t length = strlen(function);
  if (!wanted || strncmp(wanted, function, length) != 0 || wanted[length] != ':') return false;
  char *end;
  const long which = strtol(wanted + length + 1, &end, 10);
  *number = (int)strtol(end + 1, NULL, 10);
  return ++calls == which;
}

static int after(const char *function, int result) {
  int number;
  if (!is_it(function, &number) || number == 0) return result;
  (void)raise(number);
  return result;
}

static bool fails(const char *function) {
  int number;
  const bool here = is_it(function, &number) && number == 0;
  if (here) errno = EIO;
  return here;
}

static void *real(const char *function) {
  return dlsym(RTLD_NEXT, function);
}

int flock(int file, int operation) {
  int (*call)(int, int);
  *(void **)&call = real("flock");
  return after("flock", call(file, operation));
}

int mkdir(const char *path, mode_t mode) {
  int (*call)(const char *, mode_t);
  *(void **)&call = real("mkdir");
  return after("mkdir", call(path, mode));
}

int rename(const char *from, const char *to) {
  int (*call)(const char *, const char *);
  *(void **)&call = real("rename");
  return after("rename", call(from, to));
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
  int (*call)(int, const char *, int, const char *, unsigned);
  *(void **)&call = real("renameat2");
  return after("renameat2", call(from_folder, from, to_folder, to, flags));
}

int ftruncate(int file, off_t length) {
  int (*call)(int, off_t);
  *(void **)&call = real("ftruncate");
  return fails("ftruncate") ? -1 : call(file, length);
}
