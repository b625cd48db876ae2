// How products of split bfloat16 are cut, and what a thread's workspace holds; the same for every instruction set.
//
// A float x is taken as h + l, two bfloat16 numbers: h is x rounded, l what is missing, rounded. A product x·w becomes
// h·h' + l·h' + h·l', in this order for each step of 32 inputs. What is left out, l·l', is as small as the rounding of
// the l.
//
// A convolution goes in bands: whole images, or rows of one. The workspace holds what a band reads, split:
// [h, l][chunk of 32 channels][image][row][pixel][32], zero beyond the last channel and wherever the tensor has its
// halo. A filter of one row or column needs no other rows or pixels than its own: with a stride only these are there.
// Of plain images, whose channels lie apart, each output pixel has all numbers that it needs one behind the other, in
// the order of the weights, as if they were the channels of a 1×1 filter.
// A unit is (band, tile of `tile_n` filters), the latter innermost: consecutive units share what was split.
#ifndef CK_SPLIT_SHAPE_H
#define CK_SPLIT_SHAPE_H

#include <stdint.h>
#include "../include/ck_args.h"
#include "../include/ck_table.h"

// Inputs of a step, and filters of a tile of packed weights.
enum { CK_SPLIT_INPUTS = 32, CK_SPLIT_COLUMNS = 32 };

typedef struct {
  int patches;  // of plain images
  int64_t chunks;
  int64_t kernel_h, kernel_w;  // as the workspace has it: 1 × 1 over patches
  int64_t step_h, step_w;      // rows and pixels there from one output to the next
  int64_t down, across;        // rows and pixels there from one tap to the next
  int64_t pitch;               // pixels of a row there
} ck_split_shape;

static inline ck_split_shape ck_split_shape_of(const ck_conv2d_args *a) {
  ck_split_shape s = {.patches = a->in.block == 1, .down = a->dilation_h, .across = a->dilation_w};
  s.kernel_h = s.patches ? 1 : a->kernel_h;
  s.kernel_w = s.patches ? 1 : a->kernel_w;
  const int64_t channels = a->in.c / a->groups, taps = a->kernel_h * a->kernel_w;
  s.chunks = ((s.patches ? channels * taps : channels) + CK_SPLIT_INPUTS - 1) / CK_SPLIT_INPUTS;
  s.step_h = s.kernel_h == 1 ? 1 : a->stride_h;
  s.step_w = s.kernel_w == 1 ? 1 : a->stride_w;
  s.pitch = (a->out.w - 1) * s.step_w + (s.kernel_w - 1) * s.across + 1;
  return s;
}

// Rows of the workspace for so many rows of an image of the output.
static inline int64_t ck_split_rows(const ck_split_shape *s, int64_t rows) {
  return (rows - 1) * s->step_h + (s->kernel_h - 1) * s->down + 1;
}

// Pixels from one chunk to the next: an odd number of cache lines, so that chunks lie in different sets of a cache.
static inline int64_t ck_split_plane(int64_t pixels) { return pixels | 1; }

typedef struct {
  int64_t images, rows;  // at most, of a band
  int64_t pieces;        // bands of an image, where they are not whole ones
  int64_t bands;
} ck_split_bands;

static inline ck_split_bands ck_split_bands_of(const ck_split_shape *s, const ck_conv2d_args *a) {
  const int64_t room = a->workspace_floats / (s->chunks * CK_SPLIT_INPUTS);
  const int64_t pixels = room > 0 ? (room - 1) | 1 : 0, image = ck_split_rows(s, a->out.h) * s->pitch;
  ck_split_bands b = {.images = 1, .rows = a->out.h, .pieces = 1};
  if (pixels >= image) {
    const int64_t most = pixels / image;
    b.bands = (a->out.n + most - 1) / most;
    b.images = (a->out.n + b.bands - 1) / b.bands;
  } else {
    const int64_t spare = pixels / s->pitch - ck_split_rows(s, 1), most = spare > 0 ? spare / s->step_h + 1 : 1;
    b.pieces = (a->out.h + most - 1) / most;
    b.rows = (a->out.h + b.pieces - 1) / b.pieces;
    b.bands = a->out.n * b.pieces;
  }
  return b;
}

// Images n … n + images − 1 and of each the rows y … y + rows − 1.
typedef struct {
  int64_t n, images, y, rows;
} ck_split_band;

static inline ck_split_band ck_split_band_at(const ck_split_bands *b, const ck_conv2d_args *a, int64_t band) {
  ck_split_band at;
  if (b->pieces == 1) {
    at.n = a->out.n * band / b->bands;
    at.images = a->out.n * (band + 1) / b->bands - at.n;
    at.y = 0;
    at.rows = a->out.h;
  } else {
    const int64_t piece = band % b->pieces;
    at.n = band / b->pieces;
    at.images = 1;
    at.y = a->out.h * piece / b->pieces;
    at.rows = a->out.h * (piece + 1) / b->pieces - at.y;
  }
  return at;
}

#endif
