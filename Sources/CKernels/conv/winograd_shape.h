// How a Winograd convolution F(4×4, 3×3) is cut, and what its workspace holds; the same for every instruction set.
//
// The output is covered by tiles of 4 × 4 pixels, numbered by image, row, column; those at the bottom and at the
// right may be incomplete. A unit is (block of consecutive tiles, tile of `tile_n` filters), the latter innermost:
// consecutive units share the transformed input. The workspace decides how many tiles make a block. Where the output
// is pooled, tiles cover the pixels that some window has.
#ifndef CK_WINOGRAD_SHAPE_H
#define CK_WINOGRAD_SHAPE_H

#include <stdint.h>
#include "../include/ck_args.h"
#include "../include/ck_table.h"

enum {
  CK_WINOGRAD_OUT = 4,      // output pixels of a tile, either way
  CK_WINOGRAD_IN = 6,       // input pixels that they need
  CK_WINOGRAD_POINTS = 36,  // products for each pair of a channel and a filter
  CK_WINOGRAD_CHUNK = 64,   // channels whose filters are transformed at a time
};

// Floats from one of the 36 planes of an array to the next: whole cache lines, an odd number of them, so that the
// 36 stores of a transform go to different sets of the cache.
static inline int64_t ck_winograd_plane(int64_t floats) { return (((floats + 15) / 16) | 1) * 16; }

typedef struct {
  int64_t h, w;  // of the images before they are pooled
  int64_t tiles_h, tiles_w, tiles;
  int64_t channels;  // in whole blocks
  int64_t filter_tiles;
  int64_t tiles_at_once, tile_blocks;
  // The three arrays of the workspace, in this order.
  int64_t input_plane;   // [point][channel block][tile][lane]
  int64_t filter_plane;  // [point][channel of the chunk][filter]
  int64_t sum_plane;     // [point][tile][filter]
} ck_winograd_shape;

static inline int64_t ck_winograd_chunk(int64_t channels) {
  return channels < CK_WINOGRAD_CHUNK ? channels : CK_WINOGRAD_CHUNK;
}

static inline ck_winograd_shape ck_winograd_shape_of(const ck_conv2d_args *a, int64_t tile_n) {
  ck_winograd_shape s;
  s.h = a->pool ? a->out.h * a->pool : a->out.h;
  s.w = a->pool ? a->out.w * a->pool : a->out.w;
  s.tiles_h = (s.h + CK_WINOGRAD_OUT - 1) / CK_WINOGRAD_OUT;
  s.tiles_w = (s.w + CK_WINOGRAD_OUT - 1) / CK_WINOGRAD_OUT;
  s.tiles = a->out.n * s.tiles_h * s.tiles_w;
  s.channels = (a->in.c + a->in.block - 1) / a->in.block * a->in.block;
  s.filter_tiles = (a->out.c + tile_n - 1) / tile_n;
  int64_t most = a->workspace_floats / (CK_WINOGRAD_POINTS * (s.channels + tile_n));
  if (most > s.tiles) most = s.tiles;
  while (most > 1 && ck_winograd_floats(most, s.channels, tile_n) > a->workspace_floats) most--;
  if (most < 1) most = 1;
  s.tile_blocks = (s.tiles + most - 1) / most;
  s.tiles_at_once = (s.tiles + s.tile_blocks - 1) / s.tile_blocks;
  s.input_plane = ck_winograd_plane(s.tiles_at_once * s.channels);
  s.filter_plane = ck_winograd_plane(ck_winograd_chunk(s.channels) * tile_n);
  s.sum_plane = ck_winograd_plane(s.tiles_at_once * tile_n);
  return s;
}

#endif
