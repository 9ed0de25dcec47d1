// stop.c - how far this process, or its node, was told to stop. Set in signal handlers.
#include "vintner/base.h"

#include <stdatomic.h>

static _Atomic int own;
static _Atomic(_Atomic int *) word = &own;

static void raise_to(_Atomic int *level, int wanted) {
  int now = atomic_load(level);
  while (now < wanted && !atomic_compare_exchange_weak(level, &now, wanted)) {
  }
}

void vt_stop_ask(vt_stop level) {
  raise_to(atomic_load(&word), (int)level);
}

vt_stop vt_stop_asked(void) {
  return (vt_stop)atomic_load_explicit(atomic_load_explicit(&word, memory_order_relaxed),
                                       memory_order_relaxed);
}

void vt_stop_share(_Atomic int *shared) {
  _Atomic int *before = atomic_exchange(&word, shared ? shared : &own);
  raise_to(shared ? shared : &own, atomic_load(before));
}
