// archive.h - what files.c needs of archives.
#ifndef VT_DATA_ARCHIVE_H
#define VT_DATA_ARCHIVE_H

#include "files.h"

void vt_zip_close(struct zip *zip); ///< accepts NULL
vt_error vt_zip_read(const vt_files *files, int member, vt_content *content);

/// Whether unpacking is what honest data never is: big, and a tiny fraction of it packed.
/// Truth values that are all alike pack a thousandfold, but there are never this many.
bool vt_is_bomb(uint64_t packed, uint64_t unpacked);

#endif
