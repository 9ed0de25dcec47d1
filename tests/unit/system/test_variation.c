// test_variation.c - which exchanges vary, the keys of their draws, and what is drawn: against an
// independent SHA-256, the distributions' own quantiles, and moments of closed forms.
#include "database_files.h"
#include "vintner/variation.h"

// ---------------------------------------------------------------------------------------------
// SHA-256 (FIPS 180-4), the first 8 bytes of the digest, little-endian. Its constants are the
// fractions of roots of the first primes, found here.

static uint32_t fraction(double root_of, bool cube) {
  long double root = cube ? cbrtl((long double)root_of) : sqrtl((long double)root_of);
  root -= floorl(root);
  return (uint32_t)(root * 4294967296.0L);
}

static void primes(int count, double *prime) {
  int found = 0;
  for (int p = 2; found < count; p++) {
    bool is_prime = true;
    for (int q = 2; q * q <= p; q++) is_prime = is_prime && p % q != 0;
    if (is_prime) prime[found++] = p;
  }
}

static uint32_t turn(uint32_t x, int by) {
  return x >> by | x << (32 - by);
}

static void sha_block(const unsigned char *block, const uint32_t *constant, uint32_t *state) {
  uint32_t w[64], v[8];
  for (int i = 0; i < 16; i++)
    w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
           (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
  for (int i = 16; i < 64; i++) {
    const uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + w[i - 7] + (turn(a, 7) ^ turn(a, 18) ^ a >> 3) +
           (turn(b, 17) ^ turn(b, 19) ^ b >> 10);
  }
  memcpy(v, state, sizeof v);
  for (int i = 0; i < 64; i++) {
    const uint32_t choose = (v[4] & v[5]) ^ (~v[4] & v[6]);
    const uint32_t most = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
    const uint32_t first =
        v[7] + (turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25)) + choose + constant[i] + w[i];
    const uint32_t second = (turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22)) + most;
    memmove(v + 1, v, 7 * sizeof *v);
    v[4] += first;
    v[0] = first + second;
  }
  for (int i = 0; i < 8; i++) state[i] += v[i];
}

static uint64_t sha_stream(const unsigned char *bytes, size_t length) {
  double prime[64];
  uint32_t constant[64], state[8];
  primes(64, prime);
  for (int i = 0; i < 64; i++) constant[i] = fraction(prime[i], true);
  for (int i = 0; i < 8; i++) state[i] = fraction(prime[i], false);
  unsigned char padded[1024] = {0};
  const size_t blocks = (length + 9 + 63) / 64;
  assert_true(blocks * 64 <= sizeof padded);
  memcpy(padded, bytes, length);
  padded[length] = 0x80;
  for (int i = 0; i < 8; i++)
    padded[blocks * 64 - 1 - (size_t)i] = (unsigned char)((uint64_t)length * 8 >> 8 * i);
  for (size_t b = 0; b < blocks; b++) sha_block(padded + 64 * b, constant, state);
  uint64_t stream = 0;
  for (int i = 0; i < 8; i++)
    stream |= (uint64_t)(state[i / 4] >> (24 - 8 * (i % 4)) & 255) << 8 * i;
  return stream;
}

// Fields of text, then the place as a number.
static uint64_t key_of(int fields, const char *const *field, double place) {
  unsigned char bytes[900];
  size_t filled = 0;
  for (int f = 0; f < fields; f++) {
    const size_t length = strlen(field[f]);
    assert_true(filled + length + 16 < sizeof bytes);
    for (int i = 0; i < 8; i++) bytes[filled++] = (unsigned char)((uint64_t)length >> 8 * i);
    memcpy(bytes + filled, field[f], length);
    filled += length;
  }
  uint64_t word;
  memcpy(&word, &place, sizeof word);
  for (int i = 0; i < 8; i++) bytes[filled++] = (unsigned char)(word >> 8 * i);
  return sha_stream(bytes, filled);
}

static void the_sum_is_sha_256(void **state) {
  (void)state;
  // FIPS 180-4's example "abc": ba7816bf 8f01cfea...
  assert_int_equal(sha_stream((const unsigned char *)"abc", 3), UINT64_C(0xeacf018fbf1678ba));
}

// ---------------------------------------------------------------------------------------------
// Two snapshots of one small economy as a document.

#define STEEL(db, gsd, place)                                                                      \
  "'" db "': {'data': {"                                                                           \
  " '" db "_s': {'name': 'steel making', 'reference product': 'steel', 'location': '" place        \
  "', 'exchanges': ["                                                                              \
  "   {'input': ['" db "', '" db "_s'], 'type': 'production', 'amount': 1},"                       \
  "   {'input': ['" db "', '" db "_p'], 'type': 'technosphere', 'amount': 2,"                      \
  "    'uncertainty type': 2, 'loc': 0.6931471805599453, 'scale': " gsd "},"                       \
  "   {'input': ['bio', 'co2'], 'type': 'biosphere', 'amount': 3,"                                 \
  "    'uncertainty type': 2, 'loc': 1.0986122886681098, 'scale': 0.2}]},"                         \
  " '" db "_p': {'name': 'power plant', 'reference product': 'power', 'location': 'DE',"           \
  "  'exchanges': [{'input': ['" db "', '" db "_p'], 'type': 'production', 'amount': 1},"          \
  "   {'input': ['bio', 'co2'], 'type': 'biosphere', 'amount': 5,"                                 \
  "    'uncertainty type': 2, 'loc': 1.6094379124341003, 'scale': 0.25}]},"                        \
  " '" db "_x': {'name': 'nobody buys it', 'reference product': 'x', 'exchanges': ["               \
  "   {'input': ['" db "', '" db "_x'], 'type': 'production', 'amount': 1},"                       \
  "   {'input': ['" db "', '" db "_p'], 'type': 'technosphere', 'amount': 1,"                      \
  "    'uncertainty type': 4, 'minimum': 1, 'maximum': 2}]}}}"

static const char document[] =
    "{'databases': {'bio': {'data': {'co2': {'type': 'emission', 'name': 'CO2', 'unit': 'kg',"
    " 'categories': ['air', 'urban']}}}," STEEL("old", "0.3", "DE") "," STEEL(
        "new", "0.3", "DE") "," STEEL("other", "0.1", "FR") "},"
                                                            "'methods': [{'name': ['gwp', '100'], "
                                                            "'unit': 'kg', 'cfs': [[['bio', "
                                                            "'co2'], {'amount': 4, 'uncertainty "
                                                            "type': 3, 'loc': 4, 'scale': "
                                                            "0.5}]]}]}";

enum { SNAPSHOTS = 3, SCENARIOS = 4000 };
static const char *const names[SNAPSHOTS] = {"old", "new", "other"};

typedef struct economy {
  vt_database_set *set;
  vt_system *system[SNAPSHOTS];
  vt_variation_snapshot snapshot[SNAPSHOTS];
  int steel[SNAPSHOTS], power[SNAPSHOTS], row[SNAPSHOTS], co2, method;
  vt_variation_plan plan;
} economy;

static int node_of(vt_database_set *set, const char *database, const char *suffix) {
  int d, node;
  char code[32];
  must(vt_database_find(set, database, &d));
  (void)snprintf(code, sizeof code, "%s%s", suffix[0] == '_' ? database : "", suffix);
  must(vt_node_find(set, d, code, &node));
  return node;
}

static void open_economy(economy *e, int snapshots) {
  *e = (economy){0};
  write_text("economy.json", document);
  e->set = read_one("economy.json");
  const char *const part[] = {"gwp", "100"};
  must(vt_method_find(e->set, VT_MATRIX_CHARACTERIZATION, 2, part, &e->method));
  for (int s = 0; s < snapshots; s++) e->system[s] = make_system(e->set, names[s]);
  e->co2 = node_of(e->set, "bio", "co2");
  for (int s = 0; s < snapshots; s++) {
    e->steel[s] = node_of(e->set, names[s], "_s");
    e->power[s] = node_of(e->set, names[s], "_p");
    e->row[s] = e->system[s]->row_of[e->steel[s]];
    e->snapshot[s] = (vt_variation_snapshot){e->system[s], 1, &e->row[s], NULL, false};
  }
  e->plan = (vt_variation_plan){.set = e->set,
                                .choice = {.technosphere = true, .biosphere = true},
                                .snapshots = snapshots,
                                .snapshot = e->snapshot,
                                .array_column = VT_NO_COLUMN};
}

static void close_economy(economy *e) {
  for (int s = 0; s < SNAPSHOTS; s++) vt_system_free(e->system[s]);
  vt_database_set_free(e->set);
}

static vt_drawn_exchange shown(const vt_variation *v, uint64_t seed, int64_t k, int snapshot,
                               int from, int to) {
  vt_drawn_exchange *all;
  int count;
  must(vt_variation_show(v, seed, k, snapshot, from, to, &count, &all));
  assert_int_equal(count, 1);
  const vt_drawn_exchange one = all[0];
  free(all);
  return one;
}

static void keys_are_those_of_labels(void **state) {
  (void)state;
  economy e;
  vt_variation *v;
  open_economy(&e, SNAPSHOTS);
  must(vt_variation_create(&e.plan, &v));
  const char *const bought[] = {"technosphere", "power plant", "power", "DE",
                                "steel making", "steel",       "DE",    "technosphere"};
  const char *const emitted[] = {
      "biosphere", "CO2", "[\"air\",\"urban\"]", "kg", "steel making", "steel", "FR", "biosphere"};
  for (int s = 0; s < 2; s++)
    assert_int_equal(shown(v, 1, 0, s, e.power[s], e.steel[s]).stream, key_of(8, bought, 0));
  assert_int_equal(shown(v, 1, 0, 2, e.co2, e.steel[2]).stream, key_of(8, emitted, 0));
  const vt_drawn_exchange made = shown(v, 1, 0, 0, e.steel[0], e.steel[0]);
  assert_false(made.drawn);
  assert_string_equal(made.type, "production");
  int count;
  vt_drawn_exchange *all;
  must_fail(vt_variation_show(v, 1, 0, 0, e.co2, e.steel[1], &count, &all), "'co2'", "'new_s'");
  assert_null(all);
  vt_variation_free(v);
  close_economy(&e);
}

static void snapshots_share_draws(void **state) {
  (void)state;
  economy e;
  vt_variation *v;
  vt_sample *sample;
  open_economy(&e, SNAPSHOTS);
  must(vt_variation_create(&e.plan, &v));
  must(vt_sample_create(v, &sample));
  const vt_variation_counts *counts = vt_variation_count(v);
  assert_int_equal(counts->exchanges, 9); // what nobody buys takes no part
  assert_int_equal(counts->unreached, 3);
  assert_int_equal(counts->streams, 5); // the plant is in Germany in all three
  assert_int_equal(counts->draws, 5);
  assert_int_equal(counts->invalid + counts->constant, 0);
  double square[2] = {0};
  for (int k = 0; k < SCENARIOS; k++) {
    double bought[SNAPSHOTS];
    vt_variation_draw(v, 7, k, sample);
    for (int s = 0; s < SNAPSHOTS; s++) {
      const vt_system *system = e.system[s];
      vt_sparse a = system->technosphere;
      a.value = sample->snapshot[s].technosphere;
      bought[s] = -cell_of(&a, system->row_of[e.power[s]], system->column_of[e.steel[s]]);
      const vt_drawn_exchange x = shown(v, 7, k, s, e.power[s], e.steel[s]);
      assert_true(x.amount >= bought[s] && x.amount <= bought[s]); // the same bits
      assert_near(x.stored, 2, 0);
      assert_near(cell_of(&a, system->row_of[e.steel[s]], system->column_of[e.steel[s]]), 1, 0);
    }
    const double shared = log((bought[0] + bought[1]) / 4);
    const double apart = log(bought[0] / 2) / 2 + log(bought[2] / 2) / 2;
    square[0] += shared * shared;
    square[1] += apart * apart;
  }
  // The sd of an estimated variance is sqrt(2 / n) of it.
  const double error = 4 * sqrt(2.0 / SCENARIOS);
  assert_near(square[0] / SCENARIOS, 0.09, error);
  assert_near(square[1] / SCENARIOS, (0.09 + 0.01) / 4, error); // independent
  vt_sample_free(sample);
  vt_variation_free(v);
  close_economy(&e);
}

// The score of steel, (3 a + 2 b * 5 c) * 4 with median factors: its parts are lognormal.
static void products_of_lognormals_have_their_moments(void **state) {
  (void)state;
  economy e;
  vt_variation *v;
  vt_sample *sample;
  open_economy(&e, 1);
  e.plan.choice.methods = true;
  e.plan.methods = 1;
  e.plan.method = &e.method;
  must(vt_variation_create(&e.plan, &v));
  must(vt_sample_create(v, &sample));
  assert_int_equal(vt_variation_count(v)->exchanges, 4);
  double sum[3] = {0}, square[3] = {0};
  const vt_system *system = e.system[0];
  const int steel = system->column_of[e.steel[0]], power = system->column_of[e.power[0]];
  vt_sparse a = system->technosphere, b = system->biosphere;
  a.value = sample->snapshot[0].technosphere;
  b.value = sample->snapshot[0].biosphere;
  for (int k = 0; k < SCENARIOS; k++) {
    vt_variation_draw(v, 3, k, sample);
    const double indirect = -cell_of(&a, system->row_of[e.power[0]], steel) * cell_of(&b, 0, power);
    const double item[] = {log(indirect / 10), log(cell_of(&b, 0, steel) / 3),
                           sample->snapshot[0].factor[0] - 4};
    for (int i = 0; i < 3; i++) {
      sum[i] += item[i];
      square[i] += item[i] * item[i];
    }
  }
  const double variance[] = {0.3 * 0.3 + 0.25 * 0.25, 0.04, 0.25};
  for (int i = 0; i < 3; i++) {
    assert_true(fabs(sum[i] / SCENARIOS) <= 4 * sqrt(variance[i] / SCENARIOS));
    assert_near(square[i] / SCENARIOS, variance[i], 4 * sqrt(2.0 / SCENARIOS));
  }
  const char *const key[] = {"gwp, 100", "co2"};
  const double u = vt_random_uniform(3, VT_PURPOSE_FACTOR, 9, key_of(2, key, 0), 0);
  double z;
  vt_normal_quantiles(1, &u, &z);
  vt_variation_draw(v, 3, 9, sample);
  assert_near(sample->snapshot[0].factor[0], 4 + 0.5 * z, 1e-15);
  vt_sample_free(sample);
  vt_variation_free(v);
  close_economy(&e);
}

static void a_mean_is_kept_where_asked_for(void **state) {
  (void)state;
  economy e;
  vt_variation *median, *mean;
  open_economy(&e, 1);
  must(vt_variation_create(&e.plan, &median));
  e.plan.choice.mean = true;
  must(vt_variation_create(&e.plan, &mean));
  const double first = shown(median, 1, 4, 0, e.power[0], e.steel[0]).amount;
  assert_near(shown(mean, 1, 4, 0, e.power[0], e.steel[0]).amount, first * exp(-0.045), 1e-14);
  vt_variation_free(mean);
  vt_variation_free(median);
  close_economy(&e);
}

static void only_what_is_chosen_and_counts_varies(void **state) {
  (void)state;
  economy e;
  vt_variation *v;
  vt_sample *sample;
  open_economy(&e, 2);
  const struct {
    bool technosphere, biosphere, all_flows;
    int databases, exchanges;
  } tries[] = {{true, false, true, 0, 2},
               {false, true, true, 0, 4},
               {true, true, false, 0, 2},
               {true, true, true, 1, 3},
               {false, false, true, 0, 0}};
  const bool none = false;
  int database;
  must(vt_database_find(e.set, "new", &database));
  for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
    e.plan.choice = (vt_variation_choice){.technosphere = tries[i].technosphere,
                                          .biosphere = tries[i].biosphere,
                                          .databases = tries[i].databases,
                                          .database = &database};
    for (int s = 0; s < 2; s++) e.snapshot[s].flow = tries[i].all_flows ? NULL : &none;
    must(vt_variation_create(&e.plan, &v));
    must(vt_sample_create(v, &sample));
    assert_int_equal(vt_variation_count(v)->exchanges, tries[i].exchanges);
    vt_variation_draw(v, 1, 1, sample);
    const vt_sparse *b = &e.system[0]->biosphere;
    const bool varies =
        memcmp(sample->snapshot[0].biosphere, b->value, (size_t)b->entries * sizeof *b->value) != 0;
    assert_int_equal(varies, tries[i].biosphere && tries[i].all_flows && !tries[i].databases);
    vt_sample_free(sample);
    vt_variation_free(v);
  }
  close_economy(&e);
}

// ---------------------------------------------------------------------------------------------
// Loose datapackages, with any distribution.

typedef struct spread {
  double type, loc, scale, shape, minimum, maximum, negative;
} spread;

static const char spread_type[] =
    "[('uncertainty_type', '<f8'), ('loc', '<f8'), ('scale', '<f8'), ('shape', '<f8'), ('minimum', "
    "'<f8'), ('maximum', '<f8'), ('negative', '<f8')]";

enum { PLACES = 40 };

// Process 11 makes product 1 and emits flows; `order` of its records.
static void write_package(const char *folder, int count, const int64_t *flow, const spread *spreads,
                          const double *data, bool backwards) {
  package_maker to;
  record records[PLACES];
  spread turned[PLACES];
  const record own = {1, 11, 1.0, false};
  assert_in_range(count, 1, PLACES);
  for (int i = 0; i < count; i++) {
    const int from = backwards ? count - 1 - i : i;
    records[i] = (record){flow[from], 11, data[from], false};
    turned[i] = spreads[from];
  }
  start_package(&to, folder);
  add_group(&to, "technosphere_matrix", "t", 1, &own, "");
  add_group(&to, "biosphere_matrix", "b", count, records, "");
  write_array(&to, "b", "distributions", spread_type, count, turned,
              (size_t)count * sizeof *turned);
  add_resource(&to, "biosphere_matrix", "b", "distributions", VECTOR);
  finish_package(&to, "");
}

typedef struct loose {
  vt_database_set *set;
  vt_system *system;
  int row, process;
  vt_variation_snapshot snapshot;
  vt_variation_plan plan;
} loose;

static void open_loose(loose *l, const char *folder) {
  *l = (loose){0};
  l->set = read_one(folder);
  must(vt_system_create(l->set, 0, NULL, VT_NO_COLUMN, &l->system));
  must(vt_node_find_id(l->set, 11, &l->process));
  l->snapshot = (vt_variation_snapshot){l->system, 1, &l->row, NULL, false};
  l->plan = (vt_variation_plan){.set = l->set,
                                .choice = {.technosphere = true, .biosphere = true},
                                .snapshots = 1,
                                .snapshot = &l->snapshot,
                                .array_column = VT_NO_COLUMN};
}

static void close_loose(loose *l) {
  vt_system_free(l->system);
  vt_database_set_free(l->set);
}

#define NONE ((double)NAN)

// Of each kind a row of stats_arrays and the same distribution as studies write it.
static const struct {
  spread row;
  vt_distribution same;
} kinds[] = {
    {{2, 0.5, 0.3, NONE, NONE, NONE, 0},
     {.kind = VT_LOGNORMAL, .parameter = {1.6487212707001282, 1.3498588075760032}}},
    {{2, 0.5, 0.3, NONE, NONE, NONE, 1},
     {.kind = VT_LOGNORMAL,
      .parameter = {1.6487212707001282, 1.3498588075760032},
      .negative = true}},
    {{2, 0.5, 0.3, NONE, -2, -1, 1},
     {.kind = VT_LOGNORMAL,
      .parameter = {1.6487212707001282, 1.3498588075760032},
      .negative = true,
      .min = -2,
      .max = -1}},
    {{3, 4, 2, NONE, NONE, NONE, 1}, {.kind = VT_NORMAL, .parameter = {4, 2}}},
    {{3, 4, 2, NONE, 5, NONE, 0}, {.kind = VT_NORMAL, .parameter = {4, 2}, .min = 5}},
    {{4, NONE, NONE, NONE, 2, 5, 0}, {.kind = VT_UNIFORM, .parameter = {2, 5}}},
    {{5, 3, NONE, NONE, 1, 8, 0}, {.kind = VT_TRIANGULAR, .parameter = {1, 3, 8}}},
    {{6, 0.3, NONE, NONE, NONE, NONE, 0}, {.kind = VT_BERNOULLI, .parameter = {0.3}}},
    {{7, NONE, NONE, NONE, NONE, 6, 0}, {.kind = VT_INTEGER, .parameter = {0, 5}}},
    {{7, NONE, NONE, NONE, 3, 6, 0}, {.kind = VT_INTEGER, .parameter = {3, 5}}},
    {{8, 1, 2, 1.5, NONE, NONE, 0}, {.kind = VT_WEIBULL, .parameter = {1.5, 2, 1}}},
    {{8, NONE, 2, 1.5, NONE, NONE, 1},
     {.kind = VT_WEIBULL, .parameter = {1.5, 2, 0}, .negative = true}},
    {{9, 1, 2, 1.5, NONE, 6, 0}, {.kind = VT_GAMMA, .parameter = {1.5, 2, 1}, .max = 6}},
    {{10, 2, NONE, 5, NONE, NONE, 0}, {.kind = VT_BETA, .parameter = {2, 5, 0, 1}}},
    {{10, 2, NONE, 5, 1, 4, 0}, {.kind = VT_BETA, .parameter = {2, 5, 1, 4}}},
    {{11, 1, 2, NONE, NONE, NONE, 0}, {.kind = VT_GUMBEL, .parameter = {1, 2}}},
    {{11, 1, 2, 0, NONE, NONE, 0}, {.kind = VT_GUMBEL, .parameter = {1, 2}}},
    {{12, NONE, NONE, 5, NONE, NONE, 0}, {.kind = VT_STUDENT, .parameter = {5, 0, 1}}},
    {{12, 1, 2, 5, NONE, NONE, 0}, {.kind = VT_STUDENT, .parameter = {5, 1, 2}}},
    {{13, 3, NONE, NONE, 1, 8, 0}, {.kind = VT_PERT, .parameter = {1, 3, 8, 4}}},
    {{13, 3, 2, NONE, 1, 8, 0}, {.kind = VT_PERT, .parameter = {1, 3, 8, 2}}},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void expect_kind(const loose *l, const vt_variation *v, vt_sample *sample, int kind,
                        vt_arena *arena) {
  vt_distribution d = kinds[kind].same;
  if (!(fabs(d.min) > 0)) d.min = -(double)INFINITY;
  if (!(fabs(d.max) > 0)) d.max = (double)INFINITY;
  must(vt_distribution_prepare(arena, &d));
  int flow;
  must(vt_node_find_id(l->set, 100 + kind, &flow));
  for (int k = 0; k < 60; k++) {
    vt_variation_draw(v, 11, k, sample);
    const vt_drawn_exchange x = shown(v, 11, k, 0, flow, l->process);
    assert_true(x.drawn && x.u > 0 && x.u < 1);
    assert_int_equal(x.uncertain.type, kinds[kind].row.type);
    const double expected = vt_distribution_quantile(&d, x.u);
    if (!(fabs(x.amount - expected) <= 1e-12 * fmax(fabs(expected), 1)))
      fail_msg("kind %d: found %.17g, expected %.17g", kind, x.amount, expected);
    vt_sparse b = l->system->biosphere;
    b.value = sample->snapshot[0].biosphere;
    for (int e = 0; e < l->system->flows; e++)
      if (l->system->flow[e] == flow) assert_near(cell_of(&b, e, 0), x.amount, 0);
  }
}

static void every_kind_gives_its_quantiles(void **state) {
  (void)state;
  int64_t flow[KINDS];
  spread spreads[KINDS];
  double data[KINDS];
  for (int i = 0; i < KINDS; i++) {
    flow[i] = 100 + i;
    spreads[i] = kinds[i].row;
    data[i] = 1;
  }
  write_package("kinds", KINDS, flow, spreads, data, false);
  loose l;
  vt_variation *v;
  vt_sample *sample;
  vt_arena *arena;
  open_loose(&l, "kinds");
  must(vt_arena_create(&arena));
  must(vt_variation_create(&l.plan, &v));
  must(vt_sample_create(v, &sample));
  assert_int_equal(vt_variation_count(v)->exchanges, KINDS);
  for (int i = 0; i < KINDS; i++) expect_kind(&l, v, sample, i, arena);
  vt_sample_free(sample);
  vt_variation_free(v);
  vt_arena_free(arena);
  close_loose(&l);
}

// Three exchanges of one cell, two of them equal, beside another cell.
static const int64_t parallel_flow[] = {7, 7, 8, 7};
static const spread parallel[] = {{2, 0, 0.5, NONE, NONE, NONE, 0},
                                  {4, NONE, NONE, NONE, 1, 2, 0},
                                  {3, 5, 1, NONE, NONE, NONE, 0},
                                  {2, 0, 0.5, NONE, NONE, NONE, 0}};
static const double parallel_data[] = {1, 1.5, 5, 1};

static void duplicates_are_drawn_one_by_one(void **state) {
  (void)state;
  write_package("parallel", 4, parallel_flow, parallel, parallel_data, false);
  loose l;
  vt_variation *v;
  vt_sample *sample;
  int flow, count;
  vt_drawn_exchange *all;
  open_loose(&l, "parallel");
  must(vt_variation_create(&l.plan, &v));
  must(vt_sample_create(v, &sample));
  must(vt_node_find_id(l.set, 7, &flow));
  must(vt_variation_show(v, 2, 5, 0, flow, l.process, &count, &all));
  assert_int_equal(count, 3);
  const char *const key[] = {"parallel", "biosphere", "7", "11"};
  // Ordered by type, amount, loc …, then as stored.
  const double place[] = {0, 2, 1};
  double sum = 0;
  for (int i = 0; i < count; i++) {
    assert_int_equal(all[i].stream, key_of(4, key, place[i]));
    sum += all[i].amount;
  }
  vt_variation_draw(v, 2, 5, sample);
  assert_near(sample->snapshot[0].biosphere[0], sum, 1e-15);
  free(all);
  vt_sample_free(sample);
  vt_variation_free(v);
  close_loose(&l);
}

static void draws_depend_on_nothing_else(void **state) {
  (void)state;
  vt_sample *sample[2];
  vt_variation *v[2];
  loose l[2];
  for (int way = 0; way < 2; way++) {
    // Backwards, and without the other cell.
    write_package("parallel", way == 0 ? 4 : 2, parallel_flow, parallel, parallel_data, way == 1);
    open_loose(&l[way], "parallel");
    must(vt_variation_create(&l[way].plan, &v[way]));
    must(vt_sample_create(v[way], &sample[way]));
  }
  int flow[2], count;
  for (int way = 0; way < 2; way++) must(vt_node_find_id(l[way].set, 7, &flow[way]));
  for (int k = 0; k < 20; k++) {
    double amount[2] = {0};
    for (int way = 0; way < 2; way++) {
      vt_drawn_exchange *all;
      must(vt_variation_show(v[way], 2, k, 0, flow[way], l[way].process, &count, &all));
      for (int i = 0; i < count; i++)
        if (all[i].uncertain.type == 2 && !(amount[way] > 0)) amount[way] = all[i].amount;
      free(all);
    }
    assert_memory_equal(&amount[0], &amount[1], sizeof *amount);
  }
  // Nor on what was drawn before, or done to it.
  double first[8];
  vt_variation_draw(v[0], 2, 3, sample[0]);
  memcpy(first, sample[0]->snapshot[0].biosphere, 2 * sizeof *first);
  for (int k = 9; k >= 3; k--) {
    sample[0]->snapshot[0].biosphere[1] = 0;
    vt_variation_draw(v[0], 2, k, sample[0]);
  }
  assert_memory_equal(first, sample[0]->snapshot[0].biosphere, 2 * sizeof *first);
  vt_variation_reference(v[0], sample[0]);
  assert_memory_equal(sample[0]->snapshot[0].biosphere, l[0].system->biosphere.value,
                      2 * sizeof *first);
  for (int way = 0; way < 2; way++) {
    vt_sample_free(sample[way]);
    vt_variation_free(v[way]);
    close_loose(&l[way]);
  }
}

static void rows_without_spread_stay_as_they_are(void **state) {
  (void)state;
  const spread rows[] = {
      {0, 1, NONE, NONE, NONE, NONE, 0},
      {1, 1, NONE, NONE, NONE, NONE, 0},
      {2, 0, 0, NONE, NONE, NONE, 0},
      {3, 1, 0, NONE, NONE, NONE, 0}, // constant from here
      {4, 1, NONE, NONE, 2, 2, 0},
      {5, 2, NONE, NONE, 2, 2, 0},
      {2, 0, 1, NONE, 3, 3, 0},
      {7, NONE, NONE, NONE, NONE, 0, 0},
      {2, NONE, 1, NONE, NONE, NONE, 0},
      {2, 0, -1, NONE, NONE, NONE, 0}, // invalid from here
      {2, 0, NONE, NONE, NONE, NONE, 0},
      {2, 0, 1, NONE, -2, -1, 0},
      {3, INFINITY, 1, NONE, NONE, NONE, 0},
      {4, 1, NONE, NONE, NONE, 2, 0},
      {4, 1, NONE, NONE, 3, 2, 0},
      {5, 9, NONE, NONE, 1, 2, 0},
      {6, 1.5, NONE, NONE, NONE, NONE, 0},
      {7, NONE, NONE, NONE, 1, NONE, 0},
      {8, 0, 1, 0, NONE, NONE, 0},
      {9, 0, 1, -1, NONE, NONE, 0},
      {10, 0, NONE, 1, NONE, NONE, 0},
      {11, 0, 1, 0.1, NONE, NONE, 0},
      {12, 0, 1, NONE, NONE, NONE, 0},
      {13, 0, NONE, NONE, 1, 2, 0},
  };
  enum { ROWS = sizeof rows / sizeof *rows, CONSTANT = 6, INVALID = 16 };
  int64_t flow[ROWS];
  double data[ROWS];
  for (int i = 0; i < ROWS; i++) {
    flow[i] = 100 + i;
    data[i] = 0.5 + i;
  }
  write_package("still", ROWS, flow, rows, data, false);
  loose l;
  vt_variation *v;
  vt_sample *sample;
  open_loose(&l, "still");
  must(vt_variation_create(&l.plan, &v));
  must(vt_sample_create(v, &sample));
  assert_int_equal(vt_variation_count(v)->exchanges, 0);
  assert_int_equal(vt_variation_count(v)->constant, CONSTANT);
  assert_int_equal(vt_variation_count(v)->invalid, INVALID);
  vt_variation_draw(v, 1, 1, sample);
  assert_memory_equal(sample->snapshot[0].biosphere, l.system->biosphere.value,
                      ROWS * sizeof(double));
  vt_sample_free(sample);
  vt_variation_free(v);
  l.plan.choice.strict = true;
  must_fail(vt_variation_create(&l.plan, &v), "'108'", "loc");
  assert_null(v);
  close_loose(&l);
}

static void unknown_types_are_refused(void **state) {
  (void)state;
  const int64_t flow[] = {7};
  const spread rows[] = {{14, 1, 1, 1, NONE, NONE, 0}};
  const double data[] = {1};
  write_package("unknown", 1, flow, rows, data, false);
  loose l;
  vt_variation *v;
  open_loose(&l, "unknown");
  must_fail(vt_variation_create(&l.plan, &v), "type 14", "'7'");
  assert_null(v);
  close_loose(&l);
}

static const vt_record_group *group_of(const vt_database_set *set, vt_matrix_kind kind) {
  for (int p = 0; p < set->packages; p++)
    for (int g = 0; g < set->package[p].groups; g++)
      if (set->package[p].group[g].matrix == kind) return &set->package[p].group[g];
  return NULL;
}

static void amounts_of_a_scenario_move_their_draws(void **state) {
  (void)state;
  // Two lognormals, one with a bound, and a normal; what process 11 makes does not vary.
  const int64_t flow[] = {7, 8, 9};
  const spread rows[] = {{2, 0, 0.5, NONE, NONE, NONE, 1},
                         {2, 0, 0.5, NONE, NONE, 2, 0},
                         {3, 5, 1, NONE, NONE, NONE, 0}};
  const double data[] = {-1, 1, 5}, moved[] = {-3, 0.25, 9};
  write_package("moved", 3, flow, rows, data, false);
  loose l;
  vt_variation *v;
  vt_sample *sample;
  open_loose(&l, "moved");
  must(vt_variation_create(&l.plan, &v));
  must(vt_sample_create(v, &sample));
  vt_exchange_place place;
  for (int k = 0; k < 10; k++) {
    double before[3], *b = sample->snapshot[0].biosphere;
    vt_variation_draw(v, 1, k, sample);
    memcpy(before, b, sizeof before);
    for (int i = 0; i < 3; i++) {
      must(vt_variation_locate(v, 0, group_of(l.set, VT_MATRIX_BIOSPHERE), i, &place));
      assert_int_equal(place.entry, i);
      vt_variation_move(v, &place, moved[i], sample);
    }
    assert_near(b[0], 3 * before[0], 1e-14);
    assert_near(b[1], before[1] / 4, 1e-14);
    assert_near(b[2], before[2] + 4, 1e-14);
    must(vt_variation_locate(v, 0, group_of(l.set, VT_MATRIX_TECHNOSPHERE), 0, &place));
    assert_int_equal(place.exchange, -1);
    vt_variation_move(v, &place, 2.5, sample);
    assert_near(sample->snapshot[0].technosphere[0], 2.5, 0);
  }
  vt_sample_free(sample);
  vt_variation_free(v);
  close_loose(&l);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_sum_is_sha_256),
      cmocka_unit_test(keys_are_those_of_labels),
      cmocka_unit_test(snapshots_share_draws),
      cmocka_unit_test(products_of_lognormals_have_their_moments),
      cmocka_unit_test(a_mean_is_kept_where_asked_for),
      cmocka_unit_test(only_what_is_chosen_and_counts_varies),
      cmocka_unit_test(every_kind_gives_its_quantiles),
      cmocka_unit_test(duplicates_are_drawn_one_by_one),
      cmocka_unit_test(draws_depend_on_nothing_else),
      cmocka_unit_test(rows_without_spread_stay_as_they_are),
      cmocka_unit_test(unknown_types_are_refused),
      cmocka_unit_test(amounts_of_a_scenario_move_their_draws),
  };
  return cmocka_run_group_tests(tests, make_scratch, drop_scratch);
}
