// error.c - the one error mechanism: text and places of a thread's latest error.
#include "vintner/base.h"

#include <stdio.h>
#include <string.h>

enum { STACK_BYTES = 8192 };

static _Thread_local char message[VT_LINE_BYTES];
static _Thread_local char stack[STACK_BYTES];

static void add_place(const char *file, int line, const char *function) {
  const size_t used = strlen(stack);
  (void)snprintf(stack + used, sizeof stack - used, "  %s:%d %s\n", file, line, function);
}

vt_error vt_error_raise(vt_error code, const char *file, int line, const char *function,
                        const char *format, ...) {
  // The arguments may be parts of the old message: format into a second buffer.
  char text[VT_LINE_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vt_clean_format(text, sizeof text, format, arguments);
  va_end(arguments);
  memcpy(message, text, sizeof message);
  stack[0] = '\0';
  add_place(file, line, function);
  return code;
}

void vt_error_trace(const char *file, int line, const char *function) {
  add_place(file, line, function);
}

const char *vt_error_message(void) {
  return message;
}

const char *vt_error_stack(void) {
  return stack;
}
