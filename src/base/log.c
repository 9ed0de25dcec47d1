// log.c - the log on stderr; held back until the first solve, so that a run which ends before it
// prints its error and nothing else.
#include "vintner/base.h"

#include <stdio.h>

static struct {
  vt_log_level level;
  bool hold, speaker;
  vt_text held;
} state = {.level = VT_LOG_WARNING, .speaker = true};

void vt_log_open(vt_log_level level, bool hold, bool speaker) {
  state.level = level;
  state.hold = hold;
  state.speaker = speaker;
}

bool vt_log_wants(vt_log_level level) {
  return state.speaker && level <= state.level;
}

void vt_log(vt_log_level level, const char *format, ...) {
  if (!vt_log_wants(level)) return;
  char line[VT_LINE_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vt_clean_format(line, sizeof line, format, arguments);
  va_end(arguments);
  const char *kind = level == VT_LOG_WARNING ? "warning: " : "";
  // A log that cannot be kept for want of memory is written at once.
  if (state.hold && vt_text_add(&state.held, "vintner: %s%s\n", kind, line) == VT_OK) return;
  (void)fprintf(stderr, "vintner: %s%s\n", kind, line);
}

void vt_log_release(void) {
  if (state.held.length > 0) (void)fputs(state.held.bytes, stderr);
  vt_log_discard();
  state.hold = false;
}

void vt_log_discard(void) {
  vt_text_free(&state.held);
}
