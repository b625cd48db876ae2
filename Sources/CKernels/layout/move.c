#include "../common/isa_generic.h"

#include "move.h"

static void transpose(vf *r) {
  const vf a = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5), b = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7);
  const vf c = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5), d = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
  r[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
  r[1] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
  r[2] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
  r[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
}

// Four rows of plain pixels into pixels of four lanes.
static void interleave(const ck_row *from, const ck_row *to, int64_t i) {
  const float *p[4];
  for (int j = 0; j < 4; j++) p[j] = ck_channel(from, i + j);
  float *q = ck_channel(to, i);
  int64_t x = 0;
  for (; x + 4 <= from->width; x += 4) {
    vf r[4];
    for (int j = 0; j < 4; j++) r[j] = ck_load(p[j] + x);
    transpose(r);
    for (int j = 0; j < 4; j++) ck_store(q + (x + j) * to->block, r[j]);
  }
  for (; x < from->width; x++) {
    for (int j = 0; j < 4; j++) q[x * to->block + j] = p[j][x];
  }
}

static void deinterleave(const ck_row *from, const ck_row *to, int64_t i) {
  const float *p = ck_channel(from, i);
  float *q[4];
  for (int j = 0; j < 4; j++) q[j] = ck_channel(to, i + j);
  int64_t x = 0;
  for (; x + 4 <= from->width; x += 4) {
    vf r[4];
    for (int j = 0; j < 4; j++) r[j] = ck_load(p + (x + j) * from->block);
    transpose(r);
    for (int j = 0; j < 4; j++) ck_store(q[j] + x, r[j]);
  }
  for (; x < from->width; x++) {
    for (int j = 0; j < 4; j++) q[j][x] = p[x * from->block + j];
  }
}

void ck_move_channels(const ck_row *from, const ck_row *to, int64_t count) {
  for (int64_t i = 0; i < count;) {
    if (ck_is_whole(from, to, i, count)) {
      ck_move_block(from, to, i);
      i += to->block;
      continue;
    }
    const int four = i + 4 <= count;
    const int lanes_from = ck_together(from, i), lanes_to = ck_together(to, i);
    if (four && from->block == 1 && lanes_to) {
      interleave(from, to, i);
    } else if (four && lanes_from && to->block == 1) {
      deinterleave(from, to, i);
    } else if (four && lanes_from && lanes_to) {
      const float *p = ck_channel(from, i);
      float *q = ck_channel(to, i);
      for (int64_t x = 0; x < from->width; x++) ck_store(q + x * to->block, ck_load(p + x * from->block));
    } else {
      ck_move_channel(from, to, i);
      i++;
      continue;
    }
    i += 4;
  }
}
