// test_crew.c - ranks that solve together: the bits of one process, and errors that reach all of
// them. Under mpirun.
#include "background_case.h"

static void ranks_get_the_bits_of_one_process(void **state) {
  if (!launched()) skip();
  stream s = {18};
  dense d;
  int reference[LARGEST], product[DEMANDS];
  vt_final_demand demand[DEMANDS];
  draw_economy(&s, 55, 2, &d, reference);
  small *packed = make_small(&d);
  list_demands(d.n, demand, product);
  answers alone[3], together[3];
  memset(alone, 0, sizeof alone);
  memset(together, 0, sizeof together);
  vt_request one[3], all[3];
  for (int k = 0; k < 3; k++) {
    const ptrdiff_t count = k == 2 ? 1 : DEMANDS;
    one[k] = make_request(packed, count, demand, k == 0, k != 1, &alone[k]);
    all[k] = make_request(packed, count, demand, k == 0, k != 1, &together[k]);
  }
  vt_background *room;
  assert_ok(vt_background_create(MPI_COMM_WORLD, &room));
  assert_ok(vt_background_run(*state, 3, one));
  assert_ok(vt_background_run(room, 3, all));
  assert_memory_equal(alone, together, sizeof alone);
  assert_memory_equal(one[0].supply, all[0].supply, DEMANDS * 55 * sizeof(double));
  // A request that only one rank finds to be singular ends all of them, with the same text.
  packed->value[0][0] = NAN;
  int size;
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  assert_int_equal(vt_background_run(room, 1, all + 2), VT_ERR_INPUT);
  assert_non_null(strstr(vt_error_message(), "not finite"));
  free(one[0].supply);
  free(all[0].supply);
  free(packed);
  // `room` is not freed: PETSc is stopped with the other one.
  free(room);
}

static void rank_0_alone_gets_what_only_it_wants(void **state) {
  if (!launched()) skip();
  stream s = {20};
  dense d;
  int reference[LARGEST], product[DEMANDS], rank;
  vt_final_demand demand[DEMANDS];
  draw_economy(&s, 55, 2, &d, reference);
  small *packed = make_small(&d);
  list_demands(d.n, demand, product);
  answers alone, together;
  double tables[DEMANDS][TABLES], again[DEMANDS][TABLES];
  vt_request one = make_request(packed, DEMANDS, demand, true, true, &alone);
  vt_request all = make_request(packed, DEMANDS, demand, true, true, &together);
  one.top = all.top = TOP;
  one.table = &tables[0][0];
  all.table = &again[0][0];
  all.first_only = true;
  vt_background *room;
  assert_ok(vt_background_create(MPI_COMM_WORLD, &room));
  assert_ok(vt_background_run_alone(*state, 1, &one));
  assert_ok(vt_background_run(room, 1, &all));
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (rank == 0) {
    assert_memory_equal(alone.score, together.score, sizeof alone.score);
    assert_memory_equal(alone.residual, together.residual, sizeof alone.residual);
    assert_memory_equal(alone.inventory, together.inventory, sizeof alone.inventory);
    assert_memory_equal(tables, again, sizeof tables);
    assert_memory_equal(one.supply, all.supply, DEMANDS * 55 * sizeof(double));
  }
  free(one.supply);
  free(all.supply);
  free(packed);
  // `room` is not freed: PETSc is stopped with the other one.
  free(room);
}

// Two requests of an economy each: together enough to be shared.
static void make_pair(stream *s, small *packed[2], int product[2][DEMANDS],
                      vt_final_demand demand[2][DEMANDS]) {
  for (int k = 0; k < 2; k++) {
    dense d;
    int reference[LARGEST];
    draw_economy(s, 50 + k, 2, &d, reference);
    packed[k] = make_small(&d);
    list_demands(d.n, demand[k], product[k]);
  }
}

static vt_request inventories(const small *packed, const vt_final_demand *demand, answers *a) {
  static const int kept[2] = {4, 1};
  vt_request r = make_request(packed, DEMANDS, demand, false, true, a);
  r.flow = kept;
  r.flow_count = 2;
  r.top = TOP;
  r.table = &a->table[0][0];
  return r;
}

static void rank_0_leads_and_the_others_help(void **state) {
  if (!launched()) skip();
  stream s = {21};
  small *packed[2];
  int product[2][DEMANDS], rank;
  vt_final_demand demand[2][DEMANDS];
  answers alone[2], led[2];
  vt_request one[2], all[2];
  make_pair(&s, packed, product, demand);
  memset(alone, 0, sizeof alone);
  memset(led, 0, sizeof led);
  for (int k = 0; k < 2; k++) {
    one[k] = inventories(packed[k], demand[k], &alone[k]);
    all[k] = inventories(packed[k], demand[k], &led[k]);
  }
  vt_background *room;
  assert_ok(vt_background_create(MPI_COMM_WORLD, &room));
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  if (rank == 0) {
    assert_ok(vt_background_run_alone(*state, 2, one));
    // Twice: who helps waits for more. A single one is not worth their while.
    for (int round = 0; round < 2; round++) {
      memset(led, 0, sizeof led);
      assert_ok(vt_background_lead(room, 2, all));
      assert_memory_equal(alone, led, sizeof alone);
    }
    assert_ok(vt_background_lead(room, 1, all));
    assert_ok(vt_background_dismiss(room));
    assert_ok(vt_background_dismiss(room));
  } else {
    assert_ok(vt_background_help(room));
  }
  for (int k = 0; k < 2; k++) free(packed[k]);
  // `room` is not freed: PETSc is stopped with the other one.
  free(room);
}

static void an_error_sends_all_ranks_home(void **state) {
  (void)state;
  if (!launched()) skip();
  stream s = {22};
  small *packed[2];
  int product[2][DEMANDS], rank;
  vt_final_demand demand[2][DEMANDS];
  answers a[2];
  vt_request all[2];
  make_pair(&s, packed, product, demand);
  for (int k = 0; k < 2; k++) all[k] = inventories(packed[k], demand[k], &a[k]);
  packed[1]->value[0][0] = NAN;
  vt_background *room;
  assert_ok(vt_background_create(MPI_COMM_WORLD, &room));
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  const vt_error ended = rank == 0 ? vt_background_lead(room, 2, all) : vt_background_help(room);
  assert_int_equal(ended, VT_ERR_INPUT);
  assert_non_null(strstr(vt_error_message(), "not finite"));
  if (rank == 0) assert_ok(vt_background_dismiss(room));
  for (int k = 0; k < 2; k++) free(packed[k]);
  free(room);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ranks_get_the_bits_of_one_process),
      cmocka_unit_test(rank_0_alone_gets_what_only_it_wants),
      cmocka_unit_test(rank_0_leads_and_the_others_help),
      cmocka_unit_test(an_error_sends_all_ranks_home),
  };
  return cmocka_run_group_tests(tests, open_room, close_room);
}
