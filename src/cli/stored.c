// stored.c - the study and inputs that a results file was made from.
#include "job.h"

#include <string.h>
#include <unistd.h>

static vt_error check_study(const char *path, const char *study_file, const char *study) {
  vt_text now = {0};
  const vt_error read_it = vt_text_read_file(study_file, &now);
  const bool same = read_it == VT_OK && strcmp(now.bytes, study) == 0;
  vt_text_free(&now);
  VT_TRY(read_it);
  VT_CHECK(same, VT_ERR_INPUT, "%s: found another study in %s than the one it was made from", path,
           study_file);
  return VT_OK;
}

vt_error stored_study(const char *path, vt_reader *reader, const char **study,
                      const char **study_file) {
  *study = vt_reader_attribute(reader, "study");
  *study_file = vt_reader_attribute(reader, "study_file");
  VT_CHECK(*study && *study_file, VT_ERR_INPUT, "%s: found no study in it, expected that of a run",
           path);
  // A study that was edited since is another study.
  return access(*study_file, R_OK) == 0 ? check_study(path, *study_file, *study) : VT_OK;
}

vt_error stored_is_of(const char *path, vt_reader *reader, const char *study_file) {
  const char *study = vt_reader_attribute(reader, "study");
  VT_CHECK(study, VT_ERR_INPUT, "%s: found no study in it, expected that of a run", path);
  return check_study(path, study_file, study);
}

vt_error stored_has_rows(const char *path, const vt_reader *reader) {
  VT_CHECK(!vt_reader_is_extract(reader), VT_ERR_INPUT,
           "%s: found statistics without the scenarios that they are of, expected a results file "
           "with its scenarios",
           path);
  return VT_OK;
}

vt_error stored_check_inputs(const job *j, vt_reader *reader) {
  const char *stored = vt_reader_attribute(reader, "inputs");
  vt_source_list list = {0};
  vt_text now = {0};
  vt_error described = job_describe_inputs(j, &now);
  const bool same = described == VT_OK && stored && strcmp(now.bytes, stored) == 0;
  if (described == VT_OK) described = j->kind->sources(j->study, j->data, &list);
  if (described == VT_OK && !same) {
    const bool file = list.count == 1 && list.source[0].sha256;
    described = vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                               "%s: found other inputs than the ones it was made from (%s has "
                               "changed, or %s)",
                               j->path, file ? list.source[0].path : "a source of databases",
                               file ? "a table" : "its place");
  }
  vt_source_list_free(&list);
  vt_text_free(&now);
  return described;
}
