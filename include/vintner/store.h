// store.h - reading of all sources, stores among them; a store is a whole set in one HDF5 file.
#ifndef VT_STORE_H
#define VT_STORE_H

#include "vintner/sources.h"

/// Read sources in order: a Brightway project folder or its backup (.tar.gz), a datapackage (zip or
/// folder), a JSON document, a folder of premise's matrices as CSV (one database, named after the
/// folder; codes are the indices of its files, "B" before those of flows), or a store. Big projects
/// and stores cost little: labels and records of their databases are read by vt_database_require.
/// Reads only, locks nothing, executes no pickle.
///
/// Not collective. The caller frees *set with vt_database_set_free.
/// @return VT_ERR_INPUT with one line: file, database, activity, what was found and expected
vt_error vt_database_set_read(int count, const char *const *path, vt_database_set **set);

// Stores: a whole set in one HDF5 file, whose layout src/data/store.h describes. Whatever is made
// from a store has the bits of what is made from the sources that went into it.

/// Load all of a set and write it to the store `path`, which exists only once it is whole. Stale
/// databases are left out with a warning in the log.
///
/// Not collective. `source` are the paths that the set was read from, for the record.
/// @return VT_ERR_INPUT if the file exists and not `force`; for all that vt_database_require
/// refuses; if all databases are stale, or one is that another links to. VT_ERR_SYSTEM if the file
/// cannot be written
vt_error vt_database_set_write(vt_database_set *set, int sources, const char *const *source,
                               const char *path, bool force);

/// Whether a file is a store; false also if it cannot be read.
bool vt_is_store(const char *path);

/// What the sources say of a database without its records being read, if it lies in a store; else
/// what is loaded.
typedef struct vt_database_summary {
  ptrdiff_t exchanges; ///< of a JSON document
  ptrdiff_t records;   ///< of a datapackage
  const char *sha256;  ///< in a store; else NULL
} vt_database_summary;
vt_error vt_database_summarise(const vt_database_set *set, int database,
                               vt_database_summary *summary);

typedef struct vt_method_summary {
  ptrdiff_t factors;  ///< -1: not loaded, or only in loose datapackages
  const char *sha256; ///< in a store; else NULL
} vt_method_summary;
vt_error vt_method_summarise(const vt_database_set *set, int method, vt_method_summary *summary);

// ---------------------------------------------------------------------------------------------
// Numbers kept between runs: in the folder VINTNER_CACHE ("off": nowhere), else XDG_CACHE_HOME or
// ~/.cache/vintner. A fault of the cache is no error: what is not found is computed.

/// Whether numbers of this cost (entries of a matrix times right-hand sides) are worth keeping.
bool vt_cache_wanted(double cost);

/// Find the numbers that were kept under a key, of which exactly `count` there must be.
/// @param key    a sum of all that the numbers depend on, as vt_sha256 gives it
/// @param value  shape [count]; undefined if nothing is found
bool vt_cache_find(const char *key, ptrdiff_t count, double *value);
void vt_cache_keep(const char *key, ptrdiff_t count, const double *value);

#endif
