// Bilinear enlargement of C-order planes. A unit is a row of the output.
#include "../common/isa_generic.h"

#include "../common/vector.h"

// Where output i lies between two neighbours of `size` inputs.
typedef struct {
  int64_t before, behind;
  float weight;  // of the one behind
} ck_between;

static ck_between ck_between_at(int64_t i, int64_t scale, int64_t size) {
  // (i + ½)/scale − ½ in halves of 1/scale: exact, whatever the size.
  const int64_t halves = 2 * i + 1 - scale;
  const int64_t cell = halves < 0 ? -1 : halves / (2 * scale);
  const float weight = (float)(halves - cell * 2 * scale) / (float)(2 * scale);
  return (ck_between){.before = ck_most(cell, 0), .behind = ck_least(cell + 1, size - 1), .weight = weight};
}

int64_t CK_NAME(upscale_bilinear_rows, units)(const void *args) {
  const ck_upscale_bilinear_args *a = args;
  return a->planes * a->h * a->scale_h;
}

void CK_NAME(upscale_bilinear_rows, run)(const void *args, int64_t begin, int64_t end) {
  const ck_upscale_bilinear_args *a = args;
  const int64_t rows = a->h * a->scale_h, columns = a->w * a->scale_w;
  for (int64_t u = begin; u < end; u++) {
    const ck_between y = ck_between_at(u % rows, a->scale_h, a->h);
    const float *plane = a->in + u / rows * a->h * a->w;
    const float *above = plane + y.before * a->w, *below = plane + y.behind * a->w;
    float *to = a->out + u * columns;
    for (int64_t i = 0; i < columns; i++) {
      const ck_between x = ck_between_at(i, a->scale_w, a->w);
      const float top = above[x.before] + (above[x.behind] - above[x.before]) * x.weight;
      const float bottom = below[x.before] + (below[x.behind] - below[x.before]) * x.weight;
      to[i] = top + (bottom - top) * y.weight;
    }
  }
}

int64_t CK_NAME(upscale_bilinear_gradient_planes, units)(const void *args) {
  return ((const ck_upscale_bilinear_gradient_args *)args)->planes;
}

// A unit is a plane: each element of `in` goes to the four that it was made of.
void CK_NAME(upscale_bilinear_gradient_planes, run)(const void *args, int64_t begin, int64_t end) {
  const ck_upscale_bilinear_gradient_args *a = args;
  const int64_t rows = a->h * a->scale_h, columns = a->w * a->scale_w;
  for (int64_t u = begin; u < end; u++) {
    float *plane = a->out + u * a->h * a->w;
    memset(plane, 0, (size_t)(a->h * a->w) * sizeof(float));
    for (int64_t j = 0; j < rows; j++) {
      const ck_between y = ck_between_at(j, a->scale_h, a->h);
      const float *from = a->in + (u * rows + j) * columns;
      float *above = plane + y.before * a->w, *below = plane + y.behind * a->w;
      for (int64_t i = 0; i < columns; i++) {
        const ck_between x = ck_between_at(i, a->scale_w, a->w);
        const float lower = from[i] * y.weight, upper = from[i] - lower;
        above[x.before] += upper - upper * x.weight;
        above[x.behind] += upper * x.weight;
        below[x.before] += lower - lower * x.weight;
        below[x.behind] += lower * x.weight;
      }
    }
  }
}
