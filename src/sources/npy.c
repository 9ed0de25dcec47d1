// npy.c - NumPy's array files: a header that is a Python dictionary as text, then plain numbers.
#include "npy.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST_HEADER = 1 << 16 };

// The header text that is being read.
typedef struct literal {
  const char *what;
  const char *at, *end;
} literal;

static vt_error fail_header(const literal *text, const char *expected) {
  const int length = (int)(text->end - text->at < 24 ? text->end - text->at : 24);
  char found[32];
  for (int i = 0; i < length; i++)
    found[i] = text->at[i] >= ' ' && text->at[i] < 127 ? text->at[i] : '?';
  found[length] = '\0';
  VT_FAIL(VT_ERR_INPUT, "%s: not an npy header: found '%s', expected %s", text->what, found,
          expected);
}

static void skip_space(literal *text) {
  while (text->at < text->end && (*text->at == ' ' || *text->at == '\n')) text->at++;
}

// Step over `c` if it comes next.
static bool take(literal *text, char c) {
  skip_space(text);
  if (text->at >= text->end || *text->at != c) return false;
  text->at++;
  return true;
}

static vt_error expect(literal *text, char c, const char *expected) {
  if (!take(text, c)) return fail_header(text, expected);
  return VT_OK;
}

static bool take_word(literal *text, const char *word) {
  skip_space(text);
  const size_t length = strlen(word);
  if ((size_t)(text->end - text->at) < length || memcmp(text->at, word, length) != 0) return false;
  text->at += length;
  return true;
}

// A text in quotes of at most `size` - 1 bytes, without escapes.
static vt_error read_text(literal *text, char *copy, ptrdiff_t size) {
  skip_space(text);
  if (text->at < text->end && *text->at == 'u') text->at++; // Python 2
  if (text->at >= text->end || (*text->at != '\'' && *text->at != '"'))
    return fail_header(text, "a text in quotes");
  const char quote = *text->at++;
  const char *close = memchr(text->at, quote, (size_t)(text->end - text->at));
  if (!close || close - text->at >= size || memchr(text->at, '\\', (size_t)(close - text->at)))
    return fail_header(text, "a short text in quotes");
  memcpy(copy, text->at, (size_t)(close - text->at));
  copy[close - text->at] = '\0';
  text->at = close + 1;
  return VT_OK;
}

static vt_error read_count(literal *text, ptrdiff_t *count) {
  skip_space(text);
  const char *first = text->at;
  *count = 0;
  for (; text->at < text->end && *text->at >= '0' && *text->at <= '9'; text->at++) {
    if (__builtin_mul_overflow(*count, 10, count) ||
        __builtin_add_overflow(*count, *text->at - '0', count))
      return fail_header(text, "a count of at most 63 bits");
  }
  if (text->at == first) return fail_header(text, "a count");
  (void)take(text, 'L'); // Python 2
  return VT_OK;
}

static vt_error read_shape(literal *text, vt_npy *npy) {
  ptrdiff_t shape[3] = {1, 1, 1};
  VT_TRY(expect(text, '(', "'('"));
  while (!take(text, ')')) {
    VT_CHECK(npy->axes < 2, VT_ERR_INPUT, "%s: found an array of more than 2 axes, expected 1 or 2",
             text->what);
    VT_TRY(read_count(text, &shape[npy->axes++]));
    if (take(text, ',')) continue;
    VT_TRY(expect(text, ')', "',' or ')'"));
    break;
  }
  VT_CHECK(npy->axes > 0, VT_ERR_INPUT, "%s: found a single number, expected a list of numbers",
           text->what);
  npy->rows = shape[0];
  npy->columns = shape[1];
  return VT_OK;
}

// One type such as '<f8': byte order, kind, size.
static vt_error add_field(const literal *text, vt_npy *npy, const char *name, const char *type) {
  VT_CHECK(npy->fields < VT_NPY_FIELDS, VT_ERR_INPUT,
           "%s: found more than %d fields, expected a dozen at most", text->what, VT_NPY_FIELDS);
  vt_npy_field *field = &npy->field[npy->fields++];
  const char *rest = strchr("<>|=", type[0]) && type[0] ? type + 1 : type;
  const char kind = rest[0] == '?' ? 'b' : rest[0];
  const bool sized = rest[0] != '\0' && rest[1] != '\0' && rest[1] != '0';
  const size_t digits = sized ? strspn(rest + 1, "0123456789") : 0;
  int bytes = rest[0] == '?' && rest[1] == '\0' ? 1 : 0;
  if (sized && digits <= 4 && rest[1 + digits] == '\0') {
    for (size_t i = 1; i <= digits; i++) bytes = bytes * 10 + (rest[i] - '0');
  }
  const bool whole = bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
  const bool known = (kind == 'b' && bytes == 1) || ((kind == 'i' || kind == 'u') && whole) ||
                     (kind == 'f' && (bytes == 4 || bytes == 8)) || (kind == 'V' && bytes > 0);
  VT_CHECK(known && kind != 'O', VT_ERR_INPUT,
           "%s: found numbers of type '%s', expected real numbers%s", text->what, type,
           kind == 'O' ? " (objects are pickles, which are never read)" : "");
  (void)snprintf(field->name, sizeof field->name, "%s", name);
  field->kind = kind;
  field->bytes = bytes;
  field->offset = npy->item_bytes;
  field->swapped = bytes > 1 && kind != 'V' && type[0] == '>';
  npy->item_bytes += bytes;
  return VT_OK;
}

static vt_error read_types(literal *text, vt_npy *npy) {
  char name[VT_NPY_NAME], type[VT_NPY_NAME];
  skip_space(text);
  if (text->at < text->end && *text->at != '[') {
    VT_TRY(read_text(text, type, sizeof type));
    return add_field(text, npy, "", type);
  }
  VT_TRY(expect(text, '[', "'['"));
  while (!take(text, ']')) {
    VT_TRY(expect(text, '(', "'('"));
    VT_TRY(read_text(text, name, sizeof name));
    VT_TRY(expect(text, ',', "','"));
    VT_TRY(read_text(text, type, sizeof type));
    (void)take(text, ',');
    VT_TRY(expect(text, ')', "')': plain fields only"));
    VT_TRY(add_field(text, npy, name, type));
    if (take(text, ',')) continue;
    VT_TRY(expect(text, ']', "',' or ']'"));
    break;
  }
  return VT_OK;
}

static vt_error read_member(literal *text, vt_npy *npy, unsigned *seen) {
  char key[VT_NPY_NAME];
  VT_TRY(read_text(text, key, sizeof key));
  VT_TRY(expect(text, ':', "':'"));
  const unsigned bit = strcmp(key, "descr") == 0           ? 1
                       : strcmp(key, "fortran_order") == 0 ? 2
                       : strcmp(key, "shape") == 0         ? 4
                                                           : 0;
  if (bit == 0 || (*seen & bit)) return fail_header(text, "descr, fortran_order and shape, once");
  *seen |= bit;
  if (bit == 1) return read_types(text, npy);
  if (bit == 4) return read_shape(text, npy);
  npy->by_columns = take_word(text, "True");
  if (!npy->by_columns && !take_word(text, "False")) return fail_header(text, "True or False");
  return VT_OK;
}

static vt_error read_header(literal *text, vt_npy *npy) {
  unsigned seen = 0;
  VT_TRY(expect(text, '{', "'{'"));
  while (!take(text, '}')) {
    VT_TRY(read_member(text, npy, &seen));
    if (take(text, ',')) continue;
    VT_TRY(expect(text, '}', "',' or '}'"));
    break;
  }
  skip_space(text);
  if (text->at < text->end) return fail_header(text, "the end of the header");
  if (seen != 7) return fail_header(text, "descr, fortran_order and shape");
  VT_CHECK(npy->item_bytes > 0, VT_ERR_INPUT, "%s: found items without fields", text->what);
  return VT_OK;
}

vt_error vt_npy_head(const char *what, const void *bytes, ptrdiff_t got, ptrdiff_t length,
                     vt_npy *npy) {
  *npy = (vt_npy){0};
  const unsigned char *byte = bytes;
  const bool magic = got >= 12 && memcmp(byte, "\x93NUMPY", 6) == 0;
  VT_CHECK(magic && byte[6] >= 1 && byte[6] <= 3, VT_ERR_INPUT,
           "%s: not an npy array of version 1 to 3 (%td bytes)", what, length);
  const ptrdiff_t start = byte[6] == 1 ? 10 : 12;
  uint32_t size = byte[8] + 256U * byte[9];
  if (byte[6] > 1) size += 65536U * byte[10] + 16777216U * byte[11];
  VT_CHECK(size <= LONGEST_HEADER && (ptrdiff_t)size <= got - start, VT_ERR_INPUT,
           "%s: found an npy header of %u bytes in %td bytes", what, size, length);
  literal text = {what, (const char *)byte + start, (const char *)byte + start + size};
  if (memchr(text.at, '\0', size)) return fail_header(&text, "text without NUL");
  VT_TRY(read_header(&text, npy));
  npy->start = start + (ptrdiff_t)size;
  ptrdiff_t items, needed;
  const bool fits = !__builtin_mul_overflow(npy->rows, npy->columns, &items) &&
                    !__builtin_mul_overflow(items, npy->item_bytes, &needed);
  const ptrdiff_t left = length - npy->start;
  VT_CHECK(fits && needed == left, VT_ERR_INPUT,
           "%s: found %td bytes of numbers, expected those of %td x %td items of %td bytes", what,
           left, npy->rows, npy->columns, npy->item_bytes);
  return VT_OK;
}

vt_error vt_npy_parse(const char *what, const void *bytes, ptrdiff_t length, vt_npy *npy) {
  VT_TRY(vt_npy_head(what, bytes, length, length, npy));
  npy->data = (const unsigned char *)bytes + npy->start;
  return VT_OK;
}

int vt_npy_field_index(const vt_npy *npy, const char *name) {
  for (int i = 0; i < npy->fields; i++) {
    if (strcmp(npy->field[i].name, name) == 0) return i;
  }
  return -1;
}

// The bytes of a number as the low bytes of an integer.
static uint64_t load(const vt_npy *npy, const vt_npy_field *field, ptrdiff_t item) {
  const unsigned char *at = npy->data + item * npy->item_bytes + field->offset;
  uint64_t bits = 0;
  // Low bytes first, as on all machines we build for; fixed sizes make it one instruction each.
  if (!field->swapped && field->bytes == 8) {
    memcpy(&bits, at, 8);
    return bits;
  }
  if (!field->swapped && field->bytes == 4) {
    memcpy(&bits, at, 4);
    return bits;
  }
  if (!field->swapped) {
    memcpy(&bits, at, (size_t)field->bytes);
    return bits;
  }
  for (int i = 0; i < field->bytes; i++) bits |= (uint64_t)at[field->bytes - 1 - i] << 8 * i;
  return bits;
}

static int64_t widen(const vt_npy_field *field, uint64_t bits) {
  if (field->kind == 'b') return bits != 0;
  if (field->kind == 'i' && field->bytes < 8) {
    const uint64_t sign = (uint64_t)1 << (8 * field->bytes - 1);
    return (int64_t)(bits ^ sign) - (int64_t)sign;
  }
  if (field->kind == 'u' && bits > INT64_MAX) return INT64_MIN;
  return (int64_t)bits;
}

double vt_npy_number(const vt_npy *npy, int field, ptrdiff_t row, ptrdiff_t column) {
  const vt_npy_field *f = &npy->field[field];
  const ptrdiff_t item = npy->by_columns ? column * npy->rows + row : row * npy->columns + column;
  if (f->kind == 'V') return (double)NAN;
  const uint64_t bits = load(npy, f, item);
  if (f->kind == 'f' && f->bytes == 8) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
  }
  if (f->kind == 'f') {
    const uint32_t half = (uint32_t)bits;
    float value;
    memcpy(&value, &half, sizeof value);
    return (double)value;
  }
  return f->kind == 'u' ? (double)bits : (double)widen(f, bits);
}

int64_t vt_npy_integer(const vt_npy *npy, int field, ptrdiff_t row) {
  const vt_npy_field *f = &npy->field[field];
  if (f->kind == 'f' || f->kind == 'V') return INT64_MIN;
  return widen(f, load(npy, f, row));
}
