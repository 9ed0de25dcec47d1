// log.c - the log on stderr; held back until the first solve, so that a run which ends before it
// prints its error and nothing else.
#include "vintner/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A kind of warning.
typedef struct warning {
  char *kind;
  char *first; // case
  int64_t count;
  bool told;
} warning;

static struct {
  vt_log_level level;
  bool hold, speaker;
  vt_text held;
  warning *warning; // shape [warnings], in the order of their first cases
  ptrdiff_t warnings, room;
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
  char line[2048];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  const char *kind = level == VT_LOG_WARNING ? "warning: " : "";
  // A log that cannot be kept for want of memory is written at once.
  if (state.hold && vt_text_add(&state.held, "vintner: %s%s\n", kind, line) == VT_OK) return;
  (void)fprintf(stderr, "vintner: %s%s\n", kind, line);
}

// ---------------------------------------------------------------------------------------------
// Warnings.

enum { SUFFIX_BYTES = 48 };

static const char *more_of(const warning *w, char suffix[SUFFIX_BYTES]) {
  suffix[0] = '\0';
  if (w->count > 1)
    (void)snprintf(suffix, SUFFIX_BYTES, " (and %lld more)", (long long)(w->count - 1));
  return suffix;
}

static void tell(warning *w) {
  char suffix[SUFFIX_BYTES];
  if (!w->told) vt_log(VT_LOG_WARNING, "%s%s", w->first, more_of(w, suffix));
  w->told = true;
}

static warning *find_kind(const char *kind) {
  for (ptrdiff_t i = 0; i < state.warnings; i++) {
    if (strcmp(state.warning[i].kind, kind) == 0) return &state.warning[i];
  }
  return NULL;
}

static vt_error add_kind(const char *kind, const char *text) {
  VT_TRY(vt_grow(&state.warning, &state.room, state.warnings + 1, sizeof *state.warning));
  warning *w = &state.warning[state.warnings];
  *w = (warning){.kind = strdup(kind), .first = strdup(text), .count = 1};
  if (w->kind && w->first) {
    state.warnings++;
    return VT_OK;
  }
  free(w->kind);
  free(w->first);
  VT_FAIL(VT_ERR_SYSTEM, "out of memory");
}

void vt_warn(const char *kind, const char *format, ...) {
  warning *known = find_kind(kind);
  if (known) {
    known->count++;
    return;
  }
  char text[2048];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  const vt_error added = add_kind(kind, text);
  if (added != VT_OK) vt_log(VT_LOG_WARNING, "%s", text);
  if (added == VT_OK && !state.hold) tell(&state.warning[state.warnings - 1]);
}

vt_error vt_warnings_list(vt_text *lines) {
  char suffix[SUFFIX_BYTES];
  for (ptrdiff_t i = 0; i < state.warnings; i++) {
    const warning *w = &state.warning[i];
    VT_TRY(vt_text_add(lines, "%s%s%s", i > 0 ? "\n" : "", w->first, more_of(w, suffix)));
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------

void vt_log_release(void) {
  if (state.held.length > 0) (void)fputs(state.held.bytes, stderr);
  vt_text_free(&state.held);
  state.hold = false;
  for (ptrdiff_t i = 0; i < state.warnings; i++) tell(&state.warning[i]);
}

void vt_log_discard(void) {
  vt_text_free(&state.held);
  for (ptrdiff_t i = 0; i < state.warnings; i++) {
    free(state.warning[i].kind);
    free(state.warning[i].first);
  }
  free(state.warning);
  state.warning = NULL;
  state.warnings = state.room = 0;
}
