// Moving channels between layouts, four at a time.
#ifndef CK_LAYOUT_MOVE_H
#define CK_LAYOUT_MOVE_H

#include "../common/halo.h"
#include "../common/storage.h"

// `width` pixels of one row of a tensor, seen from channel c on.
typedef struct {
  ck_elem *row;  // channel 0, first pixel
  int64_t c, block, stride_c, width;
} ck_row;

static inline ck_row ck_row_at(const ck_tensor *t, int64_t n, int64_t c, int64_t y, int64_t x) {
  return (ck_row){ck_data(t) + n * t->stride_n + y * t->stride_h + x * t->block, c, t->block, t->stride_c, t->w};
}

// Blocks are powers of two, and divisions would take longer than short rows.
static inline ck_elem *ck_channel(const ck_row *r, int64_t i) {
  const int64_t c = r->c + i;
  return r->row + (c >> __builtin_ctzll((uint64_t)r->block)) * r->stride_c + (c & (r->block - 1));
}

// Four channels from i on are neighbours in memory.
static inline int ck_together(const ck_row *r, int64_t i) { return ((r->c + i) & (r->block - 1)) + 4 <= r->block; }

// Whether block `i` of the `count` channels is one in both, as a whole: then it is copied as it lies.
static inline int ck_is_whole(const ck_row *from, const ck_row *to, int64_t i, int64_t count) {
  const int64_t lane = to->block - 1;
  return from->block == to->block && ((from->c + i) & lane) == 0 && ((to->c + i) & lane) == 0 &&
         i + to->block <= count;
}

static inline void ck_move_block(const ck_row *from, const ck_row *to, int64_t i) {
  memcpy(ck_channel(to, i), ck_channel(from, i), (size_t)(from->width * from->block) * sizeof(ck_elem));
}

static inline void ck_move_channel(const ck_row *from, const ck_row *to, int64_t i) {
  const ck_elem *p = ck_channel(from, i);
  ck_elem *q = ck_channel(to, i);
  for (int64_t x = 0; x < from->width; x++) q[x * to->block] = p[x * from->block];
}

// to = from, `count` channels of from.width pixels.
#ifdef CK_STORES_BF16
static inline void ck_move_channels(const ck_row *from, const ck_row *to, int64_t count) {
  for (int64_t i = 0; i < count;) {
    if (ck_is_whole(from, to, i, count)) {
      ck_move_block(from, to, i);
      i += to->block;
    } else {
      ck_move_channel(from, to, i++);
    }
  }
}
#else
void ck_move_channels(const ck_row *from, const ck_row *to, int64_t count);
#endif

// Zeroes the lanes beyond channel `c` of the last block of row (n, y).
static inline void ck_zero_lanes(const ck_tensor *t, int64_t n, int64_t y) {
  const int64_t used = t->c % t->block, size = ck_element_bytes(t->storage);
  if (used == 0) return;
  char *p = (char *)t->data + (n * t->stride_n + t->c / t->block * t->stride_c + y * t->stride_h + used) * size;
  for (int64_t x = 0; x < t->w; x++) memset(p + x * t->block * size, 0, (size_t)((t->block - used) * size));
}

#endif
