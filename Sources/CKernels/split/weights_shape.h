// How the gradient of a convolution's filters is cut where its products are of split bfloat16, and what a thread's
// workspace holds; the same for every instruction set.
//
// A unit is (slice of the batch, group of channels, group of filters). It goes through bands: some whole images, or rows
// of one. A place is a pixel of the result; rows of places are as long as the image's are for the taps. The workspace
// holds the unit's sums, [tap][32 channels][32 filters] in tiles; a band of the image with channels as rows,
// [image][phase][channel][place] of h and behind them of l, where a phase is what the stride makes of the pixels: a tap
// is a phase and a distance; and the band of g in words of two places, [image][16 filters][pair of places][filter], h and
// l, with zeros where there is no pixel.
#ifndef CK_SPLIT_WEIGHTS_SHAPE_H
#define CK_SPLIT_WEIGHTS_SHAPE_H

#include "shape.h"

enum {
  // Most channels and filters of a unit; for one tap alone, whose sums are few.
  CK_SPLIT_UNIT = 64,
  CK_SPLIT_UNIT_OF_ONE = 128,
};

typedef struct {
  int64_t channels, filters;  // of the largest unit, multiples of 32
  int64_t channel_groups, filter_groups;
  int64_t taps;
  int64_t phases_h, phases_w;
  int64_t reach_h, reach_w;  // rows and places of a phase beyond those of the result
  int64_t pitch;             // places of a row
} ck_split_weights_shape;

static inline int64_t ck_split_up(int64_t count) {
  return (count + CK_SPLIT_INPUTS - 1) / CK_SPLIT_INPUTS * CK_SPLIT_INPUTS;
}

static inline ck_split_weights_shape ck_split_weights_shape_of(const ck_conv2d_weights_args *a) {
  ck_split_weights_shape s = {.taps = a->kernel_h * a->kernel_w};
  const int64_t most = s.taps == 1 ? CK_SPLIT_UNIT_OF_ONE : CK_SPLIT_UNIT;
  s.channel_groups = (a->in.c + most - 1) / most;
  s.filter_groups = (a->g.c + most - 1) / most;
  s.channels = ck_split_up((a->in.c + s.channel_groups - 1) / s.channel_groups);
  s.filters = ck_split_up((a->g.c + s.filter_groups - 1) / s.filter_groups);
  const int64_t far_h = (a->kernel_h - 1) * a->dilation_h, far_w = (a->kernel_w - 1) * a->dilation_w;
  s.phases_h = far_h + 1 < a->stride_h ? far_h + 1 : a->stride_h;
  s.phases_w = far_w + 1 < a->stride_w ? far_w + 1 : a->stride_w;
  s.reach_h = far_h / a->stride_h;
  s.reach_w = far_w / a->stride_w;
  s.pitch = a->g.w + s.reach_w;
  return s;
}

// Places of so many rows of the result, in whole steps of the sums.
static inline int64_t ck_split_places(const ck_split_weights_shape *s, int64_t rows) {
  return ck_split_up((rows - 1) * s->pitch + s->pitch - s->reach_w);
}

// Numbers of a channel's line: an odd number of cache lines.
static inline int64_t ck_split_line(const ck_split_weights_shape *s, int64_t rows) {
  return (ck_split_up(ck_split_places(s, rows) + s->reach_h * s->pitch + s->reach_w) / CK_SPLIT_INPUTS | 1) *
         CK_SPLIT_INPUTS;
}

static inline int64_t ck_split_weights_sums(const ck_split_weights_shape *s) {
  return s->taps * s->channels * s->filters;
}

// Floats of an image of a band.
static inline int64_t ck_split_weights_image(const ck_split_weights_shape *s, int64_t rows) {
  return s->phases_h * s->phases_w * s->channels * ck_split_line(s, rows) + s->filters * ck_split_places(s, rows);
}

typedef struct {
  int64_t images, rows;  // at most
} ck_split_weights_band;

// The largest band for which there is room; one row where there is not.
static inline ck_split_weights_band ck_split_weights_band_of(const ck_split_weights_shape *s,
                                                             const ck_conv2d_weights_args *a) {
  const int64_t room = a->workspace_floats - ck_split_weights_sums(s);
  ck_split_weights_band band = {room / ck_split_weights_image(s, a->g.h), a->g.h};
  if (band.images > 0) return band;
  band.images = 1;
  while (band.rows > 1 && ck_split_weights_image(s, band.rows) > room) band.rows--;
  const int64_t pieces = (a->g.h + band.rows - 1) / band.rows;
  band.rows = (a->g.h + pieces - 1) / pieces;
  return band;
}

#endif
