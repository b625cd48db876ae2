// The packed weights of the direct convolution: [tile][input block][ky][kx][lane][tile_n].
//
// A tile of tile_n output channels reads the input channels of the groups that it touches, from `low` (rounded down
// to a whole block) on. Weights between a channel and another group's input are zero. All tiles have room for
// `span` input channels, the most that any of them reads. The last block of a tile has real lanes only.
#ifndef CK_CONV_PACK_H
#define CK_CONV_PACK_H

#include <stdint.h>
#include "../include/ck_args.h"

typedef struct {
  int64_t block, tile_n, tiles, filters, taps;
  int64_t inputs, outputs;  // channels per group
  int64_t span;
} ck_conv_packing;

// Input channels [low, high) of a tile.
typedef struct {
  int64_t low, high;
} ck_channel_range;

static inline ck_channel_range ck_conv_range(const ck_conv_packing *p, int64_t tile) {
  int64_t first = tile * p->tile_n, last = first + p->tile_n - 1;
  if (last > p->filters - 1) last = p->filters - 1;
  int64_t low = first / p->outputs * p->inputs, high = (last / p->outputs + 1) * p->inputs;
  return (ck_channel_range){low - low % p->block, high};
}

// `inputs` channels in each group.
static inline ck_conv_packing ck_conv_packing_for(int64_t filters, int64_t inputs, int64_t taps, int64_t groups,
                                                  int64_t block, int64_t tile_n) {
  ck_conv_packing p = {.block = block, .tile_n = tile_n, .filters = filters, .taps = taps, .inputs = inputs};
  p.tiles = (filters + tile_n - 1) / tile_n;
  p.outputs = filters / groups;
  p.span = groups == 1 ? inputs : 0;
  for (int64_t t = 0; groups > 1 && t < p.tiles; t++) {
    ck_channel_range r = ck_conv_range(&p, t);
    if (r.high - r.low > p.span) p.span = r.high - r.low;
  }
  return p;
}

static inline ck_conv_packing ck_conv_packing_of(const ck_conv2d_args *a, int64_t tile_n) {
  return ck_conv_packing_for(a->out.c, a->in.c / a->groups, a->kernel_h * a->kernel_w, a->groups, a->in.block, tile_n);
}

static inline int64_t ck_conv_tile_floats(const ck_conv_packing *p) { return p->span * p->taps * p->tile_n; }

// Where the weight of (filter, c-th channel of its group, tap) lies.
static inline int64_t ck_conv_place(const ck_conv_packing *p, int64_t filter, int64_t c, int64_t tap) {
  int64_t tile = filter / p->tile_n;
  ck_channel_range r = ck_conv_range(p, tile);
  int64_t offset = filter / p->outputs * p->inputs + c - r.low;
  int64_t block = offset / p->block, lane = offset % p->block;
  int64_t lanes = r.high - r.low - block * p->block;
  if (lanes > p->block) lanes = p->block;
  int64_t step = block * p->block * p->taps + tap * lanes + lane;
  return tile * ck_conv_tile_floats(p) + step * p->tile_n + filter % p->tile_n;
}

#endif
