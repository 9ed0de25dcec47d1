// error.c - the one error mechanism: text and places of a thread's latest error.
#include "vintner/base.h"

#include <stdio.h>
#include <string.h>

enum { MESSAGE_BYTES = 4096, STACK_BYTES = 8192 };

static _Thread_local char message[MESSAGE_BYTES];
static _Thread_local char stack[STACK_BYTES];

static void add_place(const char *file, int line, const char *function) {
  const size_t used = strlen(stack);
  (void)snprintf(stack + used, sizeof stack - used, "  %s:%d %s\n", file, line, function);
}

// A message is one line: whatever a file's text smuggled into it, no control character leaves.
static void keep_on_one_line(char *text) {
  for (; *text; text++) {
    if ((unsigned char)*text < ' ' || *text == 127) *text = ' ';
  }
}

vt_error vt_error_raise(vt_error code, const char *file, int line, const char *function,
                        const char *format, ...) {
  // The arguments may be parts of the old message: format into a second buffer.
  char text[MESSAGE_BYTES];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  keep_on_one_line(text);
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
