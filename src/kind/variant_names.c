// variant_names.c - what the numbers of `choose` factors stand for, as text for the results.
#include "vintner/kind.h"

// A text in quotes, as JSON has it.
static vt_error add_quoted(vt_text *json, const char *text) {
  VT_TRY(vt_text_add(json, "\""));
  for (; *text; text++) {
    const unsigned char c = (unsigned char)*text;
    if (c == '"' || c == '\\')
      VT_TRY(vt_text_add(json, "\\%c", c));
    else if (c < ' ')
      VT_TRY(vt_text_add(json, "\\u%04x", (unsigned)c));
    else
      VT_TRY(vt_text_add_bytes(json, text, 1));
  }
  return vt_text_add(json, "\"");
}

static vt_error add_factor(vt_text *json, const vt_design_input *factor) {
  if (factor->variants == 0) return VT_OK;
  VT_TRY(vt_text_add(json, json->length > 1 ? ", " : ""));
  VT_TRY(add_quoted(json, factor->name));
  for (int i = 0; i < factor->variants; i++) {
    VT_TRY(vt_text_add(json, i == 0 ? ": [" : ", "));
    VT_TRY(add_quoted(json, factor->variant[i]));
  }
  return vt_text_add(json, "]");
}

static vt_error add_factors(vt_text *json, const vt_design_plan *design) {
  VT_TRY(vt_text_add(json, "{"));
  for (int f = 0; f < design->inputs; f++) VT_TRY(add_factor(json, &design->input[f]));
  return vt_text_add(json, "}");
}

vt_error vt_input_variants(const vt_study *study, vt_arena *arena, const char **json) {
  vt_text text = {0};
  *json = NULL;
  vt_error listed = add_factors(&text, &study->design);
  if (listed == VT_OK && text.length > 2)
    listed = vt_arena_text(arena, text.bytes, text.length, json);
  vt_text_free(&text);
  VT_TRY(listed);
  return VT_OK;
}
