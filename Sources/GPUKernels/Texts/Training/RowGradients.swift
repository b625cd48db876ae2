extension KernelText {
  /// Gradients along rows, and of what was gathered.
  ///
  /// `softmax_gradient`: y·(g − Σg·y), a block per row of numbers that lie `inner` apart; `softmax_gradient_short`: a
  /// thread per row.
  ///
  /// `standardize_gradient`: (g − mean g − x̂·mean g·x̂)/√(σ² + ε), a block per row of neighbouring numbers.
  ///
  /// `scatter`: a thread per element of the result, which adds up all elements of g that were taken from it: of the axes
  /// that walk along one axis of the result, the last one follows from the others.
  static let rowGradients = #"""
    struct RowGradientArguments {
      const void *g, *x;
      void *y;
      int rows, length, inner, g_storage, x_storage, y_storage;
      float epsilon;
    };

    NETC_KERNEL(softmax_gradient_short, RowGradientArguments, 3) {
      EACH(row, a.rows) {
        const long long begin = row / a.inner * a.length * a.inner + row % a.inner;
        float sum = 0;
        for (int i = 0; i < a.length; i++) {
          const long long place = begin + (long long)i * a.inner;
          sum += load(a.g, place, a.g_storage) * load(a.x, place, a.x_storage);
        }
        for (int i = 0; i < a.length; i++) {
          const long long place = begin + (long long)i * a.inner;
          store(a.y, place, a.y_storage,
                load(a.x, place, a.x_storage) * (load(a.g, place, a.g_storage) - sum));
        }
      }
    }

    NETC_KERNEL(softmax_gradient, RowGradientArguments, 3) {
      NETC_SHARED float shared[256];
      const int row = blockIdx.x;
      const long long begin = (long long)(row / a.inner) * a.length * a.inner + row % a.inner;
      float part = 0;
      for (int i = threadIdx.x; i < a.length; i += 256) {
        const long long place = begin + (long long)i * a.inner;
        part += load(a.g, place, a.g_storage) * load(a.x, place, a.x_storage);
      }
      const float sum = block_sum(shared, part);
      for (int i = threadIdx.x; i < a.length; i += 256) {
        const long long place = begin + (long long)i * a.inner;
        store(a.y, place, a.y_storage, load(a.x, place, a.x_storage) * (load(a.g, place, a.g_storage) - sum));
      }
    }

    NETC_KERNEL(standardize_gradient, RowGradientArguments, 3) {
      NETC_SHARED float shared[256];
      const long long begin = (long long)blockIdx.x * a.length;
      const int thread = threadIdx.x;
      const float count = (float)a.length;
      float part = 0, gradients = 0;
      for (int i = thread; i < a.length; i += 256) {
        part += load(a.x, begin + i, a.x_storage);
        gradients += load(a.g, begin + i, a.g_storage);
      }
      const float mean = block_sum(shared, part) / count, gradient = block_sum(shared, gradients) / count;
      part = 0;
      float products = 0;
      for (int i = thread; i < a.length; i += 256) {
        const float difference = load(a.x, begin + i, a.x_storage) - mean;
        part += difference * difference;
        products += load(a.g, begin + i, a.g_storage) * difference;
      }
      const float variance = block_sum(shared, part) / count + a.epsilon;
      const float product = block_sum(shared, products) / count / variance, deviation = sqrtf(variance);
      for (int i = thread; i < a.length; i += 256) {
        const float difference = load(a.x, begin + i, a.x_storage) - mean;
        store(a.y, begin + i, a.y_storage,
              (load(a.g, begin + i, a.g_storage) - gradient - difference * product) / deviation);
      }
    }

    struct ScatterArguments {
      const void *g;
      void *y;
      int count, rank, axes, g_storage, y_storage;
      // Of the result: sizes and starts.
      int sizes[8], starts[8];
      // Of g: elements of each axis and between neighbours, the axis of the result that it walks along or −1, its step
      // there, and whether it follows from the axes before.
      int counts[8], strides[8], sources[8], steps[8], follows[8];
    };

    // The place in g of the combination of free axes with a number, or −1 where it does not lead to these coordinates.
    NETC_DEVICE long long taken_from(const ScatterArguments &a, const int *coordinates, long long number) {
      int rest[8];
      for (int axis = 0; axis < a.rank; axis++) rest[axis] = coordinates[axis] - a.starts[axis];
      long long place = 0;
      for (int d = 0; d < a.axes; d++) {
        if (a.follows[d]) continue;
        const int i = (int)(number % a.counts[d]);
        number /= a.counts[d];
        place += (long long)i * a.strides[d];
        if (a.sources[d] >= 0) rest[a.sources[d]] -= i * a.steps[d];
      }
      for (int d = 0; d < a.axes; d++) {
        if (!a.follows[d]) continue;
        const int axis = a.sources[d], i = rest[axis] / a.steps[d];
        if (i < 0 || i >= a.counts[d] || i * a.steps[d] != rest[axis]) return -1;
        place += (long long)i * a.strides[d];
        rest[axis] = 0;
      }
      for (int axis = 0; axis < a.rank; axis++) {
        if (rest[axis] != 0) return -1;
      }
      return place;
    }

    NETC_KERNEL(scatter, ScatterArguments, 2) {
      long long combinations = 1;
      for (int d = 0; d < a.axes; d++) combinations *= a.follows[d] ? 1 : a.counts[d];
      EACH(i, a.count) {
        int coordinates[8];
        long long rest = i;
        for (int axis = a.rank - 1; axis >= 0; axis--) {
          coordinates[axis] = (int)(rest % a.sizes[axis]);
          rest /= a.sizes[axis];
        }
        float sum = 0;
        for (long long number = 0; number < combinations; number++) {
          const long long place = taken_from(a, coordinates, number);
          if (place >= 0) sum += load(a.g, place, a.g_storage);
        }
        store(a.y, i, a.y_storage, sum);
      }
    }

    """#
}
