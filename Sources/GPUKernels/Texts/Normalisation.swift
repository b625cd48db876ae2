extension KernelText {
  /// `lrn`: a thread per result, x / (k + α·Σx²)^β over neighbouring channels.
  ///
  /// `softmax`: a block per row of numbers that lie `inner` apart; `softmax_short`: a thread per row.
  ///
  /// `standardize`: a block per row of neighbouring numbers, mean first, then the variance of the differences.
  static let normalisation = #"""
    struct LRNArguments {
      const void *x;
      void *y;
      View xs, ys;
      int images, channels, height, width, size, x_storage, y_storage;
      float alpha, beta, k;
    };

    NETC_KERNEL(lrn, LRNArguments, 2) {
      EACH(i, (long long)a.images * a.height * a.width * a.channels) {
        const int c = (int)(i % a.channels), x = (int)(i / a.channels % a.width);
        const int y = (int)(i / a.channels / a.width % a.height), n = (int)(i / a.channels / a.width / a.height);
        const int half = a.size / 2, first = c < half ? 0 : c - half;
        float sum = 0;
        for (int j = first; j <= c + half && j < a.channels; j++) {
          const float v = load(a.x, at(a.xs, n, j, y, x), a.x_storage);
          sum += v * v;
        }
        const float v = load(a.x, at(a.xs, n, c, y, x), a.x_storage);
        store(a.y, at(a.ys, n, c, y, x), a.y_storage, v / powf(a.k + a.alpha * sum, a.beta));
      }
    }

    struct RowArguments {
      const void *x;
      void *y;
      int rows, length, inner, x_storage, y_storage;
      float epsilon;
    };

    NETC_DEVICE long long row_begin(const RowArguments &a, long long row) {
      return row / a.inner * a.length * a.inner + row % a.inner;
    }

    NETC_KERNEL(softmax_short, RowArguments, 2) {
      EACH(row, a.rows) {
        const long long begin = row_begin(a, row);
        float largest = load(a.x, begin, a.x_storage), sum = 0;
        for (int i = 1; i < a.length; i++) {
          const float v = load(a.x, begin + (long long)i * a.inner, a.x_storage);
          largest = v <= largest ? largest : v;
        }
        for (int i = 0; i < a.length; i++) {
          sum += expf(load(a.x, begin + (long long)i * a.inner, a.x_storage) - largest);
        }
        for (int i = 0; i < a.length; i++) {
          const long long place = begin + (long long)i * a.inner;
          store(a.y, place, a.y_storage, expf(load(a.x, place, a.x_storage) - largest) / sum);
        }
      }
    }

    NETC_KERNEL(softmax, RowArguments, 2) {
      NETC_SHARED float shared[256];
      const long long begin = row_begin(a, blockIdx.x);
      const int thread = threadIdx.x;
      // Where there are fewer numbers than threads, the first stands in.
      float largest = load(a.x, begin, a.x_storage);
      for (int i = thread; i < a.length; i += 256) {
        const float v = load(a.x, begin + (long long)i * a.inner, a.x_storage);
        largest = v <= largest ? largest : v;
      }
      largest = block_largest(shared, largest);
      float part = 0;
      for (int i = thread; i < a.length; i += 256) {
        part += expf(load(a.x, begin + (long long)i * a.inner, a.x_storage) - largest);
      }
      const float sum = block_sum(shared, part);
      for (int i = thread; i < a.length; i += 256) {
        const long long place = begin + (long long)i * a.inner;
        store(a.y, place, a.y_storage, expf(load(a.x, place, a.x_storage) - largest) / sum);
      }
    }

    NETC_KERNEL(standardize, RowArguments, 2) {
      NETC_SHARED float shared[256];
      const long long begin = (long long)blockIdx.x * a.length;
      const int thread = threadIdx.x;
      float part = 0;
      for (int i = thread; i < a.length; i += 256) part += load(a.x, begin + i, a.x_storage);
      const float mean = block_sum(shared, part) / (float)a.length;
      part = 0;
      for (int i = thread; i < a.length; i += 256) {
        const float difference = load(a.x, begin + i, a.x_storage) - mean;
        part += difference * difference;
      }
      const float deviation = sqrtf(block_sum(shared, part) / (float)a.length + a.epsilon);
      for (int i = thread; i < a.length; i += 256) {
        store(a.y, begin + i, a.y_storage, (load(a.x, begin + i, a.x_storage) - mean) / deviation);
      }
    }

    """#
}
