// tables.c - tables of a store: structs of arrays, written and read column by column.
#include "store.h"

#include <string.h>

#define COLUMN(table, column, type, items)                                                         \
  { #column, VT_COLUMN_##type, items, offsetof(table, column) }

const vt_table_column vt_database_columns[VT_DATABASE_COLUMNS] = {
    COLUMN(vt_stored_databases, name, TEXT, 1),
    COLUMN(vt_stored_databases, stem, TEXT, 1),
    COLUMN(vt_stored_databases, metadata, TEXT, 1),
    COLUMN(vt_stored_databases, kind, INT8, 1),
    COLUMN(vt_stored_databases, project, INT32, 1),
    COLUMN(vt_stored_databases, date, INT32, VT_DATE),
    COLUMN(vt_stored_databases, nodes, INT32, 1),
    COLUMN(vt_stored_databases, exchanges, INT64, 1),
    COLUMN(vt_stored_databases, records, INT64, 1),
    COLUMN(vt_stored_databases, depend_count, INT32, 1)};

const vt_table_column vt_method_columns[VT_METHOD_COLUMNS] = {
    COLUMN(vt_stored_methods, unit, TEXT, 1), COLUMN(vt_stored_methods, kind, INT8, 1),
    COLUMN(vt_stored_methods, origin, INT8, 1), COLUMN(vt_stored_methods, parts, INT32, 1),
    COLUMN(vt_stored_methods, factors, INT64, 1)};

const vt_table_column vt_parameter_columns[VT_PARAMETER_COLUMNS] = {
    COLUMN(vt_stored_parameters, name, TEXT, 1),
    COLUMN(vt_stored_parameters, formula, TEXT, 1),
    COLUMN(vt_stored_parameters, database, TEXT, 1),
    COLUMN(vt_stored_parameters, group, TEXT, 1),
    COLUMN(vt_stored_parameters, code, TEXT, 1),
    COLUMN(vt_stored_parameters, amount, FLOAT64, 1),
    COLUMN(vt_stored_parameters, project, INT32, 1),
    COLUMN(vt_stored_parameters, scope, INT8, 1)};

const vt_table_column vt_parameter_group_columns[VT_PARAMETER_GROUP_COLUMNS] = {
    COLUMN(vt_stored_parameter_groups, name, TEXT, 1),
    COLUMN(vt_stored_parameter_groups, database, TEXT, 1),
    COLUMN(vt_stored_parameter_groups, project, INT32, 1),
    COLUMN(vt_stored_parameter_groups, orders, INT32, 1)};

const vt_table_column vt_parameter_exchange_columns[VT_PARAMETER_EXCHANGE_COLUMNS] = {
    COLUMN(vt_stored_parameter_exchanges, group, TEXT, 1),
    COLUMN(vt_stored_parameter_exchanges, formula, TEXT, 1),
    COLUMN(vt_stored_parameter_exchanges, project, INT32, 1),
    COLUMN(vt_stored_parameter_exchanges, exchange, INT64, 1)};

const vt_table_column vt_group_columns[VT_GROUP_COLUMNS] = {
    COLUMN(vt_stored_groups, group, TEXT, 1),     COLUMN(vt_stored_groups, matrix, TEXT, 1),
    COLUMN(vt_stored_groups, array, INT8, 1),     COLUMN(vt_stored_groups, single, INT8, 1),
    COLUMN(vt_stored_groups, records, INT64, 1),  COLUMN(vt_stored_groups, columns, INT64, 1),
    COLUMN(vt_stored_groups, location, INT64, 2), COLUMN(vt_stored_groups, method, INT32, 1)};

static void *member_of(const void *table, const vt_table_column *column) {
  void *values;
  memcpy(&values, (const char *)table + column->member, sizeof values);
  return values;
}

vt_error vt_table_create(vt_arena *arena, int columns, const vt_table_column *column,
                         ptrdiff_t rows, void *table) {
  for (int c = 0; c < columns; c++) {
    const bool text = column[c].type == VT_COLUMN_TEXT;
    const size_t bytes = text ? sizeof(const char *) : vt_column_bytes(column[c].type);
    char *values;
    VT_ARENA_NEW(arena, values, rows * column[c].items * (ptrdiff_t)bytes);
    memcpy((char *)table + column[c].member, &values, sizeof values);
  }
  return VT_OK;
}

vt_error vt_table_make(vt_store_maker *m, hid_t at, int columns, const vt_table_column *column,
                       ptrdiff_t rows, const void *table) {
  for (int c = 0; c < columns; c++) {
    const vt_column_type type = column[c].type;
    const char *name = column[c].name;
    const void *values = member_of(table, &column[c]);
    if (type == VT_COLUMN_TEXT)
      VT_TRY(vt_make_texts(m, at, name, m->pool, rows, values));
    else if (type == VT_COLUMN_FLOAT64)
      VT_TRY(vt_make_reals(m, at, name, rows, values));
    else
      VT_TRY(vt_make_column(m, at, name, type, rows * column[c].items, values));
  }
  return VT_OK;
}

vt_error vt_table_take(vt_store *store, hid_t at, int columns, const vt_table_column *column,
                       ptrdiff_t rows, void *table, const char *first, const char *lacking) {
  bool whole = true;
  for (int c = 0; c < columns; c++) {
    const char *name = column[c].name, **texts;
    void *values = NULL;
    double *reals;
    if (column[c].type == VT_COLUMN_TEXT) {
      VT_TRY(vt_column_take_texts(store, at, name, rows, &store->pool, &texts));
      values = texts;
    } else if (column[c].type == VT_COLUMN_FLOAT64) {
      VT_TRY(vt_column_take_reals(store, at, name, rows, store->scratch, &reals));
      values = reals;
    } else {
      VT_TRY(vt_column_take(store, at, name, column[c].type, rows * column[c].items, &values));
    }
    memcpy((char *)table + column[c].member, &values, sizeof values);
    whole = whole && values;
  }
  return whole ? VT_OK : vt_store_fail(store, at, first, lacking);
}
