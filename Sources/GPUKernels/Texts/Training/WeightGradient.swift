extension KernelText {
  /// What kernels of filters' gradients are told: `channels` and `filters` are those of a group.
  static let weightGradientArguments = #"""
    struct WeightGradientArguments {
      const void *x, *g;
      float *y;
      View xs, gs;
      int images, channels, height, width;
      int filters, groups, out_height, out_width;
      int kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left;
      int slices, lanes, x_storage, g_storage;
    };

    """#

  /// Gradients of a convolution's filters: ∂W[f, c, tap] = Σ g[n, f, y, x]·x[n, c, …] over the pixels of one slice of the
  /// batch. Slices are joined by `batch_sum`, in their order.
  ///
  /// `conv2d_weights_tile*`: implicit GEMM. A block makes a tile of filters × (tap, channel) of one group and slice,
  /// summing over pixels in steps of 16, whose operands lie in shared memory.
  ///
  /// `conv2d_weights_depthwise`: one channel per group. A block takes one tap of some filters, a lane of threads each.
  static let weightGradient = #"""
    // 256 threads with TM filters × TN columns each.
    template <int BM, int BN, int TM, int TN>
    NETC_DEVICE void sum_products(const WeightGradientArguments &a) {
      constexpr int BK = 16, ACROSS = BN / TN, DOWN = BM / TM, STEP = 256 / BN, PASSES = BK / STEP;
      static_assert(ACROSS * DOWN == 256 && BM == BN && BK % STEP == 0, "256 threads");
      NETC_SHARED float tile_g[BK][BM];
      NETC_SHARED float tile_x[BK][BN];
      const int thread = threadIdx.x, group = blockIdx.z % a.groups, slice = blockIdx.z / a.groups;
      const int taps = a.kernel_h * a.kernel_w, columns = taps * a.channels;
      const int first_column = blockIdx.x * BN, first_filter = blockIdx.y * BM;
      const int begin = (int)((long long)slice * a.images / a.slices);
      const int end = (int)((slice + 1ll) * a.images / a.slices);
      const int area = a.out_height * a.out_width, pixels = (end - begin) * area;

      // What this thread fetches: one filter, one column, every STEP-th pixel.
      const int lane = thread % BN, line = thread / BN;
      const int f = first_filter + lane, column = first_column + lane;
      const int tap = column / a.channels, c = column % a.channels;
      const int top = tap / a.kernel_w * a.dilation_h - a.pad_top, left = tap % a.kernel_w * a.dilation_w - a.pad_left;

      float sums[TM][TN] = {};
      const int across = thread % ACROSS, down = thread / ACROSS;
      for (int k0 = 0; k0 < pixels; k0 += BK) {
        for (int p = 0; p < PASSES; p++) {
          const int row = line + p * STEP, pixel = k0 + row;
          const int n = begin + pixel / area, y = pixel % area / a.out_width, x = pixel % area % a.out_width;
          const int from_y = y * a.stride_h + top, from_x = x * a.stride_w + left;
          const bool inside = pixel < pixels && column < columns && from_y >= 0 && from_y < a.height &&
                              from_x >= 0 && from_x < a.width;
          tile_g[row][lane] = pixel < pixels && f < a.filters
                                  ? load(a.g, at(a.gs, n, group * a.filters + f, y, x), a.g_storage)
                                  : 0;
          tile_x[row][lane] =
              inside ? load(a.x, at(a.xs, n, group * a.channels + c, from_y, from_x), a.x_storage) : 0;
        }
        __syncthreads();
        for (int row = 0; row < BK; row++) {
          float gs[TM], xs[TN];
          for (int i = 0; i < TM; i++) gs[i] = tile_g[row][down + i * DOWN];
          for (int j = 0; j < TN; j++) xs[j] = tile_x[row][across + j * ACROSS];
          for (int i = 0; i < TM; i++) {
            for (int j = 0; j < TN; j++) sums[i][j] += gs[i] * xs[j];
          }
        }
        __syncthreads();
      }

      for (int i = 0; i < TM; i++) {
        const int filter = first_filter + down + i * DOWN;
        if (filter >= a.filters) break;
        const long long row = ((long long)slice * a.groups + group) * a.filters + filter;
        for (int j = 0; j < TN; j++) {
          const int place = first_column + across + j * ACROSS;
          if (place < columns) a.y[(row * a.channels + place % a.channels) * taps + place / a.channels] = sums[i][j];
        }
      }
    }

    NETC_KERNEL(conv2d_weights_tile64, WeightGradientArguments, 3) { sum_products<64, 64, 4, 4>(a); }
    NETC_KERNEL(conv2d_weights_tile32, WeightGradientArguments, 3) { sum_products<32, 32, 2, 2>(a); }

    // blockIdx: filters, taps, slices.
    NETC_KERNEL(conv2d_weights_depthwise, WeightGradientArguments, 3) {
      NETC_SHARED float shared[256];
      const int lane = threadIdx.x % a.lanes, line = threadIdx.x / a.lanes, lines = 256 / a.lanes;
      const int f = blockIdx.x * a.lanes + lane, tap = blockIdx.y, slice = blockIdx.z, filters = a.groups * a.filters;
      const int begin = (int)((long long)slice * a.images / a.slices);
      const int end = (int)((slice + 1ll) * a.images / a.slices);
      const int area = a.out_height * a.out_width, pixels = (end - begin) * area;
      const int top = tap / a.kernel_w * a.dilation_h - a.pad_top, left = tap % a.kernel_w * a.dilation_w - a.pad_left;
      float sum = 0;
      for (int pixel = line; pixel < pixels && f < filters; pixel += lines) {
        const int n = begin + pixel / area, y = pixel % area / a.out_width, x = pixel % area % a.out_width;
        const int from_y = y * a.stride_h + top, from_x = x * a.stride_w + left;
        if (from_y < 0 || from_y >= a.height || from_x < 0 || from_x >= a.width) continue;
        sum += load(a.g, at(a.gs, n, f, y, x), a.g_storage) *
               load(a.x, at(a.xs, n, f / a.filters, from_y, from_x), a.x_storage);
      }
      sum = lane_sum(shared, sum, a.lanes);
      if (line == 0 && f < filters) {
        a.y[((long long)slice * filters + f) * a.kernel_h * a.kernel_w + tap] = sum;
      }
    }

    """#
}
