// stats.c - vintner stats: the statistics of a results file again, from the rows in it.
#include "job.h"
#include "look.h"
#include "show.h"
#include "version.h"
#include "vintner/store.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// Of a results file, on every rank.
typedef struct recount {
  const job *j;
  const char *file, *target; // rows, statistics: the same name in place
  bool in_place;
  vt_reader *reader;
  vt_study *stored, *study; // the file's; the one that says what to make, maybe the same
  vt_layout *layout;        // of the rows
  vt_layout made;           // of the target
  vt_variable *variable;    // of `made`
  vt_summary *summary;
  vt_sensitivity *sensitivity; // NULL: none is asked for
  vt_draft *draft;             // on rank 0
  int64_t done, left;
} recount;

// ---------------------------------------------------------------------------------------------
// What there is.

static vt_error count_rows(recount *r) {
  enum { ROWS_AT_ONCE = 4096 };
  double status[ROWS_AT_ONCE];
  for (int64_t at = 0; at < r->layout->scenarios; at += ROWS_AT_ONCE) {
    const int64_t rest = r->layout->scenarios - at;
    const int64_t rows = rest < ROWS_AT_ONCE ? rest : ROWS_AT_ONCE;
    VT_TRY(vt_reader_read_rows(r->reader, "status", at, rows, status));
    for (int64_t i = 0; i < rows; i++) *(status[i] == VT_NOT_DONE ? &r->left : &r->done) += 1;
  }
  VT_CHECK(r->done > 0, VT_ERR_INPUT,
           "%s: found no scenario that is done, expected some; 'vintner resume %s' solves them",
           r->file, r->file);
  return VT_OK;
}

// Another version may summarise in another way: the file would be of two minds.
static vt_error check_version(const recount *r) {
  const char *version = vt_reader_attribute(r->reader, "vintner_version");
  VT_CHECK(!r->in_place || (version && strcmp(version, VT_VERSION) == 0), VT_ERR_INPUT,
           "%s: found a file of vintner %s, expected version %s: another version may give other "
           "numbers (-o writes them to a file of their own)",
           r->file, version ? version : "(unknown)", VT_VERSION);
  return VT_OK;
}

static vt_error parse_stored(recount *r) {
  const char *text = vt_reader_attribute(r->reader, "study");
  const char *path = vt_reader_attribute(r->reader, "study_file");
  VT_CHECK(text, VT_ERR_INPUT, "%s: found no study in it, expected that of a run", r->file);
  return vt_study_parse(path ? path : r->file, text, (ptrdiff_t)strlen(text), &r->stored);
}

static vt_error open_rows(recount *r) {
  VT_TRY(vt_reader_open(r->file, &r->reader));
  VT_TRY(stored_has_rows(r->file, r->reader));
  VT_TRY(check_version(r));
  VT_TRY(parse_stored(r));
  VT_TRY(vt_reader_layout(r->reader, &r->layout));
  return count_rows(r);
}

// ---------------------------------------------------------------------------------------------
// What to make of it.

static vt_error compare_studies(const recount *r) {
  static const char *const rows[] = {"model", "parameters", "ensemble", NULL};
  static const char *const statistics[] = {"results", NULL};
  vt_text place = {0};
  int line;
  vt_error done = vt_study_differs(r->stored, r->study, rows, &place, &line);
  if (done == VT_OK && place.length > 0)
    done = vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                          "%s:%d: '%s': found another one than in the study that %s was made from",
                          r->study->path, line, place.bytes, r->file);
  if (done == VT_OK && r->in_place)
    done = vt_study_differs(r->stored, r->study, statistics, &place, &line);
  if (done == VT_OK && place.length > 0)
    done = vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                          "%s:%d: '%s': found other statistics than in %s, expected -o, the file "
                          "for them",
                          r->study->path, line, place.bytes, r->file);
  vt_text_free(&place);
  return done;
}

// What the other study reads, where it is there, is what the file was made from.
static vt_error check_sources(const recount *r) {
  const char *inputs = vt_reader_attribute(r->reader, "inputs");
  const vt_kind *kind = vt_kind_of(r->study);
  vt_source_list list = {0};
  vt_error done = kind->sources(r->study, NULL, &list);
  for (int i = 0; i < r->study->design.files && done == VT_OK; i++)
    done = vt_source_list_add(&list, r->study->design.file[i].path, r->study->design.file[i].line,
                              NULL);
  for (int i = 0; inputs && i < list.count && done == VT_OK; i++) {
    char sha256[65];
    const vt_source *s = &list.source[i];
    if (vt_sha256_file(s->path, sha256) != VT_OK || strstr(inputs, sha256)) continue;
    done = vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                          "%s:%d: %s: found other inputs than the ones that %s was made from",
                          r->study->path, s->line, s->path, r->file);
  }
  vt_source_list_free(&list);
  return done;
}

// Rank 0 reads the study, for all.
static vt_error read_study(recount *r) {
  const job *j = r->j;
  const char *path = j->o->study;
  vt_text text = {0};
  if (!path) return VT_OK;
  vt_error done = j->team->rank == 0 ? vt_text_read_file(path, &text) : VT_OK;
  done = vt_team_settle(j->team, done);
  if (done == VT_OK) done = vt_team_broadcast_text(j->team, &text);
  if (done == VT_OK)
    done = vt_team_settle(
        j->team, vt_study_parse(path, text.bytes ? text.bytes : "", text.length, &r->study));
  vt_text_free(&text);
  VT_TRY(done);
  VT_TRY(vt_team_settle(j->team, compare_studies(r)));
  return vt_team_settle(j->team, j->team->rank == 0 ? check_sources(r) : VT_OK);
}

static vt_error choose_statistics(recount *r) {
  const vt_study *study = r->study ? r->study : r->stored;
  r->layout->quantiles = r->j->o->quantiles ? r->j->o->quantiles : study->quantiles;
  r->layout->quantile = r->j->o->quantiles ? r->j->o->quantile : study->quantile;
  VT_TRY(vt_summary_create(study, r->layout, &r->summary));
  r->layout->summary = r->summary;
  VT_TRY(vt_sensitivity_create(study, r->layout, &r->sensitivity));
  r->layout->sensitivity = r->sensitivity;
  r->made = *r->layout;
  if (r->in_place) return VT_OK;
  VT_NEW(r->variable, r->layout->variables);
  memcpy(r->variable, r->layout->variable, (size_t)r->layout->variables * sizeof *r->variable);
  r->made.variable = r->variable;
  vt_layout_extract(&r->made);
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Are the rows what was written? Each rank looks at its share.

static vt_error check_rows(const recount *r) {
  const vt_team *team = r->j->team;
  const int64_t rows = r->layout->scenarios, each = rows / team->size, more = rows % team->size;
  const int64_t first = each * team->rank + (team->rank < more ? team->rank : more);
  if (vt_reader_has_checksums(r->reader))
    return vt_reader_check_rows(r->reader, first, each + (team->rank < more));
  if (team->rank == 0)
    vt_warn("checksums", "%s: has no checksums: damage to its numbers would not be noticed",
            r->file);
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Making them.

static vt_error derive(const recount *r, vt_results *rows, vt_results *target) {
  const vt_team *team = r->j->team;
  VT_TRY(vt_team_settle(team, vt_results_derive(rows, target, team->rank, team->size)));
  VT_TRY(vt_team_barrier(team));
  return vt_team_settle(team, team->rank == 0 ? vt_results_seal(rows, target) : VT_OK);
}

static vt_error derive_in_place(const recount *r) {
  const vt_team *team = r->j->team;
  vt_results *results;
  vt_reader_shut(r->reader);
  VT_TRY(vt_results_open(r->file, r->layout, team->size > 1, team->comm, &results));
  const vt_error done = derive(r, results, results);
  const vt_error closed = vt_results_close(results);
  VT_TRY(vt_team_settle(team, done));
  VT_TRY(vt_team_settle(team, closed));
  return vt_team_settle(team, vt_writer_check(r->j->writer));
}

static vt_error tell_history(const recount *r, vt_text *history) {
  const char *before = vt_reader_attribute(r->reader, "history");
  char now[32];
  struct tm utc;
  const time_t clock = time(NULL);
  (void)strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&clock, &utc));
  return vt_text_add(history, "%s%s%s: vintner stats %s (version %s)", before ? before : "",
                     before ? "\n" : "", now, r->file, VT_VERSION);
}

// What FILE says of itself, but for the study that the statistics are of.
static vt_error create_draft(recount *r) {
  static const char *const kept[] = {"title",
                                     "history",
                                     "vintner_version",
                                     "git_commit",
                                     "study",
                                     "study_file",
                                     "inputs",
                                     "seed",
                                     "created",
                                     "warnings",
                                     "invalid_distributions"};
  enum { KEPT = sizeof kept / sizeof *kept };
  vt_attribute attribute[KEPT];
  vt_text history = {0};
  int attributes = 0;
  VT_TRY(tell_history(r, &history));
  for (int i = 0; i < KEPT; i++) {
    const char *text = vt_reader_attribute(r->reader, kept[i]);
    if (strcmp(kept[i], "history") == 0) text = history.bytes;
    if (strcmp(kept[i], "study") == 0 && r->study) text = r->study->text;
    if (text) attribute[attributes++] = (vt_attribute){kept[i], text};
  }
  const vt_error created = vt_draft_create(r->target, &r->made, attribute, attributes,
                                           r->j->o->force, r->j->o->wait_s, &r->draft);
  vt_text_free(&history);
  return created;
}

static vt_error fill_open(const recount *r, vt_results *rows, vt_results *target) {
  const vt_team *team = r->j->team;
  VT_TRY(vt_team_settle(team, team->rank == 0 ? vt_reader_copy(r->reader, target) : VT_OK));
  return derive(r, rows, target);
}

static vt_error fill_draft(const recount *r, const char *partial) {
  const vt_team *team = r->j->team;
  vt_results *rows, *target;
  VT_TRY(vt_team_settle(team, vt_results_open_rows(r->file, r->layout, &rows)));
  vt_error done = vt_results_open(partial, &r->made, team->size > 1, team->comm, &target);
  if (done == VT_OK) {
    done = fill_open(r, rows, target);
    const vt_error closed = vt_results_close(target);
    if (done == VT_OK) done = closed;
  }
  (void)vt_results_close(rows);
  return vt_team_settle(team, done);
}

static vt_error derive_apart(recount *r) {
  const vt_team *team = r->j->team;
  vt_text partial = {0};
  VT_TRY(vt_team_settle(team, team->rank == 0 ? create_draft(r) : VT_OK));
  vt_error done = vt_team_settle(team, vt_text_add(&partial, "%s.partial", r->target));
  if (done == VT_OK) done = fill_draft(r, partial.bytes);
  vt_text_free(&partial);
  VT_TRY(done);
  return vt_team_settle(team, team->rank == 0 ? vt_draft_publish(r->draft) : VT_OK);
}

// ---------------------------------------------------------------------------------------------

static vt_error check_target(const recount *r) {
  const options *o = r->j->o;
  if (r->in_place) return VT_OK;
  VT_TRY(vt_target_spare(r->target, r->file));
  if (o->study) VT_TRY(vt_target_spare(r->target, o->study));
  VT_CHECK(!o->force || !vt_is_store(r->target), VT_ERR_INPUT,
           "%s: is a store of databases, which --force does not replace: expected another name for "
           "the statistics",
           r->target);
  const vt_target target = {.path = r->target, .what = "the results file", .force = o->force};
  return vt_target_check(&target);
}

// On rank 0: may it be done? In place nobody else writes meanwhile.
static vt_error take_right(recount *r, job *j) {
  vt_reader *reader;
  VT_TRY(look_check(r->file));
  VT_TRY(vt_reader_open(r->file, &reader));
  const vt_error rows = stored_has_rows(r->file, reader);
  vt_reader_close(reader);
  VT_TRY(rows);
  VT_TRY(check_target(r));
  return r->in_place ? vt_writer_take(r->file, j->o->wait_s, &j->writer) : VT_OK;
}

static vt_error tell(const recount *r, job *j) {
  if (r->left > 0) j->exit_code = 75;
  if (j->team->rank != 0) return VT_OK;
  vt_writer_release(j->writer);
  j->writer = NULL;
  if (r->left > 0)
    (void)fprintf(stderr,
                  "vintner: %s: %" PRId64 " of %" PRId64
                  " scenarios are not done, the statistics are of the others; vintner resume %s\n",
                  r->file, r->left, r->layout->scenarios, r->file);
  vt_log_release();
  return j->o->quiet && !j->o->json ? VT_OK : vt_command_show(r->target, -1, j->o->json, stdout);
}

static vt_error recompute(recount *r, job *j) {
  VT_TRY(vt_team_settle(j->team, j->team->rank == 0 ? take_right(r, j) : VT_OK));
  VT_TRY(vt_team_settle(j->team, open_rows(r)));
  VT_TRY(read_study(r));
  VT_TRY(vt_team_settle(j->team, choose_statistics(r)));
  VT_TRY(vt_team_settle(j->team, check_rows(r)));
  VT_TRY(r->in_place ? derive_in_place(r) : derive_apart(r));
  return tell(r, j);
}

vt_error command_stats(job *j) {
  const char *output = j->o->output;
  recount r = {.j = j,
               .file = j->o->file,
               .target = output ? output : j->o->file,
               .in_place = output == NULL};
  const vt_error done = recompute(&r, j);
  vt_draft_close(r.draft);
  vt_summary_free(r.summary);
  vt_sensitivity_free(r.sensitivity);
  free(r.variable);
  vt_layout_free(r.layout);
  vt_study_free(r.study);
  vt_study_free(r.stored);
  vt_reader_close(r.reader);
  return done;
}
