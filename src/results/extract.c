// extract.c - what a file of statistics without their rows keeps of the file that has them.
#include "reader.h"
#include "rows.h"

#include <stdlib.h>

static bool is_copied(const vt_variable *v) {
  return v->group == VT_GROUP_ROOT;
}

static vt_error fill_block(vt_reader *reader, const vt_layout *layout, int64_t from,
                           vt_block *block) {
  for (int i = 0; i < layout->variables; i++) {
    const vt_variable *v = &layout->variable[i];
    if (!is_copied(v)) continue;
    if (v->once && from > 0) continue; // it is in the block already
    double *whole = NULL;
    int64_t count = 0;
    if (!v->once) {
      VT_TRY(vt_reader_read_rows(reader, v->name, from, block->count, block->data[i]));
      continue;
    }
    VT_TRY(vt_reader_read(reader, v->name, -1, &whole, &count));
    for (int64_t k = 0; k < count && k < v->cells; k++) block->data[i][k] = whole[k];
    free(whole);
  }
  return VT_OK;
}

static vt_error make_block(const vt_layout *layout, int64_t rows, vt_block *block) {
  VT_NEW(block->data, layout->variables);
  for (int i = 0; i < layout->variables; i++) {
    const vt_variable *v = &layout->variable[i];
    if (is_copied(v)) VT_NEW(block->data[i], v->cells * (v->once ? 1 : (ptrdiff_t)rows));
  }
  return VT_OK;
}

static vt_error copy_rows(vt_reader *reader, vt_results *target, const vt_layout *layout) {
  ptrdiff_t cells = 1;
  for (int i = 0; i < layout->variables; i++) {
    if (is_copied(&layout->variable[i])) cells += layout->variable[i].cells;
  }
  const int64_t fit = VT_BLOCK_BYTES / (ptrdiff_t)sizeof(double) / cells;
  const int64_t at_once = fit > 1 ? fit : 1;
  vt_block block = {0};
  vt_error done = make_block(layout, at_once, &block);
  for (int64_t from = 0; from < layout->scenarios && done == VT_OK; from += at_once) {
    const int64_t rest = layout->scenarios - from;
    block.first = layout->first + from;
    block.count = rest < at_once ? rest : at_once;
    done = fill_block(reader, layout, from, &block);
    if (done == VT_OK) done = vt_results_write(target, &block);
  }
  vt_block_free(layout, &block);
  return done;
}

static vt_error copy_reference(vt_reader *reader, vt_results *target, const vt_layout *layout) {
  vt_block block = {.count = 1};
  vt_error done = VT_OK;
  if (!vt_reader_has(reader, "reference")) return VT_OK;
  VT_NEW(block.data, layout->variables);
  for (int i = 0; i < layout->variables && done == VT_OK; i++) {
    vt_text name = {0};
    int64_t count;
    if (!layout->variable[i].reference) continue;
    done = vt_text_add(&name, "reference/%s", layout->variable[i].name);
    if (done == VT_OK) done = vt_reader_read(reader, name.bytes, -1, &block.data[i], &count);
    vt_text_free(&name);
  }
  if (done == VT_OK) done = vt_results_write_reference(target, &block);
  vt_block_free(layout, &block);
  return done;
}

vt_error vt_reader_copy(vt_reader *reader, vt_results *target) {
  const vt_layout *layout = target->layout;
  VT_TRY(copy_rows(reader, target, layout));
  return copy_reference(reader, target, layout);
}
