// maker.h - building blocks of a new results file: attributes, axes, variables, groups.
//
// What makes HDF5 a netCDF-4 file: creation order tracked everywhere, axes as dimension scales with
// `_Netcdf4Dimid`, `_NCProperties` on the root. xarray loads one group at a time, so each group has
// its own copies of the axes that its variables use.
#ifndef VT_RESULTS_MAKER_H
#define VT_RESULTS_MAKER_H

#include "h5.h"

enum { VT_FIELD_AXES = VT_MOST_GROUPINGS + VT_MAX_DIMENSIONS + 2 };

typedef struct vt_maker {
  const char *path; ///< for messages
  const vt_layout *layout;
  hid_t file;
  hid_t text_type, scalar;
  vt_h5_pool pool; ///< all handles but the file
  vt_arena *arena;
  int axes, axis_room;
  vt_dimension *axis; ///< shape [axes]: those of the layout, the three below, then further ones
  int scenario_axis, quantile_axis, outcome_axis;
  int netcdf_dimensions; ///< ids given so far
} vt_maker;

/// A group and its own copies of the axes.
typedef struct vt_maker_group {
  hid_t id;
  hid_t *scale; ///< shape [axes], negative where the group has none
} vt_maker_group;

/// A dataset to make.
typedef struct vt_field {
  const char *name, *long_name, *units;
  hid_t type;
  int axes;
  int axis[VT_FIELD_AXES];
} vt_field;

/// Call HDF5 for the new file.
#define MADE(m, ...) VT_H5((m)->path, "created", __VA_ARGS__)

/// The field of something along one axis, without unit.
vt_field vt_maker_along(const char *name, const char *long_name, hid_t type, int axis);

/// An axis that groups may have: a name means one thing in the file. Made before them.
vt_error vt_maker_axis(vt_maker *m, const vt_dimension *axis, int *place);

/// How a file, a group or a dataset is created, as netCDF-4 wants it.
vt_error vt_maker_properties(vt_maker *m, hid_t class, hid_t *properties);

vt_error vt_maker_put_values(const vt_maker *m, hid_t object, const char *name, hid_t type,
                             hid_t space, const void *value);
/// A text attribute; bytes that are not UTF-8 become U+FFFD.
vt_error vt_maker_put_text(const vt_maker *m, hid_t object, const char *name, const char *text);

/// What the numbers of a status mean.
vt_error vt_maker_put_outcomes(const vt_maker *m, hid_t dataset);

/// A group below the root.
vt_error vt_maker_group_add(vt_maker *m, const char *name, vt_maker_group *g);

/// The axes of a group with their coordinates and texts, the scenario first.
///
/// @param used  shape [axes]
vt_error vt_maker_add_axes(vt_maker *m, vt_maker_group *g, const bool *used);

/// A variable on axes of its group. The maker owns *dataset, which may be NULL.
vt_error vt_maker_add_variable(vt_maker *m, const vt_maker_group *g, const vt_field *f,
                               hid_t *dataset);

#endif
