// tree.c - from bytes to a YAML document. libyaml's events are looked through first, since loading
// a document takes time quadratic in the number of anchors.
#include <string.h>

#include "reader.h"

enum { MAX_DEPTH = 32, MAX_ANCHORS = 1000, MAX_DIRECTIVES = 16, MAX_BYTES = 4 << 20 };

static int line_of_offset(const char *text, ptrdiff_t length, size_t offset) {
  int line = 1;
  for (ptrdiff_t i = 0; i < length && (size_t)i < offset; i++) line += text[i] == '\n';
  return line;
}

static int line_of(yaml_mark_t mark) {
  return mark.line < INT32_MAX ? (int)mark.line + 1 : INT32_MAX;
}

static vt_error check_bytes(const char *path, const char *text, ptrdiff_t length) {
  VT_CHECK(length <= MAX_BYTES, VT_ERR_INPUT,
           "%s: too large for a study file: found %td bytes, expected at most %d", path, length,
           (int)MAX_BYTES);
  const char *nul = length > 0 ? memchr(text, '\0', (size_t)length) : NULL;
  VT_CHECK(nul == NULL, VT_ERR_INPUT, "%s:%d: found a NUL byte, expected a text file in UTF-8",
           path, line_of_offset(text, length, (size_t)(nul ? nul - text : 0)));
  int directives = 0;
  for (ptrdiff_t i = 0; i < length; i++) {
    const bool directive = text[i] == '%' && (i == 0 || text[i - 1] == '\n' || text[i - 1] == '\r');
    directives += directive;
    VT_CHECK(directives <= MAX_DIRECTIVES, VT_ERR_INPUT,
             "%s:%d: found more than %d lines that start with %%", path,
             line_of_offset(text, length, (size_t)i), (int)MAX_DIRECTIVES);
  }
  return VT_OK;
}

// What people most often mean where libyaml finds no token.
static vt_error plain_words(const char *path, const char *text, ptrdiff_t length,
                            const yaml_parser_t *parser) {
  const int line = line_of(parser->problem_mark);
  const char *at = text;
  for (int i = 1; i < line && at < text + length; at++) i += *at == '\n';
  const char *end = memchr(at, '\n', (size_t)(text + length - at));
  const ptrdiff_t bytes = (end ? end : text + length) - at;
  const char *tab = memchr(at, '\t', (size_t)bytes);
  VT_CHECK(!tab, VT_ERR_INPUT, "%s:%d: not YAML: found a tab, expected spaces", path, line);
  for (ptrdiff_t i = 0; i + 1 < bytes; i++) {
    const bool before = i == 0 || strchr(" {,", at[i - 1]);
    VT_CHECK(!(before && at[i] == ':' && at[i + 1] >= '0' && at[i + 1] <= '9'), VT_ERR_INPUT,
             "%s:%d: not YAML: found a range that begins with ':', expected it in quotes, as in "
             "\":2049\"",
             path, line);
  }
  return VT_OK;
}

// Text of libyaml's latest complaint.
static vt_error syntax_error(const char *path, const char *text, ptrdiff_t length,
                             const yaml_parser_t *parser) {
  VT_CHECK(parser->error != YAML_MEMORY_ERROR, VT_ERR_SYSTEM, "%s: out of memory", path);
  const char *problem = parser->problem ? parser->problem : "not YAML";
  VT_CHECK(parser->error != YAML_READER_ERROR, VT_ERR_INPUT, "%s:%d: not UTF-8 text: %s", path,
           line_of_offset(text, length, parser->problem_offset), problem);
  VT_TRY(plain_words(path, text, length, parser));
  VT_CHECK(!parser->context || parser->error == YAML_COMPOSER_ERROR, VT_ERR_INPUT,
           "%s:%d: not YAML: %s %s that starts in line %d", path, line_of(parser->problem_mark),
           problem, parser->context, line_of(parser->context_mark));
  VT_FAIL(VT_ERR_INPUT, "%s:%d: not YAML: %s", path, line_of(parser->problem_mark), problem);
}

/// What the events told so far.
typedef struct survey {
  int documents, depth, anchors;
} survey;

static const char *anchor_of(const yaml_event_t *event) {
  const yaml_char_t *anchor = NULL;
  if (event->type == YAML_ALIAS_EVENT) anchor = event->data.alias.anchor;
  if (event->type == YAML_SCALAR_EVENT) anchor = event->data.scalar.anchor;
  if (event->type == YAML_SEQUENCE_START_EVENT) anchor = event->data.sequence_start.anchor;
  if (event->type == YAML_MAPPING_START_EVENT) anchor = event->data.mapping_start.anchor;
  return (const char *)anchor;
}

static const char *tag_of(const yaml_event_t *event) {
  const yaml_char_t *tag = NULL;
  if (event->type == YAML_SCALAR_EVENT) tag = event->data.scalar.tag;
  if (event->type == YAML_SEQUENCE_START_EVENT) tag = event->data.sequence_start.tag;
  if (event->type == YAML_MAPPING_START_EVENT) tag = event->data.mapping_start.tag;
  return (const char *)tag;
}

static vt_error survey_event(const char *path, const yaml_event_t *event, survey *seen) {
  const int line = line_of(event->start_mark);
  seen->documents += event->type == YAML_DOCUMENT_START_EVENT;
  seen->depth +=
      event->type == YAML_SEQUENCE_START_EVENT || event->type == YAML_MAPPING_START_EVENT;
  seen->depth -= event->type == YAML_SEQUENCE_END_EVENT || event->type == YAML_MAPPING_END_EVENT;
  seen->anchors += anchor_of(event) != NULL;
  VT_CHECK(seen->documents <= 1, VT_ERR_INPUT,
           "%s:%d: found a second YAML document, expected one study per file", path, line);
  VT_CHECK(seen->depth <= MAX_DEPTH, VT_ERR_INPUT,
           "%s:%d: found lists and maps nested deeper than %d levels", path, line, (int)MAX_DEPTH);
  VT_CHECK(seen->anchors <= MAX_ANCHORS, VT_ERR_INPUT,
           "%s:%d: found more than %d anchors and aliases", path, line, (int)MAX_ANCHORS);
  VT_CHECK(tag_of(event) == NULL, VT_ERR_INPUT,
           "%s:%d: found the tag '%s', expected a plain value (text may be put in quotes)", path,
           line, tag_of(event));
  return VT_OK;
}

static vt_error survey_events(const char *path, const char *text, ptrdiff_t length,
                              yaml_parser_t *parser) {
  survey seen = {0};
  for (bool more = true; more;) {
    yaml_event_t event;
    if (!yaml_parser_parse(parser, &event)) return syntax_error(path, text, length, parser);
    more = event.type != YAML_STREAM_END_EVENT;
    const vt_error surveyed = survey_event(path, &event, &seen);
    yaml_event_delete(&event);
    VT_TRY(surveyed);
  }
  VT_CHECK(seen.documents == 1, VT_ERR_INPUT,
           "%s:1: found an empty file, expected a study that starts with 'vintner: 1'", path);
  return VT_OK;
}

static vt_error load_document(const char *path, const char *text, ptrdiff_t length,
                              yaml_parser_t *parser, yaml_document_t *document) {
  if (!yaml_parser_load(parser, document)) return syntax_error(path, text, length, parser);
  return VT_OK;
}

// With a document: load it; without: survey the events.
static vt_error with_parser(const char *path, const char *text, ptrdiff_t length,
                            yaml_document_t *document) {
  yaml_parser_t parser;
  VT_CHECK(yaml_parser_initialize(&parser), VT_ERR_SYSTEM, "%s: out of memory", path);
  yaml_parser_set_input_string(&parser, (const unsigned char *)text, (size_t)length);
  yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
  const vt_error parsed = document ? load_document(path, text, length, &parser, document)
                                   : survey_events(path, text, length, &parser);
  yaml_parser_delete(&parser);
  return parsed;
}

vt_error vt_tree_load(const char *path, const char *text, ptrdiff_t length,
                      yaml_document_t *document) {
  // libyaml skips a byte order mark only where it guesses the encoding.
  const bool marked = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
  text += marked ? 3 : 0;
  length -= marked ? 3 : 0;
  VT_TRY(check_bytes(path, text, length));
  VT_TRY(with_parser(path, text, length, NULL));
  return with_parser(path, text, length, document);
}
