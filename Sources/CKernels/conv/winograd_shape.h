// How a Winograd convolution F(m×m, r×r) is cut, and what its workspace holds; the same for every instruction set.
//
// The output is covered by tiles of m × m pixels, numbered by image, row, column; those at the bottom and at the
// right may be incomplete. A unit is (block of consecutive tiles, tile of `tile_n` filters), the latter innermost:
// consecutive units share the transformed input. The workspace decides how many tiles make a block. Where the output
// is pooled, tiles cover the pixels that some window has.
#ifndef CK_WINOGRAD_SHAPE_H
#define CK_WINOGRAD_SHAPE_H

#include <stdint.h>
#include "../include/ck_args.h"
#include "../include/ck_table.h"

enum {
  CK_WINOGRAD_MOST = 8,  // points along an axis, in all forms
  // Channels whose filters are transformed at a time: they stay in the second cache until they are used. What they
  // contribute to a sum is added up on its own, so that errors grow with the chunk rather than with all channels.
  CK_WINOGRAD_CHUNK = 32,
};

// Points along an axis, which are the input pixels that a tile needs, too.
static inline int ck_winograd_span(ck_winograd_form f) { return f.out + f.taps - 1; }

// Products for each tile, channel and filter.
static inline int ck_winograd_points(ck_winograd_form f) { return ck_winograd_span(f) * ck_winograd_span(f); }

// Floats from one plane of an array, of which there is one for each point, to the next: whole cache lines, an odd
// number of them, so that the stores of a transform go to different sets of the cache.
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

static inline int64_t ck_winograd_filter_plane(int64_t channels, int64_t tile_n) {
  return ck_winograd_plane((channels < CK_WINOGRAD_CHUNK ? channels : CK_WINOGRAD_CHUNK) * tile_n);
}

static inline ck_winograd_shape ck_winograd_shape_of(ck_winograd_form f, const ck_conv2d_args *a, int64_t tile_n) {
  ck_winograd_shape s;
  s.h = a->pool ? a->out.h * a->pool : a->out.h;
  s.w = a->pool ? a->out.w * a->pool : a->out.w;
  s.tiles_h = (s.h + f.out - 1) / f.out;
  s.tiles_w = (s.w + f.out - 1) / f.out;
  s.tiles = a->out.n * s.tiles_h * s.tiles_w;
  s.channels = (a->in.c + a->in.block - 1) / a->in.block * a->in.block;
  s.filter_tiles = (a->out.c + tile_n - 1) / tile_n;
  int64_t most = a->workspace_floats / (ck_winograd_points(f) * (s.channels + tile_n));
  if (most > s.tiles) most = s.tiles;
  while (most > 1 && ck_winograd_floats(f, most, s.channels, tile_n) > a->workspace_floats) most--;
  if (most < 1) most = 1;
  s.tile_blocks = (s.tiles + most - 1) / most;
  s.tiles_at_once = (s.tiles + s.tile_blocks - 1) / s.tile_blocks;
  s.input_plane = ck_winograd_plane(s.tiles_at_once * s.channels);
  s.filter_plane = ck_winograd_filter_plane(s.channels, tile_n);
  s.sum_plane = ck_winograd_plane(s.tiles_at_once * tile_n);
  return s;
}

#endif
