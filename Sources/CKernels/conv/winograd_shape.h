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
  // Most channels and filters of a unit of a gradient of filters: their sums stay in the second cache.
  CK_WINOGRAD_UNIT_CHANNELS = 32,
  CK_WINOGRAD_UNIT_FILTERS = 64,
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

// How the gradient of a Winograd convolution's filters is cut: units of (slice of the batch, group of filters, group of
// channels), the groups in whole blocks, of which a unit takes `tiles` tiles at once.
typedef struct {
  int64_t channel_groups, filter_groups;
  int64_t channels, filters;  // blocks of the largest unit
  int64_t tiles;
  // The three arrays of the workspace, in this order.
  int64_t x_plane;    // [point][channel block][tile][lane]
  int64_t g_plane;    // [point][filter block][tile][lane]
  int64_t sum_plane;  // [point][group of filter vectors][channel][filter]
} ck_winograd_weights_shape;

static inline ck_winograd_weights_shape ck_winograd_weights_shape_for(int64_t tiles, int64_t channels, int64_t filters,
                                                                      int64_t block) {
  ck_winograd_weights_shape s = {.tiles = tiles};
  s.channel_groups = (channels + CK_WINOGRAD_UNIT_CHANNELS - 1) / CK_WINOGRAD_UNIT_CHANNELS;
  s.filter_groups = (filters + CK_WINOGRAD_UNIT_FILTERS - 1) / CK_WINOGRAD_UNIT_FILTERS;
  s.channels = ((channels + block - 1) / block + s.channel_groups - 1) / s.channel_groups;
  s.filters = ((filters + block - 1) / block + s.filter_groups - 1) / s.filter_groups;
  s.x_plane = ck_winograd_plane(tiles * s.channels * block);
  s.g_plane = ck_winograd_plane(tiles * s.filters * block);
  s.sum_plane = ck_winograd_plane(s.channels * s.filters * block * block);
  return s;
}

// The most tiles that the workspace has room for.
static inline ck_winograd_weights_shape ck_winograd_weights_shape_of(ck_winograd_form f,
                                                                     const ck_conv2d_weights_args *a) {
  const int64_t block = a->g.block;
  ck_winograd_weights_shape s = ck_winograd_weights_shape_for(1, a->in.c, a->g.c, block);
  int64_t most = (a->workspace_floats / ck_winograd_points(f) - s.sum_plane) / ((s.channels + s.filters) * block);
  while (most > 1 && ck_winograd_weights_floats(f, most, a->in.c, a->g.c, block) > a->workspace_floats) most--;
  return ck_winograd_weights_shape_for(most < 1 ? 1 : most, a->in.c, a->g.c, block);
}

#endif
