extension KernelText {
  /// Sums over a batch. A block takes some channels, a lane of threads each, of one slice of the batch; each thread adds
  /// up every so many-th pixel, and the lanes are joined as a tree.
  ///
  /// `moments`, `join_moments`: means and biased variances, chunks of eight joined as Chan et al. (1983) do: one pass,
  /// without the difference of two large sums.
  ///
  /// `channel_sums`. Modes: 0 Σx, 1 Σg and Σg·x̂, 2 the same of g where γ·x̂ + β > 0.
  ///
  /// `moments_of_sums`: of Σx and Σx², as a library has them. `inverse_deviations`: 1/√(σ² + ε), as one wants them.
  /// `variances_of_deviations`: σ² of these, in their place; it is off by some 10⁻⁷ of σ² + ε.
  ///
  /// `batch_sum`: over the examples, for each element of one.
  static let channelSums = #"""
    struct ChannelArguments {
      const void *x, *g;
      const float *moments, *gamma, *beta;
      float *y;
      View xs, gs;
      int images, channels, height, width, slices, lanes, x_storage, g_storage, mode;
      float epsilon;
    };

    NETC_KERNEL(channel_sums, ChannelArguments, 6) {
      NETC_SHARED float shared[256];
      const int lane = threadIdx.x % a.lanes, line = threadIdx.x / a.lanes, lines = 256 / a.lanes;
      const int c = blockIdx.x * a.lanes + lane, slice = blockIdx.y, area = a.height * a.width;
      const int first = slice_begin(a.images, a.slices, slice);
      const long long rows = (long long)(slice_begin(a.images, a.slices, slice + 1) - first) * area;
      float sum = 0, product = 0;
      if (c < a.channels) {
        const float mean = a.mode ? a.moments[c] : 0, variance = a.mode ? a.moments[a.channels + c] : 0;
        const float gamma = a.mode == 2 ? a.gamma[c] : 0, beta = a.mode == 2 ? a.beta[c] : 0;
        for (long long r = line; r < rows; r += lines) {
          const int n = first + (int)(r / area), pixel = (int)(r % area), y = pixel / a.width, x = pixel % a.width;
          float g = load(a.g, at(a.gs, n, c, y, x), a.g_storage);
          if (a.mode) {
            const float v = normalised(load(a.x, at(a.xs, n, c, y, x), a.x_storage), mean, variance, a.epsilon);
            if (a.mode == 2 && !(gamma * v + beta > 0)) g = 0;
            product += g * v;
          }
          sum += g;
        }
      }
      sum = lane_sum(shared, sum, a.lanes);
      product = lane_sum(shared, product, a.lanes);
      if (line > 0 || c >= a.channels) return;
      if (a.mode == 0) {
        a.y[(long long)slice * a.channels + c] = sum;
      } else {
        a.y[2ll * slice * a.channels + c] = sum;
        a.y[(2ll * slice + 1) * a.channels + c] = product;
      }
    }

    // How many numbers, their mean, the sum of the squares of their differences from it.
    struct Spread {
      float count, mean, squares;
    };

    NETC_DEVICE void join(Spread &a, float count, float mean, float squares) {
      if (count == 0) return;
      const float total = a.count + count, difference = mean - a.mean;
      a.squares += squares + difference * difference * (a.count * (count / total));
      a.mean += difference * (count / total);
      a.count = total;
    }

    // Of threads a multiple of `lanes` apart; those of the first lane have the result.
    NETC_DEVICE Spread lane_join(float (*shared)[256], Spread value, int lanes) {
      const int thread = threadIdx.x;
      shared[0][thread] = value.count;
      shared[1][thread] = value.mean;
      shared[2][thread] = value.squares;
      __syncthreads();
      for (int half = 128; half >= lanes; half /= 2) {
        if (thread < half) {
          const int other = thread + half;
          join(value, shared[0][other], shared[1][other], shared[2][other]);
          shared[0][thread] = value.count;
          shared[1][thread] = value.mean;
          shared[2][thread] = value.squares;
        }
        __syncthreads();
      }
      return value;
    }

    NETC_KERNEL(moments, ChannelArguments, 6) {
      NETC_SHARED float shared[3][256];
      const int lane = threadIdx.x % a.lanes, line = threadIdx.x / a.lanes, lines = 256 / a.lanes;
      const int c = blockIdx.x * a.lanes + lane, slice = blockIdx.y, area = a.height * a.width;
      const int first = slice_begin(a.images, a.slices, slice);
      const long long rows = (long long)(slice_begin(a.images, a.slices, slice + 1) - first) * area;
      Spread spread = {0, 0, 0};
      if (c < a.channels) {
        for (long long r0 = line; r0 < rows; r0 += 8 * lines) {
          float values[8], sum = 0, squares = 0;
          int count = 0;
          for (int i = 0; i < 8; i++) {
            const long long r = r0 + (long long)i * lines;
            if (r >= rows) break;
            const int n = first + (int)(r / area), pixel = (int)(r % area), y = pixel / a.width, x = pixel % a.width;
            values[i] = load(a.x, at(a.xs, n, c, y, x), a.x_storage);
            sum += values[i];
            count++;
          }
          const float mean = sum / (float)count;
          for (int i = 0; i < count; i++) squares += (values[i] - mean) * (values[i] - mean);
          join(spread, (float)count, mean, squares);
        }
      }
      spread = lane_join(shared, spread, a.lanes);
      if (line > 0 || c >= a.channels) return;
      a.y[2ll * slice * a.channels + c] = spread.mean;
      a.y[(2ll * slice + 1) * a.channels + c] = spread.squares / spread.count;
    }

    // x: slices × 2 × channels; `images` are all examples.
    NETC_KERNEL(join_moments, ChannelArguments, 6) {
      NETC_SHARED float shared[3][256];
      const int lane = threadIdx.x % a.lanes, line = threadIdx.x / a.lanes, lines = 256 / a.lanes;
      const int c = blockIdx.x * a.lanes + lane;
      const float *x = (const float *)a.x;
      Spread spread = {0, 0, 0};
      for (int slice = line; slice < a.slices && c < a.channels; slice += lines) {
        const float count =
            (float)(slice_begin(a.images, a.slices, slice + 1) - slice_begin(a.images, a.slices, slice));
        join(spread, count, x[2ll * slice * a.channels + c], x[(2ll * slice + 1) * a.channels + c] * count);
      }
      spread = lane_join(shared, spread, a.lanes);
      if (line > 0 || c >= a.channels) return;
      a.y[c] = spread.mean;
      a.y[a.channels + c] = spread.squares / spread.count;
    }

    struct SumArguments {
      const float *sums, *squares;
      float *moments;
      int channels;
      float count;
    };

    // Of numbers that somebody else summed. The difference takes digits from a variance that is small beside the mean;
    // in doubles, none but those that the sums have lost.
    NETC_KERNEL(moments_of_sums, SumArguments, 3) {
      EACH(c, a.channels) {
        const double mean = (double)a.sums[c] / a.count, variance = (double)a.squares[c] / a.count - mean * mean;
        a.moments[c] = (float)mean;
        a.moments[a.channels + c] = variance < 0 ? 0 : (float)variance;
      }
    }

    struct DeviationArguments {
      const float *moments;
      float *y;
      int channels;
      float epsilon;
    };

    NETC_KERNEL(inverse_deviations, DeviationArguments, 2) {
      EACH(c, a.channels) a.y[c] = 1 / sqrtf(a.moments[a.channels + c] + a.epsilon);
    }

    struct VarianceArguments {
      float *y;
      int channels;
      float epsilon;
    };

    NETC_KERNEL(variances_of_deviations, VarianceArguments, 1) {
      EACH(c, a.channels) {
        const double inverse = a.y[c], variance = 1 / (inverse * inverse) - a.epsilon;
        a.y[c] = variance < 0 ? 0 : (float)variance;
      }
    }

    struct BatchArguments {
      const void *x;
      void *y;
      View xs, ys;
      int images, channels, height, width, lanes, channels_first, x_storage, y_storage;
    };

    NETC_KERNEL(batch_sum, BatchArguments, 2) {
      NETC_SHARED float shared[256];
      const int lane = threadIdx.x % a.lanes, line = threadIdx.x / a.lanes, lines = 256 / a.lanes;
      const long long count = (long long)a.channels * a.height * a.width;
      const long long i = (long long)blockIdx.x * a.lanes + lane;
      const int pixels = a.height * a.width;
      const int c = (int)(a.channels_first ? i % a.channels : i / pixels);
      const int pixel = (int)(a.channels_first ? i / a.channels : i % pixels);
      float sum = 0;
      for (int n = line; n < a.images && i < count; n += lines) {
        sum += load(a.x, at(a.xs, n, c, pixel / a.width, pixel % a.width), a.x_storage);
      }
      sum = lane_sum(shared, sum, a.lanes);
      if (line > 0 || i >= count) return;
      store(a.y, at(a.ys, 0, c, pixel / a.width, pixel % a.width), a.y_storage, sum);
    }

    """#
}
