// notes.c - what inputs say in silence: numbers that are sound and hardly meant.
#include "reader.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// -------------------------------------------------------------------------------------------------
// Demand.

// Shares of the largest demand of a product below this are rounding.
static const double demand_tolerance = 1e-12;

static void find_largest(const vt_inputs *in, double *largest) {
  const vt_tensor *demand = &in->tensor[VT_TENSOR_DEMAND];
  for (ptrdiff_t i = 0; i < demand->count; i++) {
    double *most = &largest[demand->index[2 * i]];
    if (fabs(demand->value[i]) > *most) *most = fabs(demand->value[i]);
  }
}

vt_error vt_inputs_settle(vt_inputs *in) {
  vt_tensor *demand = &in->tensor[VT_TENSOR_DEMAND];
  double *largest;
  VT_NEW(largest, vt_labels_count(in->product));
  find_largest(in, largest);
  for (ptrdiff_t i = 0; i < demand->count; i++)
    if (fabs(demand->value[i]) <= demand_tolerance * largest[demand->index[2 * i]])
      demand->value[i] = 0.0;
  free(largest);
  return VT_OK;
}

// A horizon that goes on without demand counts what plants emit until its end.
static void note_end(const vt_inputs *in) {
  const vt_tensor *demand = &in->tensor[VT_TENSOR_DEMAND];
  int last = -1;
  for (ptrdiff_t i = 0; i < demand->count; i++)
    if (demand->value[i] != 0.0 && demand->index[2 * i + 1] > last) last = demand->index[2 * i + 1];
  if (last < 0 || last == in->system_times - 1) return;
  vt_warn("horizon",
          "%s: the last demand is in %d, but the horizon goes on to %d: what plants emit until "
          "then counts (a horizon that ends with the demand gives another objective)",
          in->path, in->system_time[last], in->system_time[in->system_times - 1]);
}

static void note_gaps(const vt_inputs *in) {
  for (int t = 1; t < in->system_times; t++)
    if (in->system_time[t] - in->system_time[t - 1] > 1)
      vt_warn(
          "gap",
          "%s: SYSTEM_TIME goes from %d to %d: nothing is demanded, emitted or counted between, "
          "and a year stands for itself alone",
          in->path, in->system_time[t - 1], in->system_time[t]);
}

// Whether some process can take up a product: by consuming it, or by making less than nothing.
static bool is_taken_up(const vt_inputs *in, int product) {
  const vt_tensor *made = &in->tensor[VT_TENSOR_PRODUCTION];
  const vt_tensor *vintages = &in->tensor[VT_TENSOR_PRODUCTION_VINTAGES];
  const vt_tensor *used = &in->tensor[VT_TENSOR_INTERNAL_DEMAND];
  for (ptrdiff_t i = 0; i < made->count; i++)
    if (made->index[3 * i + 1] == product && made->value[i] < 0.0) return true;
  for (ptrdiff_t i = 0; i < vintages->count; i++)
    if (vintages->index[4 * i + 1] == product && vintages->value[i] < 0.0) return true;
  for (ptrdiff_t i = 0; i < used->count; i++)
    if (used->index[3 * i + 1] == product && used->value[i] > 0.0) return true;
  return false;
}

static void note_negative_demand(const vt_inputs *in) {
  const vt_tensor *demand = &in->tensor[VT_TENSOR_DEMAND];
  for (ptrdiff_t i = 0; i < demand->count; i++) {
    const int32_t *key = demand->index + 2 * i;
    if (!(demand->value[i] < 0.0) || is_taken_up(in, key[0])) continue;
    vt_warn(
        "negative demand",
        "%s: demand of '%s' in %d is %.10g, and no process can take the product up: no plan can "
        "meet it",
        in->path, vt_labels_get(in->product, key[0]), in->system_time[key[1]], demand->value[i]);
  }
}

// -------------------------------------------------------------------------------------------------
// Production.

vt_production_fault vt_inputs_production_fault(const vt_inputs *in, int process, int product) {
  const vt_tensor *made = &in->tensor[VT_TENSOR_PRODUCTION];
  const vt_tensor *vintages = &in->tensor[VT_TENSOR_PRODUCTION_VINTAGES];
  const int first = in->window_first[process], last = in->window_last[process];
  bool any = false;
  for (ptrdiff_t i = 0; i < vintages->count; i++)
    if (vintages->index[4 * i] == process && vintages->index[4 * i + 1] == product)
      return VT_PRODUCTION_SOUND;
  for (ptrdiff_t i = 0; i < made->count; i++) {
    const int32_t *key = made->index + 3 * i;
    if (key[0] != process || key[1] != product || made->value[i] == 0.0) continue;
    const int tau = in->process_time[key[2]];
    if (first <= tau && tau <= last) return VT_PRODUCTION_SOUND;
    any = true;
  }
  return any ? VT_PRODUCTION_OUTSIDE : VT_PRODUCTION_ZERO;
}

static const char *name_of(const vt_inputs *in, int process) {
  const char *name = in->process_name[process];
  return name ? name : vt_labels_get(in->process, process);
}

static void note_fault(const vt_inputs *in, int process, int product) {
  const char *code = vt_labels_get(in->process, process);
  switch (vt_inputs_production_fault(in, process, product)) {
    case VT_PRODUCTION_ZERO:
      vt_warn("no production", "%s: process '%s' (%s) makes nothing: its production of '%s' is 0",
              in->path, code, name_of(in, process), vt_labels_get(in->product, product));
      break;
    case VT_PRODUCTION_OUTSIDE:
      vt_warn("production outside",
              "%s: process '%s' (%s) makes nothing: its operation window, %d to %d years after "
              "installation, holds no production of '%s'",
              in->path, code, name_of(in, process), in->window_first[process],
              in->window_last[process], vt_labels_get(in->product, product));
      break;
    case VT_PRODUCTION_SOUND: break;
  }
}

// Whether a flow of a process, by its place on the FLOW axis, runs with operation; -1: any does.
static bool operates(const vt_inputs *in, int process, int flow) {
  const vt_tensor *o = &in->tensor[VT_TENSOR_OPERATION_FLOW];
  for (ptrdiff_t i = 0; i < o->count; i++)
    if (o->index[2 * i] == process && o->value[i] > 0.0 &&
        (flow < 0 || o->index[2 * i + 1] == flow))
      return true;
  return false;
}

static void note_production(const vt_inputs *in) {
  const vt_tensor *made = &in->tensor[VT_TENSOR_PRODUCTION];
  for (ptrdiff_t i = 0; i < made->count; i++) {
    const int32_t *key = made->index + 3 * i;
    if (i > 0 && key[0] == key[-3] && key[1] == key[-2]) continue;
    note_fault(in, key[0], key[1]);
    if (operates(in, key[0], key[1]) || !operates(in, key[0], -1)) continue;
    vt_warn(
        "production without operation",
        "%s: process '%s' (%s): production of '%s' is no operation flow, but other exchanges of "
        "the process are: it comes with installation, whatever runs",
        in->path, vt_labels_get(in->process, key[0]), name_of(in, key[0]),
        vt_labels_get(in->product, key[1]));
  }
}

void vt_inputs_note(const vt_inputs *in) {
  note_gaps(in);
  note_end(in);
  note_negative_demand(in);
  note_production(in);
}
