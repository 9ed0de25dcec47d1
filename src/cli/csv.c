#include "csv.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The stream closes the partial file, and with it the lock, when everything is in it.
static vt_error open_stream(csv_file *file) {
  const vt_target target = {.path = file->path, .what = "a table", .force = true};
  int opened = -1;
  const vt_error error = vt_target_open(&target, file->partial, &opened);
  if (error == VT_OK && ftruncate(opened, 0) == 0) file->stream = fdopen(opened, "w");
  const int why = errno;
  if (error == VT_OK && !file->stream) vt_target_abandon(file->partial);
  if (!file->stream && opened >= 0) (void)close(opened);
  VT_TRY(error);
  VT_CHECK(file->stream, VT_ERR_SYSTEM, "%s: cannot be created: %s", file->path, strerror(why));
  return VT_OK;
}

vt_error csv_open(const char *folder, const char *name, csv_file *file) {
  *file = (csv_file){0};
  vt_text path = {0}, partial = {0};
  vt_error named = vt_text_add(&path, "%s/%s.csv", folder, name);
  if (named == VT_OK) named = vt_text_add(&partial, "%s.partial", path.bytes);
  file->path = path.bytes;
  file->partial = partial.bytes;
  VT_TRY(named);
  return open_stream(file);
}

void csv_text(FILE *stream, const char *text) {
  const size_t length = strlen(text);
  const bool plain =
      length > 0 && strpbrk(text, ",\"\r\n") == NULL && text[0] != ' ' && text[length - 1] != ' ';
  if (plain || length == 0) {
    (void)fputs(text, stream);
    return;
  }
  (void)fputc('"', stream);
  for (const char *c = text; *c; c++) {
    if (*c == '"') (void)fputc('"', stream);
    (void)fputc(*c, stream);
  }
  (void)fputc('"', stream);
}

static bool gives_back(const char *text, double value, bool single) {
  const double back = single ? (double)strtof(text, NULL) : strtod(text, NULL);
  return !(back < value || back > value);
}

void csv_number(FILE *stream, double value, bool single) {
  char text[40];
  if (isnan(value)) return;
  if (fabs(value) < 1e15 && !(value < rint(value) || value > rint(value)) && fabs(value) > 0) {
    (void)fprintf(stream, "%.0f", value);
    return;
  }
  for (int digits = single ? 6 : 15; digits <= (single ? 9 : 17); digits++) {
    (void)snprintf(text, sizeof text, "%.*g", digits, value);
    if (isinf(value) || gives_back(text, value, single)) break;
  }
  (void)fputs(text, stream);
}

static vt_error finish(csv_file *file) {
  const bool bad = ferror(file->stream) != 0;
  int why = bad ? errno : 0;
  const bool closed = fclose(file->stream) == 0;
  if (!closed) why = errno;
  file->stream = NULL;
  VT_CHECK(!bad && closed, VT_ERR_SYSTEM, "%s: cannot be written: %s", file->path,
           why ? strerror(why) : "the disk may be full");
  VT_CHECK(rename(file->partial, file->path) == 0, VT_ERR_SYSTEM, "%s: cannot be created: %s",
           file->path, strerror(errno));
  vt_partial_forget(file->partial);
  return VT_OK;
}

vt_error csv_close(csv_file *file, bool ok) {
  vt_error closed = VT_OK;
  const bool opened = file->stream != NULL;
  if (opened && ok) closed = finish(file);
  if (file->stream) (void)fclose(file->stream);
  if (opened && (!ok || closed != VT_OK)) vt_target_abandon(file->partial);
  free(file->path);
  free(file->partial);
  *file = (csv_file){0};
  return closed;
}
