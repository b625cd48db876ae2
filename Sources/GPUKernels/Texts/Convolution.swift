extension KernelText {
  /// Convolutions and dense layers.
  ///
  /// `conv2d_tile*`: implicit GEMM (Chetlur et al. 2014, section 3). A block makes a tile of pixels × filters of one
  /// group, summing over taps and channels in steps of 16, whose operands lie in shared memory; padding is zeros that
  /// are never read. Weights: group, tap, channel, filter. A dense layer is a convolution of images of one pixel.
  ///
  /// `conv2d_depthwise`: a thread per result. Weights: tap, channel.
  ///
  /// `dense_rows`: 32 threads per unit, for few examples, where the weights are read once. Weights: unit, input.
  static let convolution = #"""
    struct ConvolutionArguments {
      const void *x, *w;
      const float *bias;
      const void *residual;
      void *y;
      View xs, rs, ys;
      int images, channels, height, width;
      int filters, groups, out_height, out_width;
      int kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left;
      int x_storage, w_storage, r_storage, y_storage;
      int activation;
      float p0, p1;
    };

    // activation(sum + bias + residual).
    NETC_DEVICE float finished(const ConvolutionArguments &a, float sum, int n, int f, int y, int x) {
      if (a.bias) sum += a.bias[f];
      if (a.residual) sum += load(a.residual, at(a.rs, n, f, y, x), a.r_storage);
      return activate_quickly(sum, a.activation, a.p0, a.p1);
    }

    NETC_DEVICE void finish(const ConvolutionArguments &a, float sum, int n, int f, int y, int x) {
      store(a.y, at(a.ys, n, f, y, x), a.y_storage, finished(a, sum, n, f, y, x));
    }

    // 256 threads with TM pixels × TN filters each. `channels` and `filters` are those of a group.
    template <int BM, int BN, int TM, int TN>
    NETC_DEVICE void convolve(const ConvolutionArguments &a) {
      constexpr int BK = 16, ROWS = 256 / BK, PASSES = BM / ROWS, ACROSS = BN / TN, DOWN = BM / TM;
      static_assert(ACROSS * DOWN == 256 && BM % ROWS == 0, "256 threads");
      NETC_SHARED float tile_x[BK][BM + 1];
      NETC_SHARED float tile_w[BK][BN];
      const int thread = threadIdx.x, group = blockIdx.z;
      const int first_pixel = blockIdx.x * BM, first_filter = blockIdx.y * BN;
      const int area = a.out_height * a.out_width, pixels = a.images * area;
      const int length = a.kernel_h * a.kernel_w * a.channels;

      // The pixels whose operands this thread fetches: where their windows begin.
      const int lane = thread % BK, line = thread / BK;
      long long base[PASSES];
      int top[PASSES], left[PASSES];
      for (int p = 0; p < PASSES; p++) {
        const int pixel = first_pixel + line + p * ROWS;
        const int n = pixel / area, y = pixel % area / a.out_width, x = pixel % a.out_width;
        base[p] = (long long)n * a.xs.image + (long long)group * a.channels * a.xs.channel;
        // Beyond the last pixel no tap reaches the image.
        top[p] = pixel < pixels ? y * a.stride_h - a.pad_top : -(1 << 30);
        left[p] = x * a.stride_w - a.pad_left;
      }

      float sums[TM][TN] = {};
      const int across = thread % ACROSS, down = thread / ACROSS;
      for (int k0 = 0; k0 < length; k0 += BK) {
        const int k = k0 + lane, c = k % a.channels, tap = k / a.channels;
        const int dy = tap / a.kernel_w * a.dilation_h, dx = tap % a.kernel_w * a.dilation_w;
        for (int p = 0; p < PASSES; p++) {
          const int y = top[p] + dy, x = left[p] + dx;
          const bool inside = k < length && y >= 0 && y < a.height && x >= 0 && x < a.width;
          tile_x[lane][line + p * ROWS] = inside ? load(a.x, base[p] + at(a.xs, 0, c, y, x), a.x_storage) : 0;
        }
        for (int i = thread; i < BK * BN; i += 256) {
          const int row = i / BN, f = first_filter + i % BN;
          const bool inside = k0 + row < length && f < a.filters;
          tile_w[row][i % BN] =
              inside ? load(a.w, ((long long)group * length + k0 + row) * a.filters + f, a.w_storage) : 0;
        }
        __syncthreads();
        for (int row = 0; row < BK; row++) {
          float xs[TM], ws[TN];
          for (int i = 0; i < TM; i++) xs[i] = tile_x[row][down + i * DOWN];
          for (int j = 0; j < TN; j++) ws[j] = tile_w[row][across + j * ACROSS];
          for (int i = 0; i < TM; i++) {
            for (int j = 0; j < TN; j++) sums[i][j] += xs[i] * ws[j];
          }
        }
        __syncthreads();
      }

      for (int i = 0; i < TM; i++) {
        const int pixel = first_pixel + down + i * DOWN;
        if (pixel >= pixels) break;
        const int n = pixel / area, y = pixel % area / a.out_width, x = pixel % a.out_width;
        for (int j = 0; j < TN; j++) {
          const int f = first_filter + across + j * ACROSS;
          if (f < a.filters) finish(a, sums[i][j], n, group * a.filters + f, y, x);
        }
      }
    }

    NETC_KERNEL(conv2d_tile64, ConvolutionArguments, 5) { convolve<64, 64, 4, 4>(a); }
    NETC_KERNEL(conv2d_tile32, ConvolutionArguments, 5) { convolve<32, 32, 2, 2>(a); }

    NETC_KERNEL(conv2d_depthwise, ConvolutionArguments, 5) {
      EACH(i, (long long)a.images * a.out_height * a.out_width * a.groups) {
        const int c = (int)(i % a.groups), x = (int)(i / a.groups % a.out_width);
        const int y = (int)(i / a.groups / a.out_width % a.out_height);
        const int n = (int)(i / a.groups / a.out_width / a.out_height);
        float sum = 0;
        for (int ky = 0; ky < a.kernel_h; ky++) {
          const int from_y = y * a.stride_h - a.pad_top + ky * a.dilation_h;
          if (from_y < 0 || from_y >= a.height) continue;
          for (int kx = 0; kx < a.kernel_w; kx++) {
            const int from_x = x * a.stride_w - a.pad_left + kx * a.dilation_w;
            if (from_x < 0 || from_x >= a.width) continue;
            const long long weight = (long long)(ky * a.kernel_w + kx) * a.groups + c;
            sum += load(a.x, at(a.xs, n, c, from_y, from_x), a.x_storage) * load(a.w, weight, a.w_storage);
          }
        }
        finish(a, sum, n, c, y, x);
      }
    }

    // blockIdx.x: eight units, blockIdx.y: an example.
    NETC_KERNEL(dense_rows, ConvolutionArguments, 5) {
      NETC_SHARED float parts[8][33];
      const int lane = threadIdx.x % 32, line = threadIdx.x / 32;
      const int unit = blockIdx.x * 8 + line, example = blockIdx.y;
      float sum = 0;
      if (unit < a.filters) {
        for (int k = lane; k < a.channels; k += 32) {
          sum += load(a.x, at(a.xs, example, k, 0, 0), a.x_storage) *
                 load(a.w, (long long)unit * a.channels + k, a.w_storage);
        }
      }
      parts[line][lane] = sum;
      __syncthreads();
      if (lane > 0 || unit >= a.filters) return;
      for (int i = 1; i < 32; i++) sum += parts[line][i];
      finish(a, sum, example, unit, 0, 0);
    }

    """#
}
