// files.h - the files of a source, wherever they lie: in a folder, a zip or a tar.gz.
#ifndef VT_SOURCES_FILES_H
#define VT_SOURCES_FILES_H

#include "vintner/base.h"

/// Content of a file; `owned` holds it where it is not borrowed from the archive.
typedef struct vt_content {
  const char *bytes;
  ptrdiff_t length;
  vt_text owned;
} vt_content;
void vt_content_free(vt_content *content);

/// What looks at the beginning of a file, of `length` bytes in all, before the rest is read: the
/// first VT_HEAD_BYTES of it, or the whole.
typedef struct vt_head_check {
  vt_error (*check)(void *context, const char *head, ptrdiff_t got, ptrdiff_t length);
  void *context;
} vt_head_check;
enum { VT_HEAD_BYTES = (1 << 16) + 16 };

struct zip;

/// Named files. Start as {0}; vt_files_close accepts it at any stage.
typedef struct vt_files {
  const char *path; ///< what messages call it; borrowed
  struct zip *zip;
  const char *zip_bytes; ///< of a zip in memory, borrowed; else NULL
  vt_labels *name;       ///< of an archive: its members; NULL: a folder
  vt_content *member;    ///< of a tar: what was kept, by name; NULL: a zip
  ptrdiff_t members;     ///< allocated entries of member
} vt_files;

/// A folder.
vt_error vt_files_open_folder(const char *path, vt_files *files);

/// A zip file, or one in memory (`bytes` not NULL; they must outlive it). Encrypted members, names
/// that occur twice and sizes that no honest archive has are VT_ERR_INPUT.
vt_error vt_files_open_zip(const char *path, const char *bytes, ptrdiff_t length, vt_files *files);

/// A tar.gz with one folder at its top, whose members for which `wanted(name)` holds are kept;
/// names are those below the top folder.
vt_error vt_files_open_tar(const char *path, bool (*wanted)(const char *name), vt_files *files);

void vt_files_close(vt_files *files);

// What archives share.
void vt_zip_close(struct zip *zip); ///< accepts NULL
vt_error vt_zip_read(const vt_files *files, int member, const vt_head_check *head,
                     vt_content *content);
/// Whether unpacking is what honest data never is: big, and a tiny fraction of it packed.
/// Truth values that are all alike pack a thousandfold, but there are never this many.
bool vt_is_bomb(uint64_t packed, uint64_t unpacked);

/// Whether a folder has something of this name.
bool vt_folder_holds(const char *folder, const char *name);

bool vt_files_has(const vt_files *files, const char *name);

/// VT_ERR_INPUT for a name, out of a file that somebody else wrote, that leads out of the folder.
vt_error vt_files_stay(const vt_files *files, const char *name);

/// Read a file; missing is VT_ERR_INPUT. The caller frees with vt_content_free.
vt_error vt_files_read(const vt_files *files, const char *name, vt_content *content);
/// The same, unless `head` refuses how it begins.
vt_error vt_files_read_after(const vt_files *files, const char *name, const vt_head_check *head,
                             vt_content *content);

/// First name in `folder` that ends in `ending`, or "" (the caller frees with vt_text_free).
vt_error vt_files_find(const vt_files *files, const char *folder, const char *ending,
                       vt_text *name);

#endif
