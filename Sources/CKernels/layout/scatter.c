// The gradient of a rearrangement. A unit is one index of the parted axes: what falls there comes from nowhere else.
#include "../common/isa_generic.h"

#include "../common/vector.h"

int64_t CK_NAME(scatter_parts, units)(const void *args) {
  const ck_scatter_args *a = args;
  int64_t units = 1;
  for (int64_t d = 0; d < a->parted; d++) units *= a->out_counts[d];
  return units;
}

// Adds the elements of the axes from `axis` on.
static void ck_scatter_axis(const ck_scatter_args *a, int64_t axis, const float *from, float *to) {
  const int64_t count = a->rest_counts[axis], from_step = a->from[axis], to_step = a->to[axis];
  if (axis + 1 < a->rank) {
    for (int64_t i = 0; i < count; i++) ck_scatter_axis(a, axis + 1, from + i * from_step, to + i * to_step);
  } else if (to_step == 0) {
    double sum = 0;
    for (int64_t i = 0; i < count; i++) sum += from[i * from_step];
    *to += (float)sum;
  } else {
    for (int64_t i = 0; i < count; i++) to[i * to_step] += from[i * from_step];
  }
}

void CK_NAME(scatter_parts, run)(const void *args, int64_t begin, int64_t end) {
  const ck_scatter_args *a = args;
  for (int64_t u = begin; u < end; u++) {
    int64_t rest = u, from = 0;
    int is_taken = 1;
    for (int64_t d = a->parted - 1; d >= 0; d--) {
      const int64_t distance = rest % a->out_counts[d] - a->starts[d], step = a->steps[d];
      rest /= a->out_counts[d];
      const int64_t i = distance / step;
      is_taken = is_taken && distance % step == 0 && i >= 0 && i < a->counts[d];
      from += i * a->in_strides[d];
    }
    float *to = a->out + u * a->inner;
    memset(to, 0, (size_t)a->inner * sizeof(float));
    if (!is_taken) continue;
    if (a->rank == 0) {
      to[a->offset] = a->in[from];
    } else {
      ck_scatter_axis(a, 0, a->in + from, to + a->offset);
    }
  }
}
