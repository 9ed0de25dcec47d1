// klu.h - the part of the module that is KLU alone; see kernel.h for what the functions do.
#ifndef VT_BACKGROUND_KLU_H
#define VT_BACKGROUND_KLU_H

#include "kernel.h"

int vt_klu_create(const vt_kernel_matrix *matrix, double pivot, int *memory,
                  vt_kernel_direct **direct);
int vt_klu_refactor(vt_kernel_direct *direct, const vt_kernel_matrix *matrix);
void vt_klu_free(vt_kernel_direct *direct);
double vt_klu_bytes(const vt_kernel_direct *direct);
int vt_klu_solve(const vt_kernel_direct *direct, int transposed, int count, double *x,
                 double *work);

#endif
