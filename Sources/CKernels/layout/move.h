// Moving channels between layouts, four at a time.
#ifndef CK_LAYOUT_MOVE_H
#define CK_LAYOUT_MOVE_H

#include "../common/halo.h"
#include "../common/vector.h"

// `width` pixels of one row of a tensor, seen from channel c on.
typedef struct {
  float *row;  // channel 0, first pixel
  int64_t c, block, stride_c, width;
} ck_row;

static inline ck_row ck_row_at(const ck_tensor *t, int64_t n, int64_t c, int64_t y, int64_t x) {
  return (ck_row){t->data + n * t->stride_n + y * t->stride_h + x * t->block, c, t->block, t->stride_c, t->w};
}

// Blocks are powers of two, and divisions would take longer than short rows.
static inline float *ck_channel(const ck_row *r, int64_t i) {
  const int64_t c = r->c + i;
  return r->row + (c >> __builtin_ctzll((uint64_t)r->block)) * r->stride_c + (c & (r->block - 1));
}

// Four channels from i on are neighbours in memory.
static inline int ck_together(const ck_row *r, int64_t i) { return ((r->c + i) & (r->block - 1)) + 4 <= r->block; }

// to = from, `count` channels of from.width pixels.
void ck_move_channels(const ck_row *from, const ck_row *to, int64_t count);

// Zeroes the lanes beyond channel `c` of the last block of row (n, y).
void ck_zero_lanes(const ck_tensor *t, int64_t n, int64_t y);

#endif
