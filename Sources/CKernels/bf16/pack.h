// The packed weights of bf16 convolutions: [tile][step][tile_n] words, the steps in the order of the reduction.
//
// A word holds the weights of two neighbouring elements of the input, the first in its lower half. Blocked input: the
// pairs are channels, and the steps are [input block][ky][kx][pair]. Plain input: the pairs are neighbouring pixels of
// a row, and the steps are [channel][ky][pair]; where the filter is dilated to the side it has no neighbours, and each
// kx is a step. What has no partner is alone in its word. Tiles and their channels are those of `../conv/pack.h`.
#ifndef CK_BF16_PACK_H
#define CK_BF16_PACK_H

#include "../conv/pack.h"

typedef struct {
  ck_conv_packing conv;
  int64_t kernel_w;
  int64_t across;      // pixels of a row that share a step: 2 for plain, undilated input, otherwise 1
  int64_t tile_words;  // of one tile
} ck_pair_packing;

static inline ck_pair_packing ck_pair_packing_for(const ck_conv_packing *conv, int64_t kernel_h, int64_t kernel_w,
                                                  int64_t across) {
  ck_pair_packing p = {.conv = *conv, .kernel_w = kernel_w, .across = across};
  const int64_t steps = conv->block == 1 ? conv->span * kernel_h * ((kernel_w + across - 1) / across)
                                         : (conv->span + 1) / 2 * conv->taps;
  p.tile_words = steps * conv->tile_n;
  return p;
}

static inline ck_pair_packing ck_pair_packing_of(const ck_conv2d_args *a, int64_t tile_n) {
  const ck_conv_packing conv = ck_conv_packing_of(a, tile_n);
  return ck_pair_packing_for(&conv, a->kernel_h, a->kernel_w, conv.block == 1 && a->dilation_w == 1 ? 2 : 1);
}

// Where the weight of (filter, c-th channel of its group, tap) lies, in halves of words.
static inline int64_t ck_pair_place(const ck_pair_packing *p, int64_t filter, int64_t c, int64_t tap) {
  const ck_conv_packing *conv = &p->conv;
  const int64_t tile = filter / conv->tile_n;
  const ck_channel_range r = ck_conv_range(conv, tile);
  const int64_t channel = filter / conv->outputs * conv->inputs + c - r.low;
  int64_t step, half;
  if (conv->block == 1) {
    const int64_t row = tap / p->kernel_w, kx = tap % p->kernel_w;
    const int64_t rows = conv->taps / p->kernel_w, steps = (p->kernel_w + p->across - 1) / p->across;
    step = (channel * rows + row) * steps + kx / p->across;
    half = kx % p->across;
  } else {
    const int64_t block = channel / conv->block, lane = channel % conv->block;
    int64_t lanes = r.high - r.low - block * conv->block;
    if (lanes > conv->block) lanes = conv->block;
    step = block * conv->block / 2 * conv->taps + tap * ((lanes + 1) / 2) + lane / 2;
    half = lane % 2;
  }
  return 2 * (tile * p->tile_words + step * conv->tile_n + filter % conv->tile_n) + half;
}

#endif
