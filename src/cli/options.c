#include "options.h"

#include "vintner/team.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef enum option_id {
  OPTION_OUTPUT,
  OPTION_FORCE,
  OPTION_THREADS,
  OPTION_WRITE_LP,
  OPTION_JSON,
  OPTION_SCENARIO,
  OPTION_CSV,
  OPTION_VARIABLES,
  OPTION_SCENARIOS,
  OPTION_STUDY,
  OPTION_QUANTILES,
  OPTION_INPUTS,
  OPTION_ACTIVITY,
  OPTION_DRAIN,
  OPTION_WAIT,
  OPTION_VERIFY,
  OPTION_QUIET,
  OPTION_VERBOSE,
  OPTION_DEBUG,
  OPTION_EXCHANGE,
  OPTION_HELP,
  OPTION_VERSION,
  OPTION_COUNT,
} option_id;

static const struct {
  const char *name, *letter, *value, *text;
} known_options[OPTION_COUNT] = {
    [OPTION_OUTPUT] = {"--output", "-o", "FILE",
                       "file to write (of run by default <name>.h5 here)"},
    [OPTION_FORCE] = {"--force", NULL, NULL, "replace existing files"},
    [OPTION_THREADS] = {"--threads", NULL, "N",
                        "threads per rank (default OMP_NUM_THREADS, "
                        "else the cores bound to it)"},
    [OPTION_WRITE_LP] = {"--write-lp", NULL, "DIR", "write each scenario as a CPLEX LP file"},
    [OPTION_JSON] = {"--json", NULL, NULL, "one JSON document on stdout"},
    [OPTION_SCENARIO] = {"--scenario", NULL, "K", "this scenario (counted from 0)"},
    [OPTION_CSV] = {"--csv", NULL, "DIR",
                    "folder for the tables, made if it is missing (show: no DIR, the rows of a "
                    "timeline on stdout)"},
    [OPTION_VARIABLES] = {"--variables", NULL, "A,B,...", "variables to export"},
    [OPTION_SCENARIOS] = {"--scenarios", NULL, "A:B", "scenarios to export, both ends included"},
    [OPTION_INPUTS] = {"--inputs", NULL, "FILE",
                       "write the optimex inputs of a study's reference scenario"},
    [OPTION_ACTIVITY] = {"--activity", NULL, "NAME", "this activity of a store, by code or name"},
    [OPTION_EXCHANGE] = {"--exchange", NULL, "FROM TO",
                         "what this exchange is in the scenario, by codes"},
    [OPTION_STUDY] = {"--study", NULL, "STUDY",
                      "only if FILE was made from this study (stats: whose statistics to make)"},
    [OPTION_QUANTILES] = {"--quantiles", NULL, "Q,...",
                          "quantiles, from 0 to 1, in place of the "
                          "study's"},
    [OPTION_DRAIN] = {"--drain", NULL, "S",
                      "seconds that what is in flight has after a signal (default 10)"},
    [OPTION_WAIT] = {"--wait", NULL, "S",
                     "seconds to wait for another run that writes FILE (default 5)"},
    [OPTION_VERIFY] = {"--verify", NULL, NULL, "check all rows, solve damaged ones again"},
    [OPTION_QUIET] = {"--quiet", "-q", NULL, "print errors only (and what --json asks for)"},
    [OPTION_VERBOSE] = {"--verbose", "-v", NULL, "print a detailed log"},
    [OPTION_DEBUG] = {"--debug", NULL, NULL, "print where in the program an error came from"},
    [OPTION_HELP] = {"--help", "-h", NULL, "print this help"},
    [OPTION_VERSION] = {"--version", NULL, NULL, "print the version"},
};

#define BIT(id) (1U << OPTION_##id)
#define COMMON (BIT(QUIET) | BIT(VERBOSE) | BIT(DEBUG) | BIT(HELP) | BIT(VERSION))

static const struct {
  const char *name, *argument, *text;
  unsigned takes;
} known_commands[] = {
    [COMMAND_RUN] = {"run", "STUDY", "solve every scenario of a study, write a results file",
                     BIT(OUTPUT) | BIT(FORCE) | BIT(THREADS) | BIT(WRITE_LP) | BIT(JSON) |
                         BIT(DRAIN) | BIT(WAIT)},
    [COMMAND_CHECK] = {"check", "STUDY", "validate a study and print the plan, solve no scenario",
                       BIT(JSON) | BIT(THREADS)},
    [COMMAND_RESUME] = {"resume", "FILE", "finish what is missing in a results file",
                        BIT(THREADS) | BIT(JSON) | BIT(STUDY) | BIT(DRAIN) | BIT(WAIT) |
                            BIT(VERIFY)},
    [COMMAND_SHOW] = {"show", "FILE", "print what a study, store or results file holds",
                      BIT(SCENARIO) | BIT(JSON) | BIT(ACTIVITY) | BIT(EXCHANGE) | BIT(CSV)},
    [COMMAND_DIAGNOSE] = {"diagnose", "FILE", "explain why a scenario is infeasible or unbounded",
                          BIT(SCENARIO) | BIT(JSON)},
    [COMMAND_EXPORT] = {"export", "FILE",
                        "write variables of a results file as CSV tables, or the inputs of a study",
                        BIT(CSV) | BIT(VARIABLES) | BIT(SCENARIOS) | BIT(INPUTS) | BIT(FORCE)},
    [COMMAND_BACKGROUND] = {"inventory", "STUDY",
                            "compute the background of a study, solve nothing else",
                            BIT(OUTPUT) | BIT(FORCE) | BIT(JSON) | BIT(WAIT)},
    [COMMAND_IMPORT] = {"import", "SOURCE...", "bring databases and methods into one store",
                        BIT(OUTPUT) | BIT(FORCE)},
    [COMMAND_STATS] = {"stats", "FILE", "make the statistics of a results file again from its rows",
                       BIT(OUTPUT) | BIT(FORCE) | BIT(STUDY) | BIT(QUANTILES) | BIT(JSON) |
                           BIT(WAIT)},
};
enum { COMMANDS = sizeof known_commands / sizeof *known_commands };
static const char command_list[] =
    "run, check, resume, show, diagnose, export, inventory, import or stats";

static void list_options(unsigned which, FILE *out) {
  for (int i = 0; i < OPTION_COUNT; i++) {
    if (!(which >> i & 1U)) continue;
    const char *letter = known_options[i].letter, *value = known_options[i].value;
    char left[40];
    (void)snprintf(left, sizeof left, "%s%s%s%s%s", letter ? letter : "", letter ? ", " : "",
                   known_options[i].name, value ? " " : "", value ? value : "");
    (void)fprintf(out, "  %-18s %s\n", left, known_options[i].text);
  }
}

void options_help(int of, FILE *out) {
  if (of >= 0) {
    (void)fprintf(out, "usage: vintner %s %s [options]\n\n%s\n\n", known_commands[of].name,
                  known_commands[of].argument, known_commands[of].text);
    list_options(known_commands[of].takes | COMMON, out);
    return;
  }
  (void)fputs("vintner: time-explicit life-cycle optimisation for ensembles of scenarios\n\n"
              "usage: vintner COMMAND ARGUMENT [options]   (run, resume and stats also under "
              "mpirun or srun)\n\n",
              out);
  for (int i = 0; i < COMMANDS; i++)
    (void)fprintf(out, "  %-9s %-5s  %s\n", known_commands[i].name, known_commands[i].argument,
                  known_commands[i].text);
  (void)fputs("\noptions (vintner COMMAND --help lists those of one command)\n\n", out);
  list_options(~0U, out);
  (void)fputs(
      "\nexit codes: 0 done, 1 system, 2 bad input or usage, 3 single solve without optimum, "
      "75 stopped with work left\n",
      out);
}

// ---------------------------------------------------------------------------------------------

static int find_option(const char *text, size_t length) {
  for (int i = 0; i < OPTION_COUNT; i++) {
    const char *name = known_options[i].name, *letter = known_options[i].letter;
    if (strlen(name) == length && strncmp(name, text, length) == 0) return i;
    if (letter && strlen(letter) == length && strncmp(letter, text, length) == 0) return i;
  }
  return -1;
}

static vt_error fail_unknown_option(const char *text) {
  vt_nearest nearest = {.name = text};
  for (int i = 0; i < OPTION_COUNT; i++) vt_nearest_try(&nearest, known_options[i].name);
  VT_FAIL(VT_ERR_INPUT, "unknown option '%s', expected one that vintner --help lists%s", text,
          vt_nearest_hint(&nearest));
}

static vt_error read_count(const char *name, const char *text, int64_t least, int64_t most,
                           int64_t *value) {
  char *end;
  errno = 0;
  const long long number = strtoll(text, &end, 10);
  const bool good = end != text && *end == '\0' && errno == 0 && number >= least && number <= most;
  VT_CHECK(good || most == INT64_MAX, VT_ERR_INPUT,
           "option %s: found '%s', expected a whole number from %lld to %lld", name, text,
           (long long)least, (long long)most);
  VT_CHECK(good, VT_ERR_INPUT, "option %s: found '%s', expected a whole number of at least %lld",
           name, text, (long long)least);
  *value = number;
  return VT_OK;
}

static vt_error read_seconds(const char *name, const char *text, double *value) {
  char *end;
  const double number = strtod(text, &end);
  const bool plain = text[0] != '\0' && strspn(text, "0123456789.") == strlen(text);
  VT_CHECK(plain && *end == '\0' && number <= 1e9, VT_ERR_INPUT,
           "option %s: found '%s', expected seconds from 0 to 1e9", name, text);
  *value = number;
  return VT_OK;
}

static vt_error read_end(const char *name, const char *text, size_t length, int64_t *value) {
  char number[24];
  const bool fits = length < sizeof number && strspn(text, "0123456789") >= length;
  VT_CHECK(fits, VT_ERR_INPUT, "option %s: found '%s', expected scenarios as A, A:B, A: or :B",
           name, text);
  (void)snprintf(number, sizeof number, "%.*s", (int)length, text);
  return length > 0 ? read_count(name, number, 0, INT64_MAX, value) : VT_OK;
}

// A, A:B, A: or :B.
static vt_error read_range(const char *name, const char *text, int64_t *first, int64_t *last) {
  const char *colon = strchr(text, ':');
  const size_t length = colon ? (size_t)(colon - text) : strlen(text);
  *first = 0;
  *last = INT64_MAX;
  VT_TRY(read_end(name, text, length, first));
  if (colon) VT_TRY(read_end(name, colon + 1, strlen(colon + 1), last));
  if (!colon) *last = *first;
  VT_CHECK(text[0] != '\0' && *first <= *last, VT_ERR_INPUT,
           "option %s: found '%s', expected scenarios as A, A:B, A: or :B with A <= B", name, text);
  return VT_OK;
}

static int compare_numbers(const void *left, const void *right) {
  const double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

// Numbers with commas between them, in ascending order.
static vt_error read_quantiles(const char *text, options *o) {
  free(o->quantile);
  o->quantiles = 0;
  VT_NEW(o->quantile, (ptrdiff_t)strlen(text) + 1);
  for (const char *at = text;; at++) {
    char *end;
    const bool plain = strspn(at, "0123456789.eE+-") > 0;
    const double number = plain ? strtod(at, &end) : (double)NAN;
    const bool good = number >= 0 && number <= 1 && (*end == ',' || *end == '\0');
    VT_CHECK(
        good, VT_ERR_INPUT,
        "option --quantiles: found '%s', expected numbers from 0 to 1 with commas between them",
        text);
    o->quantile[o->quantiles++] = number + 0.0; // -0 becomes 0
    at = end;
    if (*at == '\0') break;
  }
  qsort(o->quantile, (size_t)o->quantiles, sizeof *o->quantile, compare_numbers);
  for (int i = 1; i < o->quantiles; i++)
    VT_CHECK(o->quantile[i - 1] < o->quantile[i], VT_ERR_INPUT,
             "option --quantiles: found %g twice, expected distinct numbers", o->quantile[i]);
  return VT_OK;
}

static vt_error set_option(options *o, int id, const char *value) {
  int64_t number = 0;
  switch ((option_id)id) {
    case OPTION_OUTPUT: o->output = value; break;
    case OPTION_WRITE_LP: o->write_lp = value; break;
    case OPTION_FORCE: o->force = true; break;
    case OPTION_JSON: o->json = true; break;
    case OPTION_QUIET: o->quiet = true; break;
    case OPTION_VERBOSE: o->verbose = true; break;
    case OPTION_DEBUG: o->debug = true; break;
    case OPTION_THREADS:
      VT_TRY(read_count("--threads", value, 1, VT_MOST_THREADS, &number));
      o->threads = (int)number;
      break;
    case OPTION_CSV: o->csv = value; break;
    case OPTION_ACTIVITY: o->activity = value; break;
    case OPTION_EXCHANGE: o->from = value; break;
    case OPTION_VARIABLES: o->variables = value; break;
    case OPTION_STUDY: o->study = value; break;
    case OPTION_QUANTILES: return read_quantiles(value, o);
    case OPTION_INPUTS: o->inputs = value; break;
    case OPTION_VERIFY: o->verify = true; break;
    case OPTION_DRAIN: return read_seconds("--drain", value, &o->drain_s);
    case OPTION_WAIT: return read_seconds("--wait", value, &o->wait_s);
    case OPTION_SCENARIOS: return read_range("--scenarios", value, &o->first, &o->last);
    case OPTION_SCENARIO: return read_count("--scenario", value, 0, INT64_MAX, &o->scenario);
    case OPTION_HELP:
    case OPTION_VERSION:
    case OPTION_COUNT: break;
  }
  return VT_OK;
}

static vt_error find_command(const char *text, int *command) {
  vt_nearest nearest = {.name = text};
  for (int i = 0; i < COMMANDS; i++) {
    if (strcmp(known_commands[i].name, text) == 0) {
      *command = i;
      return VT_OK;
    }
    vt_nearest_try(&nearest, known_commands[i].name);
  }
  VT_FAIL(VT_ERR_INPUT, "unknown command '%s', expected %s%s", text, command_list,
          vt_nearest_hint(&nearest));
}

// State of reading: which command, which options it was given.
typedef struct reading {
  int command; // -1: not seen yet
  unsigned given;
  bool only_arguments; // after --
} reading;

// Whether the command is show: options may come before it.
static bool is_show(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    int command;
    if (argv[i][0] != '-')
      return find_command(argv[i], &command) == VT_OK && command == COMMAND_SHOW;
  }
  return false;
}

static vt_error read_option(int argc, char **argv, int *at, reading *r, options *o) {
  const char *text = argv[*at], *equals = strncmp(text, "--", 2) == 0 ? strchr(text, '=') : NULL;
  const size_t length = equals ? (size_t)(equals - text) : strlen(text);
  const int id = find_option(text, length);
  if (id < 0) return fail_unknown_option(text);
  const char *value = equals ? equals + 1 : NULL;
  if (id == OPTION_CSV && !value &&
      (r->command >= 0 ? r->command == COMMAND_SHOW : is_show(argc, argv))) {
    r->given |= BIT(CSV);
    o->rows = true;
    return VT_OK;
  }
  if (known_options[id].value && !value) {
    VT_CHECK(*at + 1 < argc, VT_ERR_INPUT, "option %s: found nothing, expected %s", text,
             known_options[id].value);
    value = argv[++*at];
  }
  if (id == OPTION_EXCHANGE) {
    VT_CHECK(*at + 1 < argc, VT_ERR_INPUT,
             "option --exchange: found '%s' alone, expected FROM and TO", value);
    o->to = argv[++*at];
  }
  VT_CHECK(known_options[id].value || !value, VT_ERR_INPUT,
           "option %.*s: found a value, expected none", (int)length, text);
  r->given |= 1U << id;
  return set_option(o, id, value);
}

static vt_error read_words(int argc, char **argv, reading *r, options *o) {
  for (int i = 1; i < argc; i++) {
    const char *text = argv[i];
    if (!r->only_arguments && strcmp(text, "--") == 0) {
      r->only_arguments = true;
    } else if (!r->only_arguments && text[0] == '-' && text[1] != '\0') {
      VT_TRY(read_option(argc, argv, &i, r, o));
    } else if (r->command < 0) {
      VT_TRY(find_command(text, &r->command));
    } else {
      const bool several = r->command == COMMAND_IMPORT;
      VT_CHECK(!o->file || several, VT_ERR_INPUT, "found a second argument '%s', expected one %s",
               text, known_commands[r->command].argument);
      o->file = text;
      argv[++o->sources] = argv[i]; // words that were read make room for the list
    }
  }
  o->source = argv + 1;
  return VT_OK;
}

// Tables of a results file, or the inputs of a study.
static vt_error check_export(unsigned given) {
  const bool tables = (given & BIT(CSV)) != 0, inputs = (given & BIT(INPUTS)) != 0;
  VT_CHECK(tables || inputs, VT_ERR_INPUT,
           "vintner export: found no --csv, expected the folder for the tables of a results file "
           "(or --inputs, the file for the inputs of a study)");
  VT_CHECK(!(tables && inputs), VT_ERR_INPUT,
           "vintner export: found --csv and --inputs, expected one of them");
  VT_CHECK(!inputs || !(given & (BIT(VARIABLES) | BIT(SCENARIOS))), VT_ERR_INPUT,
           "vintner export: found %s with --inputs, expected it with --csv",
           given & BIT(VARIABLES) ? "--variables" : "--scenarios");
  return VT_OK;
}

void options_free(options *o) {
  free(o->quantile);
  o->quantile = NULL;
}

vt_error options_read(int argc, char **argv, options *o) {
  reading r = {.command = -1};
  *o = (options){
      .scenario = -1, .help_of = -1, .last = INT64_MAX, .drain_s = (double)NAN, .wait_s = 5.0};
  VT_TRY(read_words(argc, argv, &r, o));
  if (r.given & BIT(HELP)) {
    o->command = COMMAND_HELP;
    o->help_of = r.command;
    return VT_OK;
  }
  if (r.given & BIT(VERSION)) {
    o->command = COMMAND_VERSION;
    return VT_OK;
  }
  VT_CHECK(r.command >= 0, VT_ERR_INPUT, "found no command, expected %s (see vintner --help)",
           command_list);
  for (int i = 0; i < OPTION_COUNT; i++) {
    const bool fits = ((known_commands[r.command].takes | COMMON) >> i & 1U) != 0;
    VT_CHECK(fits || !(r.given >> i & 1U), VT_ERR_INPUT, "vintner %s takes no option %s",
             known_commands[r.command].name, known_options[i].name);
  }
  VT_CHECK(o->file, VT_ERR_INPUT, "vintner %s: found no argument, expected %s",
           known_commands[r.command].name, known_commands[r.command].argument);
  if (r.command == COMMAND_EXPORT) VT_TRY(check_export(r.given));
  VT_CHECK(r.command != COMMAND_SHOW || !o->csv, VT_ERR_INPUT,
           "option --csv: found a value, expected none of show");
  VT_CHECK(r.command != COMMAND_SHOW || !(o->rows && o->json), VT_ERR_INPUT,
           "vintner show: found --csv and --json, expected one of them");
  VT_CHECK(r.command != COMMAND_IMPORT || o->output, VT_ERR_INPUT,
           "vintner import: found no --output, expected the name of the store");
  VT_CHECK(o->output || !(r.given & BIT(QUANTILES)), VT_ERR_INPUT,
           "vintner stats: found --quantiles without -o, expected it with the file to write");
  VT_CHECK(!(o->quiet && o->verbose), VT_ERR_INPUT, "found -q and -v, expected one of them");
  o->command = (command_id)r.command;
  return VT_OK;
}
