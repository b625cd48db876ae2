// Elements of a C-order array in another order. A unit is one pair of the two innermost axes of the output.
#include "../common/isa_generic.h"

#include "../common/vector.h"

// The innermost `count` axes of the output that are one unit.
static int64_t ck_rearrange_inner(const ck_rearrange_args *a) { return ck_least(a->rank, 2); }

int64_t CK_NAME(rearrange_rows, units)(const void *args) {
  const ck_rearrange_args *a = args;
  int64_t units = 1;
  for (int64_t d = 0; d < a->rank - ck_rearrange_inner(a); d++) units *= a->counts[d];
  return units;
}

static void ck_gather_row(float *to, const float *from, int64_t count, int64_t stride) {
  if (stride == 1) {
    memcpy(to, from, (size_t)count * sizeof(float));
  } else {
    for (int64_t i = 0; i < count; i++) to[i] = from[i * stride];
  }
}

void CK_NAME(rearrange_rows, run)(const void *args, int64_t begin, int64_t end) {
  const ck_rearrange_args *a = args;
  const int64_t last = a->rank - 1, inner = ck_rearrange_inner(a);
  const int64_t rows = inner == 2 ? a->counts[last - 1] : 1, row_stride = inner == 2 ? a->strides[last - 1] : 0;
  const int64_t count = a->counts[last], stride = a->strides[last];
  for (int64_t u = begin; u < end; u++) {
    int64_t from = a->offset, rest = u;
    for (int64_t d = a->rank - inner - 1; d >= 0; d--) {
      from += rest % a->counts[d] * a->strides[d];
      rest /= a->counts[d];
    }
    float *to = a->out + u * rows * count;
    for (int64_t r = 0; r < rows; r++) ck_gather_row(to + r * count, a->in + from + r * row_stride, count, stride);
  }
}
