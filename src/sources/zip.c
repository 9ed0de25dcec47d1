// zip.c - zip archives, on disk or in memory, through libzip.
#include "files.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

enum { MOST_MEMBERS = 1 << 20, PIECE_BYTES = 1 << 20 };

bool vt_is_bomb(uint64_t packed, uint64_t unpacked) {
  return unpacked > (256U << 20) && unpacked / 200 > packed;
}

void vt_zip_close(struct zip *zip) {
  if (zip) zip_discard(zip);
}

static vt_error fail_zip(const char *path, zip_error_t *error, const char *what) {
  const int kind = zip_error_code_zip(error);
  const vt_error code = kind == ZIP_ER_MEMORY ? VT_ERR_SYSTEM : VT_ERR_INPUT;
  const vt_error raised = vt_error_raise(code, __FILE__, __LINE__, __func__, "%s: %s: %s", path,
                                         what, zip_error_strerror(error));
  zip_error_fini(error);
  return raised;
}

// libzip takes the stream over with the source.
static vt_error open_stream(const char *path, FILE **stream) {
  int file;
  VT_TRY(vt_input_open(path, &file));
  *stream = fdopen(file, "rb");
  if (!*stream) (void)close(file);
  VT_CHECK(*stream, VT_ERR_SYSTEM, "out of memory for a zip file");
  return VT_OK;
}

static vt_error open_bytes(const char *path, const char *bytes, ptrdiff_t length, vt_files *files) {
  zip_error_t error;
  FILE *stream = NULL;
  if (!bytes) VT_TRY(open_stream(path, &stream));
  zip_error_init(&error);
  zip_source_t *source = bytes ? zip_source_buffer_create(bytes, (zip_uint64_t)length, 0, &error)
                               : zip_source_filep_create(stream, 0, -1, &error);
  if (!source && stream) (void)fclose(stream);
  if (!source) return fail_zip(path, &error, "cannot be read");
  files->zip = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (!files->zip) {
    zip_source_free(source);
    return fail_zip(path, &error, "not a readable zip file");
  }
  zip_error_fini(&error);
  return VT_OK;
}

static const char *name_of_method(unsigned method) {
  if (method == ZIP_CM_BZIP2) return "bzip2";
  if (method == ZIP_CM_LZMA || method == ZIP_CM_LZMA2) return "LZMA";
  if (method == 93) return "zstd";
  if (method == ZIP_CM_XZ) return "xz";
  return "another method";
}

static vt_error get_size(const vt_files *files, zip_int64_t member, zip_stat_t *info) {
  zip_stat_init(info);
  const bool known = zip_stat_index(files->zip, (zip_uint64_t)member, 0, info) == 0;
  const zip_uint64_t needed =
      ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  VT_CHECK(known && (info->valid & needed) == needed, VT_ERR_INPUT,
           "%s: not a readable zip file: member %lld has no size", files->path, (long long)member);
  VT_CHECK(!vt_is_bomb(info->comp_size, info->size), VT_ERR_INPUT,
           "%s: '%s': found %llu bytes that pack into %llu, which data of this kind never do",
           files->path, info->name, (unsigned long long)info->size,
           (unsigned long long)info->comp_size);
  return VT_OK;
}

vt_error vt_files_open_zip(const char *path, const char *bytes, ptrdiff_t length, vt_files *files) {
  *files = (vt_files){.path = path, .zip_bytes = bytes};
  if (!bytes) VT_TRY(vt_watch(path));
  VT_TRY(open_bytes(path, bytes, length, files));
  VT_TRY(vt_labels_create(&files->name));
  const zip_int64_t count = zip_get_num_entries(files->zip, 0);
  VT_CHECK(count <= MOST_MEMBERS, VT_ERR_INPUT, "%s: found %lld files in it, expected %d at most",
           path, (long long)count, MOST_MEMBERS);
  uint64_t packed = 0, unpacked = 0;
  for (zip_int64_t i = 0; i < count; i++) {
    zip_stat_t info;
    VT_TRY(get_size(files, i, &info));
    int index;
    bool added;
    VT_TRY(vt_labels_add(files->name, info.name, (ptrdiff_t)strlen(info.name), &index, &added));
    VT_CHECK(added, VT_ERR_INPUT, "%s: found '%s' twice in it, expected once", path, info.name);
    if (__builtin_add_overflow(packed, info.comp_size, &packed) ||
        __builtin_add_overflow(unpacked, info.size, &unpacked))
      packed = 0, unpacked = UINT64_MAX;
  }
  VT_CHECK(!vt_is_bomb(packed, unpacked), VT_ERR_INPUT,
           "%s: found %llu bytes that pack into %llu, which data of this kind never do", path,
           (unsigned long long)unpacked, (unsigned long long)packed);
  return VT_OK;
}

static vt_error fail_read(const vt_files *files, const zip_stat_t *info, zip_error_t *error) {
  const bool memory = zip_error_code_zip(error) == ZIP_ER_MEMORY;
  VT_FAIL(memory ? VT_ERR_SYSTEM : VT_ERR_INPUT, "%s: '%s' cannot be read: %s", files->path,
          info->name, zip_error_strerror(error));
}

// Read to the end, growing with what really comes: a declared size is a claim.
static vt_error read_member(const vt_files *files, zip_file_t *file, const zip_stat_t *info,
                            const vt_head_check *head, vt_text *text) {
  const ptrdiff_t size = info->size < PTRDIFF_MAX / 2 ? (ptrdiff_t)info->size : PTRDIFF_MAX / 2;
  for (;;) {
    const ptrdiff_t left = size - text->length;
    const ptrdiff_t most = head ? VT_HEAD_BYTES - text->length : PIECE_BYTES;
    const ptrdiff_t piece = left < most ? left : most;
    VT_TRY(vt_grow(&text->bytes, &text->capacity, text->length + piece + 1, 1));
    // Asking for one byte more than there should be makes libzip compare the check sum.
    const zip_int64_t got =
        zip_fread(file, text->bytes + text->length, (zip_uint64_t)(piece > 0 ? piece : 1));
    if (got < 0) return fail_read(files, info, zip_file_get_error(file));
    VT_CHECK(got > 0 || left == 0, VT_ERR_INPUT,
             "%s: '%s': found %td bytes, expected %td as the archive says", files->path, info->name,
             text->length, size);
    VT_CHECK(got == 0 || left > 0, VT_ERR_INPUT,
             "%s: '%s': found more bytes than the %td that the archive says", files->path,
             info->name, size);
    text->length += (ptrdiff_t)got;
    if (head && (text->length == size || text->length == VT_HEAD_BYTES)) {
      VT_TRY(head->check(head->context, text->bytes, text->length, size));
      head = NULL;
    }
    if (got == 0) break;
  }
  text->bytes[text->length] = '\0';
  return VT_OK;
}

vt_error vt_zip_read(const vt_files *files, int member, const vt_head_check *head,
                     vt_content *content) {
  zip_stat_t info;
  VT_TRY(get_size(files, member, &info));
  const bool encrypted =
      (info.valid & ZIP_STAT_ENCRYPTION_METHOD) && info.encryption_method != ZIP_EM_NONE;
  VT_CHECK(!encrypted, VT_ERR_INPUT, "%s: '%s' is encrypted", files->path, info.name);
  VT_CHECK(info.comp_method == ZIP_CM_STORE || info.comp_method == ZIP_CM_DEFLATE, VT_ERR_INPUT,
           "%s: '%s' is packed with %s, expected stored or deflate", files->path, info.name,
           name_of_method(info.comp_method));
  zip_file_t *file = zip_fopen_index(files->zip, (zip_uint64_t)member, 0);
  if (!file) return fail_read(files, &info, zip_get_error(files->zip));
  const vt_error error = read_member(files, file, &info, head, &content->owned);
  (void)zip_fclose(file);
  VT_TRY(error);
  content->bytes = content->owned.bytes;
  content->length = content->owned.length;
  return VT_OK;
}
