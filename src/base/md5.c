// md5.c - the digest that Brightway names its files by.
#include "vintner/base.h"

#include <md5.h>

void vt_md5(const void *bytes, ptrdiff_t length, char hex[33]) {
  (void)MD5Data(bytes, (size_t)length, hex);
}
