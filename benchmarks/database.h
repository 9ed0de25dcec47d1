// database.h - a made-up life-cycle database with the shape of a real one, the same on every
// machine: markets that thousands of processes buy from, sectors whose processes buy from each
// other in loops, products in other rows than their processes, units of many sizes.
#ifndef VT_BENCHMARK_DATABASE_H
#define VT_BENCHMARK_DATABASE_H

#include "vintner/base.h"

typedef struct database_size {
  int processes, flows, markets;
  int inputs;    ///< purchases of a process, on average
  int emissions; ///< flows of a process, on average
  double tangle; ///< share of purchases from anybody: what makes direct solvers fill up
  uint64_t seed;
} database_size;

/// What ecoinvent has, about.
#define DATABASE_DEFAULT                                                                           \
  {                                                                                                \
    .processes = 20000, .flows = 2500, .markets = 150, .inputs = 10, .emissions = 18,              \
    .tangle = 0.0005, .seed = 1                                                                    \
  }

typedef struct database {
  vt_sparse technosphere, biosphere;
  int *reference; ///< product row of each process
  double *weight; ///< characterisation, shape [flows]
} database;

vt_error database_create(const database_size *size, database *made);
void database_free(database *made);

#endif
