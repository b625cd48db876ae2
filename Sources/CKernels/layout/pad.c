// Padding of C-order arrays. A unit is one output row: the innermost padded axis and all that lies behind it.
#include "../common/isa_generic.h"

#include "../common/vector.h"

typedef struct {
  int64_t axes;  // outer axes, each with an index
  int64_t rows;  // of the output
  int64_t before, inside, after;  // floats of a row
} ck_pad_rows;

static ck_pad_rows ck_pad_rows_of(const ck_pad_args *a) {
  int64_t axis = a->rank - 1, width = 1;
  while (axis > 0 && !a->before[axis] && !a->after[axis]) width *= a->in_shape[axis--];
  ck_pad_rows r = {axis, 1, a->before[axis] * width, a->in_shape[axis] * width, a->after[axis] * width};
  for (int64_t d = 0; d < axis; d++) r.rows *= a->before[d] + a->in_shape[d] + a->after[d];
  return r;
}

static void fill(float *p, int64_t count, float value) {
  for (int64_t i = 0; i < count; i++) p[i] = value;
}

int64_t CK_NAME(pad_rows, units)(const void *args) { return ck_pad_rows_of(args).rows; }

void CK_NAME(pad_rows, run)(const void *args, int64_t begin, int64_t end) {
  const ck_pad_args *a = args;
  const ck_pad_rows r = ck_pad_rows_of(a);
  for (int64_t u = begin; u < end; u++) {
    int64_t from = 0, scale = 1, rest = u;
    int inside = 1;
    for (int64_t d = r.axes - 1; d >= 0; d--) {
      const int64_t size = a->before[d] + a->in_shape[d] + a->after[d], i = rest % size - a->before[d];
      rest /= size;
      inside = inside && i >= 0 && i < a->in_shape[d];
      from += i * scale;
      scale *= a->in_shape[d];
    }
    float *to = a->out + u * (r.before + r.inside + r.after);
    fill(to, r.before, a->value);
    if (inside) {
      memcpy(to + r.before, a->in + from * r.inside, (size_t)r.inside * sizeof(float));
    } else {
      fill(to + r.before, r.inside, a->value);
    }
    fill(to + r.before + r.inside, r.after, a->value);
  }
}
