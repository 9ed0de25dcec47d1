// guard.c - GLPK's state of a thread, and its fatal errors turned into a return value.
#include "session.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

// GLPK keeps one environment per thread and frees it as a whole. After a fatal error it must be
// freed, and with it go the problems of all sessions of the thread; the generation tells them.
static _Thread_local struct {
  int users;
  uint64_t generation;
  bool guarded;      // there is a place to go to
  char message[120]; // first line of GLPK's last words
} state;

// Nothing that GLPK says is printed. Its last words before it says where it gave up are kept. And
// since it speaks every tenth of a second while the simplex runs, between two pivots, this is where
// it is left when there is no time to wait for its end.
static int overhear(void *unused, const char *text) {
  (void)unused;
  if (strncmp(text, "Error detected", 14) != 0)
    (void)snprintf(state.message, sizeof state.message, "%.*s", (int)strcspn(text, "\n"), text);
  if (state.guarded && vt_stop_asked() >= VT_DROP) {
    state.guarded = false;
    glp_error("left\n");
  }
  return 1;
}

static void quiet(void) {
  (void)glp_term_out(GLP_ON);
  glp_term_hook(overhear, NULL);
}

void vt_glpk_enter(void) {
  state.users++;
  quiet();
}

void vt_glpk_leave(void) {
  if (--state.users > 0) return;
  glp_free_env();
  state.generation++;
}

uint64_t vt_glpk_generation(void) {
  return state.generation;
}

const char *vt_glpk_message(void) {
  return state.message;
}

static void escape(void *place) {
  longjmp(*(jmp_buf *)place, 1);
}

bool vt_glpk_guard(void (*work)(void *), void *data) {
  jmp_buf place;
  if (setjmp(place) != 0) {
    state.guarded = false;
    glp_free_env();
    state.generation++;
    quiet();
    return false;
  }
  glp_error_hook(escape, &place);
  state.message[0] = '\0';
  state.guarded = true;
  work(data);
  state.guarded = false;
  glp_error_hook(NULL, NULL);
  return true;
}
