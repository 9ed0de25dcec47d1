// outline.c - the layout of a results file, from the file itself.
#include "checksum.h"
#include "reader.h"

#include <hdf5_hl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// What is known of a dataset while its group is listed.
typedef struct outline_item {
  const char *name, *path;
  bool scale;
  H5T_class_t class;
  size_t bytes;
  int axes;
  int64_t size[VT_MAX_DIMENSIONS + 1];
  const char *axis[VT_MAX_DIMENSIONS + 1];
} outline_item;

typedef struct outline {
  vt_reader *reader;
  vt_layout *layout;
  const char *group; // that is listed; "" for the root
  int last_axis;     // that was added, or -1
  vt_error done;
} outline;

// A number along an axis, or of a group.
typedef struct constant_source {
  vt_reader *reader;
  const char *path;
  ptrdiff_t cells;
} constant_source;

static vt_error join(const outline *o, const char *group, const char *name, const char **path) {
  vt_text text = {0};
  vt_error made = vt_text_add(&text, "%s%s%s", group, group[0] ? "/" : "", name);
  if (made == VT_OK) made = vt_arena_text(o->reader->arena, text.bytes, text.length, path);
  vt_text_free(&text);
  return made;
}

static bool is_scale(hid_t dataset) {
  return H5Aexists(dataset, "CLASS") > 0 && H5DSis_scale(dataset) > 0;
}

static vt_error look_at(const outline *o, const char *name, outline_item *it) {
  vt_h5_pool pool = {0};
  vt_opened opened;
  *it = (outline_item){.name = name};
  VT_TRY(join(o, o->group, name, &it->path));
  vt_error done = vt_reader_open_dataset(o->reader, it->path, &pool, &opened);
  if (done == VT_OK) {
    it->scale = is_scale(opened.dataset);
    it->class = H5Tget_class(opened.type);
    it->bytes = H5Tget_size(opened.type);
    done = vt_reader_shape(o->reader, it->path, &it->axes, it->size, it->axis);
  }
  vt_h5_release(&pool);
  return done;
}

// ---------------------------------------------------------------------------------------------
// Axes.

static vt_error read_numbers(const outline *o, const outline_item *it, const double **number) {
  double *value;
  VT_ARENA_NEW(o->reader->arena, value, it->size[0]);
  *number = value;
  return vt_reader_read_rows(o->reader, it->path, 0, it->size[0], value);
}

static vt_error find_labels(const outline *o, const outline_item *it, const char *const **label) {
  *label = vt_reader_labels(o->reader, it->path);
  VT_CHECK(*label, VT_ERR_INPUT, "%s: '%s' has no labels that can be read", o->reader->path,
           it->path);
  return VT_OK;
}

static vt_error add_axis(outline *o, const outline_item *it) {
  vt_dimension axis = {.name = it->name,
                       .long_name = vt_reader_text_of(o->reader, it->path, "long_name"),
                       .size = (ptrdiff_t)it->size[0],
                       .integer = it->class == H5T_INTEGER};
  const char *scale = vt_reader_text_of(o->reader, it->path, "NAME");
  const bool bare = scale && strncmp(scale, "This is a netCDF dimension", 26) == 0;
  if (it->class == H5T_STRING) VT_TRY(find_labels(o, it, &axis.label));
  if (it->class != H5T_STRING && !bare) VT_TRY(read_numbers(o, it, &axis.number));
  return vt_layout_add_axis(o->layout, &axis, &o->last_axis);
}

// Texts and flags lie behind their axis.
static vt_error add_text(outline *o, const outline_item *it) {
  static const char *const suffix[VT_AXIS_TEXTS] = {"_name", "_unit", "_location", "_choice",
                                                    "_process"};
  if (it->axes != 1) return VT_OK;
  const int place = vt_layout_find_axis(o->layout, it->axis[0]);
  if (strcmp(it->axis[0], "scenario") == 0) {
    o->layout->scenario_text_name = it->name;
    return find_labels(o, it, &o->layout->scenario_text);
  }
  if (place < 0) return VT_OK;
  vt_dimension *axis = &o->layout->dimension[place];
  const size_t length = strlen(axis->name);
  for (int k = 0; k < VT_AXIS_TEXTS; k++) {
    if (strncmp(it->name, axis->name, length) == 0 && strcmp(it->name + length, suffix[k]) == 0)
      return find_labels(o, it, &axis->text[k]);
  }
  return VT_OK;
}

static bool is_flag(const outline *o, const outline_item *it) {
  return o->last_axis >= 0 && it->axes == 1 && it->class == H5T_INTEGER && it->bytes == 1 &&
         strcmp(it->axis[0], o->layout->dimension[o->last_axis].name) == 0;
}

static vt_error add_flag(outline *o, const outline_item *it) {
  vt_dimension *axis = &o->layout->dimension[o->last_axis];
  const double *number;
  int8_t *flag;
  VT_TRY(read_numbers(o, it, &number));
  VT_ARENA_NEW(o->reader->arena, flag, axis->size);
  for (ptrdiff_t i = 0; i < axis->size; i++) flag[i] = number[i] > 0;
  axis->flag = flag;
  axis->flag_name = it->name;
  axis->flag_long_name = vt_reader_text_of(o->reader, it->path, "long_name");
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Variables.

static bool storage_of(const outline_item *it, vt_storage *storage) {
  for (int s = VT_STORE_DOUBLE; s <= VT_STORE_INT32; s++) {
    const vt_h5_number number = vt_h5_number_of((vt_storage)s);
    *storage = (vt_storage)s;
    if (number.real == (it->class == H5T_FLOAT) && number.bytes == it->bytes) return true;
  }
  return false;
}

static vt_error has(const outline *o, const char *group, const char *name, const char *suffix,
                    bool *there) {
  const char *path;
  vt_text text = {0};
  vt_error made = vt_text_add(&text, "%s%s", name, suffix);
  if (made == VT_OK) made = join(o, group, text.bytes, &path);
  vt_text_free(&text);
  VT_TRY(made);
  *there = vt_reader_has(o->reader, path);
  return VT_OK;
}

static vt_error find_axes(const outline *o, const outline_item *it, int first, int *axis) {
  for (int a = first; a < it->axes; a++) {
    axis[a - first] = vt_layout_find_axis(o->layout, it->axis[a]);
    VT_CHECK(axis[a - first] >= 0 &&
                 o->layout->dimension[axis[a - first]].size == (ptrdiff_t)it->size[a],
             VT_ERR_INPUT, "%s: '%s' has an axis '%s' that is none of the file", o->reader->path,
             it->path, it->axis[a]);
  }
  return VT_OK;
}

static vt_error add_variable(outline *o, const outline_item *it, vt_group group) {
  const bool by_scenario = it->axes > 0 && strcmp(it->axis[0], "scenario") == 0;
  vt_variable v = {.name = it->name,
                   .long_name = vt_reader_text_of(o->reader, it->path, "long_name"),
                   .units = vt_reader_text_of(o->reader, it->path, "units"),
                   .group = group,
                   .once = !by_scenario && group == VT_GROUP_ROOT,
                   .reference = group == VT_GROUP_NOWHERE,
                   .note_name = "choices",
                   .note = vt_reader_text_of(o->reader, it->path, "choices")};
  int axis[VT_MAX_DIMENSIONS + 1], place;
  if (!storage_of(it, &v.storage)) return VT_OK;
  VT_CHECK(it->axes - by_scenario <= VT_MAX_DIMENSIONS, VT_ERR_INPUT, "%s: '%s' has too many axes",
           o->reader->path, it->path);
  VT_TRY(find_axes(o, it, by_scenario, axis));
  if (group == VT_GROUP_ROOT) {
    VT_TRY(has(o, "statistics", it->name, "_mean", &v.statistics));
    VT_TRY(has(o, "reference", it->name, "", &v.reference));
  }
  VT_TRY(vt_layout_add(o->layout, &v, it->axes - by_scenario, axis, &place));
  if (strcmp(it->name, "status") == 0) o->layout->status = place;
  return VT_OK;
}

static vt_error take_root(outline *o, const outline_item *it) {
  if (strcmp(it->name, "scenario") == 0) return VT_OK;
  if (it->scale) return add_axis(o, it);
  if (it->class == H5T_STRING) return add_text(o, it);
  if (is_flag(o, it)) return add_flag(o, it);
  o->last_axis = -1;
  return add_variable(o, it, VT_GROUP_ROOT);
}

// What the reference alone has.
static vt_error take_reference(outline *o, const outline_item *it) {
  const bool known = vt_layout_find(o->layout, it->name) >= 0;
  return it->scale || known || it->class == H5T_STRING || it->bytes < 2
             ? VT_OK
             : add_variable(o, it, VT_GROUP_NOWHERE);
}

// ---------------------------------------------------------------------------------------------
// Groups that do not depend on scenarios.

// A number that cannot be read is NaN.
static void fill_constant(const void *context, double *value) {
  const constant_source *f = context;
  for (ptrdiff_t i = 0; i < f->cells; i++) value[i] = (double)NAN;
  int axes;
  int64_t size[VT_MAX_DIMENSIONS + 1];
  const char *name[VT_MAX_DIMENSIONS + 1];
  if (vt_reader_shape(f->reader, f->path, &axes, size, name) == VT_OK && axes > 0)
    (void)vt_reader_read_rows(f->reader, f->path, 0, size[0], value);
}

static vt_storage constant_storage(const outline_item *it) {
  if (it->class != H5T_INTEGER) return VT_STORE_DOUBLE;
  return it->bytes == 1 ? VT_STORE_INT8 : it->bytes == 4 ? VT_STORE_INT32 : VT_STORE_INT64;
}

static vt_error take_constant(outline *o, const outline_item *it) {
  int axis[VT_MAX_DIMENSIONS + 1];
  constant_source *f;
  const bool number = (it->class == H5T_FLOAT || it->class == H5T_INTEGER) && it->axes > 0 &&
                      it->axes <= VT_MAX_DIMENSIONS;
  if (it->scale || !number) return VT_OK;
  VT_TRY(find_axes(o, it, 0, axis));
  VT_ARENA_NEW(o->reader->arena, f, 1);
  const vt_constant c = {.group = o->group,
                         .name = it->name,
                         .long_name = vt_reader_text_of(o->reader, it->path, "long_name"),
                         .units = vt_reader_text_of(o->reader, it->path, "units"),
                         .storage = constant_storage(it),
                         .fill = fill_constant,
                         .context = f};
  VT_TRY(vt_layout_add_constant(o->layout, &c, it->axes, axis));
  *f = (constant_source){
      o->reader, it->path,
      vt_constant_cells(o->layout, &o->layout->constant[o->layout->constants - 1])};
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Listing.

typedef vt_error take_item(outline *o, const outline_item *it);

typedef struct outline_list {
  outline *o;
  take_item *take;    // datasets
  const char **group; // names of groups
  int groups;
} outline_list;

static vt_error take_link(outline_list *l, hid_t group, const char *name) {
  H5O_info_t info;
  const char *kept;
  outline_item it;
  if (H5Oget_info_by_name2(group, name, &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0) return VT_OK;
  VT_TRY(vt_arena_text(l->o->reader->arena, name, (ptrdiff_t)strlen(name), &kept));
  if (info.type == H5O_TYPE_GROUP && l->group) l->group[l->groups++] = kept;
  if (info.type != H5O_TYPE_DATASET) return VT_OK;
  VT_TRY(look_at(l->o, kept, &it));
  return l->take(l->o, &it);
}

static herr_t visit(hid_t group, const char *name, const H5L_info_t *link, void *context) {
  outline_list *l = context;
  (void)link;
  l->o->done = take_link(l, group, name);
  return l->o->done == VT_OK ? 0 : -1;
}

static vt_error list(outline_list *l, const char *group) {
  const hid_t open = H5Gopen2(l->o->reader->file, group[0] ? group : "/", H5P_DEFAULT);
  H5G_info_t info;
  VT_H5(l->o->reader->path, "read", open);
  l->o->group = group;
  l->o->last_axis = -1;
  herr_t listed = H5Gget_info(open, &info);
  if (listed >= 0 && !group[0]) {
    l->group = vt_arena_calloc(l->o->reader->arena, (ptrdiff_t)info.nlinks + 1, sizeof *l->group);
    listed = l->group ? 0 : -1;
  }
  if (listed >= 0) listed = H5Literate(open, H5_INDEX_CRT_ORDER, H5_ITER_INC, NULL, visit, l);
  (void)H5Gclose(open);
  VT_TRY(l->o->done);
  VT_H5(l->o->reader->path, "read", listed);
  return VT_OK;
}

static bool is_of_rows(const char *group) {
  static const char *const known[] = {"statistics", "sensitivity", "reference", "performance",
                                      "regret"};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (strcmp(known[i], group) == 0) return true;
  }
  return false;
}

static vt_error read_first(const outline *o) {
  double first;
  VT_TRY(vt_reader_read_rows(o->reader, "scenario", 0, 1, &first));
  o->layout->first = first >= 0 ? (int64_t)first : 0;
  return VT_OK;
}

static vt_error read_outline(outline *o) {
  int axes;
  int64_t size[VT_MAX_DIMENSIONS + 1];
  const char *name[VT_MAX_DIMENSIONS + 1];
  outline_list root = {.o = o, .take = take_root};
  outline_list reference = {.o = o, .take = take_reference};
  VT_TRY(vt_reader_shape(o->reader, "status", &axes, size, name));
  VT_CHECK(axes == 1 && size[0] > 0, VT_ERR_INPUT, "%s: found no scenario in it", o->reader->path);
  o->layout->scenarios = size[0];
  VT_TRY(read_first(o));
  VT_TRY(list(&root, ""));
  VT_CHECK(o->layout->status >= 0, VT_ERR_INPUT, "%s: 'status' is none of a run", o->reader->path);
  if (vt_reader_has(o->reader, "reference")) VT_TRY(list(&reference, "reference"));
  for (int g = 0; g < root.groups; g++) {
    outline_list constants = {.o = o, .take = take_constant};
    if (!is_of_rows(root.group[g])) VT_TRY(list(&constants, root.group[g]));
  }
  return VT_OK;
}

vt_error vt_reader_layout(vt_reader *reader, vt_layout **layout) {
  outline o = {.reader = reader, .last_axis = -1};
  *layout = NULL;
  VT_TRY(vt_layout_create(&o.layout));
  const vt_error done = read_outline(&o);
  if (done != VT_OK) vt_layout_free(o.layout);
  VT_TRY(done);
  *layout = o.layout;
  return VT_OK;
}
