// test_halt.c - a word for all ranks, some of which are taken to be on other nodes.
#include "halt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

// Until the word has come; a minute is for ever.
static void wait_for(vt_halt *h, vt_stop level) {
  for (int i = 0; i < 60000 && vt_stop_asked() < level; i++) {
    assert_int_equal(vt_halt_poll(h), VT_OK);
    (void)usleep(1000);
  }
  assert_int_equal(vt_stop_asked(), level);
}

static void open_in_nodes_of(const vt_team *team, int ranks, vt_halt *h) {
  MPI_Comm node;
  assert_int_equal(MPI_Comm_split(team->comm, team->rank / ranks, team->rank, &node), MPI_SUCCESS);
  assert_int_equal(vt_halt_open_on(team, node, h), VT_OK);
}

static void a_word_reaches_all(void **state) {
  const vt_team *team = *state;
  if (team->size < 2) skip();
  vt_halt h;
  open_in_nodes_of(team, team->size - 1, &h);
  if (team->rank == team->size - 1) vt_stop_ask(VT_DRAIN);
  wait_for(&h, VT_DRAIN);
  assert_int_equal(vt_halt_close(&h), VT_OK);
  assert_int_equal(vt_stop_asked(), VT_DRAIN);
}

// Ranks that never looked have to be told at the end. After the first test: a word stays.
static void nobody_leaves_before_a_message_has_come(void **state) {
  const vt_team *team = *state;
  if (team->size < 2) skip();
  vt_halt h;
  open_in_nodes_of(team, 1, &h);
  assert_int_equal(vt_stop_asked(), VT_DRAIN);
  if (team->rank != 0) vt_stop_ask(VT_DROP);
  if (team->rank != 0) assert_int_equal(vt_halt_poll(&h), VT_OK);
  assert_int_equal(vt_halt_close(&h), VT_OK);
  assert_int_equal(vt_stop_asked(), VT_DROP);
}

int main(int argc, char **argv) {
  vt_team team;
  if (vt_team_open(&argc, &argv, &team) != VT_OK) return 1;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_prestate(a_word_reaches_all, &team),
      cmocka_unit_test_prestate(nobody_leaves_before_a_message_has_come, &team),
  };
  const int failed = cmocka_run_group_tests_name("halt", tests, NULL, NULL);
  vt_team_close(&team);
  return failed;
}
