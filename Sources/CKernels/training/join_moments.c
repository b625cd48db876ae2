// The moments of a batch from those of its parts. A unit is a channel: parts have few.
#include "../common/isa_generic.h"

#include "strips.h"

int64_t CK_NAME(join_moments_parts, units)(const void *args) { return ((const ck_join_moments_args *)args)->c; }

// Means and squares around them are joined in order, as in moments.h.
void CK_NAME(join_moments_parts, run)(const void *args, int64_t begin, int64_t end) {
  const ck_join_moments_args *a = args;
  for (int64_t c = begin; c < end; c++) {
    double total = 0, mean = 0, squares = 0;
    for (int64_t slice = 0; slice < a->slices; slice++) {
      const float *part = a->in + slice * 2 * a->c;
      const double count = (double)ck_part_of(a->examples, a->slices, slice).count, all = total + count;
      const double delta = part[c] - mean;
      mean += delta * (count / all);
      squares += part[a->c + c] * count + delta * delta * (total * count / all);
      total = all;
    }
    a->out[c] = (float)mean;
    a->out[a->c + c] = (float)(squares / total);
  }
}
