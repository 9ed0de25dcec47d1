#include "drawn.h"

#include "touches.h"

#include <stdlib.h>
#include <string.h>

// -------------------------------------------------------------------------------------------------
// Which entries are drawn.

static void add(vt_drawn_numbers *n, vt_tensor_id tensor, const int32_t *key, ptrdiff_t number) {
  if (!n->drawing->varies[number]) return;
  vt_drawn_entry *e = &n->entry[n->entries++];
  *e = (vt_drawn_entry){.tensor = tensor, .number = number, .alpha = 1.0, .cell = -1};
  memcpy(e->key, key, sizeof e->key);
}

// Tensors in their order.
vt_error vt_drawn_prepare(const vt_core *core, vt_drawn_numbers *n) {
  const vt_drawing *d = core->inputs->drawing;
  const vt_tensor *q = &core->inputs->tensor[VT_TENSOR_CHARACTERIZATION];
  n->drawing = d;
  if (!d) return VT_OK;
  const ptrdiff_t factors = d->factors > 0 ? q->count : 0;
  VT_ARENA_NEW(core->arena, n->entry, (d->entry ? d->background : 0) + factors);
  for (ptrdiff_t k = 0; k < d->background && d->entry; k++)
    add(n, VT_TENSOR_BACKGROUND, d->entry + 3 * k, k);
  for (ptrdiff_t k = 0; k < factors; k++) {
    const int32_t *key = q->index + 3 * k;
    add(n, VT_TENSOR_CHARACTERIZATION, key,
        d->background + (ptrdiff_t)key[0] * core->elementaries + key[1]);
  }
  return VT_OK;
}

static int compare(const vt_drawn_entry *e, vt_tensor_id tensor, const int32_t *key) {
  if (e->tensor != tensor) return e->tensor < tensor ? -1 : 1;
  for (int a = 0; a < 3; a++)
    if (e->key[a] != key[a]) return e->key[a] < key[a] ? -1 : 1;
  return 0;
}

static vt_drawn_entry *find(const vt_core *core, const vt_drawn_numbers *n, vt_tensor_id tensor,
                            ptrdiff_t entry) {
  if (n->entries == 0 || (tensor != VT_TENSOR_BACKGROUND && tensor != VT_TENSOR_CHARACTERIZATION))
    return NULL;
  const int32_t *key = core->inputs->tensor[tensor].index + 3 * entry;
  ptrdiff_t low = 0, high = n->entries;
  while (low < high) {
    const ptrdiff_t middle = low + (high - low) / 2;
    const int order = compare(&n->entry[middle], tensor, key);
    if (order == 0) return &n->entry[middle];
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

void vt_drawn_override(const vt_core *core, const vt_drawn_numbers *n, vt_tensor_id tensor,
                       ptrdiff_t entry, vt_operation operation, double operand) {
  vt_drawn_entry *e = find(core, n, tensor, entry);
  if (!e) return;
  if (operation == VT_SET) e->alpha = 0.0;
  if (operation == VT_MULTIPLY) e->alpha *= operand;
  e->beta = vt_touch_operation(operation, operand, e->beta);
}

// -------------------------------------------------------------------------------------------------
// Cells.

// Amounts have none: follow.c makes entries of them.
static ptrdiff_t cells_of(const vt_drawing *d) {
  return d->background + d->factors;
}

static vt_error make_entry(vt_core *core, const vt_drawn_numbers *n, vt_drawn_entry *e) {
  vt_graph_begin(&core->graph);
  VT_TRY(vt_graph_add(&core->graph, e->alpha, n->cell[e->number], CELL_ONE));
  VT_TRY(vt_graph_add(&core->graph, e->beta, CELL_ONE, CELL_ONE));
  return vt_graph_end(&core->graph, &e->cell);
}

vt_error vt_drawn_make_cells(vt_core *core, vt_drawn_numbers *n, ptrdiff_t signature) {
  const vt_drawing *d = n->drawing;
  if (!d) return VT_OK;
  VT_CHECK(signature + d->numbers < INT32_MAX, VT_ERR_SYSTEM,
           "the model is too large: too many numbers vary");
  VT_ARENA_NEW(core->arena, n->cell, cells_of(d));
  for (ptrdiff_t k = 0; k < cells_of(d); k++)
    VT_TRY(vt_graph_leaf(&core->graph, d->reference[k], d->varies[k] ? (int)(signature + k) : -1,
                         &n->cell[k]));
  for (ptrdiff_t e = 0; e < n->entries; e++) VT_TRY(make_entry(core, n, &n->entry[e]));
  return VT_OK;
}

int vt_drawn_base(const vt_core *core, const vt_drawn_numbers *n, vt_tensor_id tensor,
                  ptrdiff_t entry) {
  const vt_drawn_entry *e = find(core, n, tensor, entry);
  return e ? e->cell : -1;
}

int vt_drawn_impact(const vt_core *core, const vt_drawn_numbers *n, int snapshot, int flow,
                    int category) {
  return n->cell[((ptrdiff_t)snapshot * core->intermediates + flow) * core->categories + category];
}

void vt_drawn_set(const vt_drawn_numbers *n, const double *drawn, double *value) {
  const vt_drawing *d = n->drawing;
  for (ptrdiff_t k = 0; d && k < cells_of(d); k++)
    if (d->varies[k]) value[n->cell[k]] = drawn ? drawn[k] : d->reference[k];
}
