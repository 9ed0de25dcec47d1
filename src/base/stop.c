// stop.c - how far this process, or its node, was told to stop. Set in signal handlers.
#include "vintner/base.h"

#include <sched.h>
#include <stdatomic.h>

static _Atomic int own;
static _Atomic(_Atomic int *) word = &own;

static void raise_to(_Atomic int *level, int wanted) {
  int now = atomic_load(level);
  while (now < wanted && !atomic_compare_exchange_weak(level, &now, wanted)) {
  }
}

// Who may have the word in hand while it is shared otherwise.
static _Atomic int holders;

void vt_stop_ask(vt_stop level) {
  atomic_fetch_add(&holders, 1);
  raise_to(atomic_load(&word), (int)level);
  atomic_fetch_sub(&holders, 1);
}

vt_stop vt_stop_asked(void) {
  return (vt_stop)atomic_load_explicit(atomic_load_explicit(&word, memory_order_relaxed),
                                       memory_order_relaxed);
}

vt_stop vt_stop_look(void) {
  atomic_fetch_add(&holders, 1);
  const int level = atomic_load(atomic_load(&word));
  atomic_fetch_sub(&holders, 1);
  return (vt_stop)level;
}

void vt_stop_share(_Atomic int *shared) {
  _Atomic int *before = atomic_exchange(&word, shared ? shared : &own);
  while (atomic_load(&holders) > 0) (void)sched_yield();
  raise_to(shared ? shared : &own, atomic_load(before));
}
