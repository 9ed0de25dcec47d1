// derive.c - what is made from the rows of a results file: at the end of a run, and whenever it is
// asked for again.
#include "derive.h"

const vt_derived vt_derived_groups[] = {
    {vt_statistics_make, vt_statistics_fill, vt_statistics_seal},
    {vt_sensitivity_make, vt_sensitivity_fill, NULL},
    {NULL, NULL, NULL},
};

vt_error vt_results_derive(vt_results *rows, vt_results *target, int rank, int size) {
  const vt_derivation d = {rows, target, rank, size};
  for (const vt_derived *group = vt_derived_groups; group->fill; group++) VT_TRY(group->fill(&d));
  return VT_OK;
}

vt_error vt_results_seal(vt_results *rows, vt_results *target) {
  const vt_derivation d = {rows, target, 0, 1};
  for (const vt_derived *group = vt_derived_groups; group->fill; group++) {
    if (group->seal) VT_TRY(group->seal(&d));
  }
  return VT_OK;
}
