// damage - makes a damaged copy of a file: as broken disks, torn copies and careless editors do.
//
//   damage FROM TO NUMBER
//
// The NUMBER decides what is done: bytes changed here and there, most of them among the first
// quarter, where an HDF5 file has its structure; a stretch of zeros or of another part; the end cut
// off. The same NUMBER gives the same damage on every machine.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

// SplitMix64.
static uint64_t draw(uint64_t below) {
  uint64_t x = state += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  x ^= x >> 31;
  return below > 0 ? x % below : 0;
}

// A byte that counts: zeros are mostly room that nobody reads.
static size_t place(const unsigned char *bytes, size_t length) {
  size_t at = 0;
  for (int i = 0; i < 100; i++) {
    at = draw(draw(4) == 0 ? length : length / 4 + 1);
    if (bytes[at] != 0 && bytes[at] != 0xff) return at;
  }
  return at;
}

static size_t damage(unsigned char *bytes, size_t length) {
  static const unsigned char odd[] = {0, 1, 0x7f, 0x80, 0xff};
  const uint64_t kind = draw(10);
  if (kind == 0) return draw(length);
  if (kind <= 2) {
    const size_t size = 1 + draw(64), to = place(bytes, length), from = draw(length);
    for (size_t i = 0; i < size && to + i < length && from + i < length; i++)
      bytes[to + i] = kind == 1 ? 0 : bytes[from + i];
    return length;
  }
  for (uint64_t left = 1 + draw(kind <= 6 ? 3 : 40); left > 0; left--) {
    unsigned char *byte = &bytes[place(bytes, length)];
    *byte = draw(2) == 0 ? odd[draw(sizeof odd)] : (unsigned char)(*byte ^ 1u << draw(8));
  }
  return length;
}

int main(int argc, char **argv) {
  FILE *from = argc == 4 ? fopen(argv[1], "rb") : NULL;
  if (!from || fseek(from, 0, SEEK_END) != 0) return 1;
  const long end = ftell(from);
  unsigned char *bytes = end > 0 ? malloc((size_t)end) : NULL;
  rewind(from);
  if (!bytes || fread(bytes, 1, (size_t)end, from) != (size_t)end) return 1;
  (void)fclose(from);
  state = strtoull(argv[3], NULL, 10);
  const size_t length = damage(bytes, (size_t)end);
  FILE *to = fopen(argv[2], "wb");
  const int failed = !to || fwrite(bytes, 1, length, to) != length || fclose(to) != 0;
  free(bytes);
  return failed;
}
