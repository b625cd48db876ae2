extension KernelText {
  /// Convolutions and dense layers.
  ///
  /// `conv2d_tile*`: implicit GEMM (Chetlur et al. 2014, section 3). A block makes a tile of pixels × filters of one
  /// group, summing over taps and channels in steps of 16, whose operands lie in shared memory; padding is zeros that
  /// are never read. Weights: group, tap, channel, filter. A dense layer is a convolution of images of one pixel.
  ///
  /// `conv2d_depthwise`: a thread per result. Weights: tap, channel. `conv2d_depthwise_vectors`: a thread per 16 bytes of
  /// neighbouring channels.
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

    struct alignas(16) Words {
      unsigned words[4];
    };

    // The 4 or 8 numbers of 16 bytes, of which the first is number i; its address is a multiple of 16.
    NETC_DEVICE void load16(const void *p, long long i, int storage, float *numbers) {
      const Words loaded = *(const Words *)((const char *)p + i * (storage == FLOAT32 ? 4 : 2));
    #pragma unroll
      for (int w = 0; w < 4; w++) {
        Bits low, high;
        low.bits = loaded.words[w];
        if (storage == FLOAT32) {
          numbers[w] = low.number;
        } else if (storage == FLOAT16) {
          numbers[2 * w] = half_to_float((unsigned short)loaded.words[w]);
          numbers[2 * w + 1] = half_to_float((unsigned short)(loaded.words[w] >> 16));
        } else {
          low.bits = loaded.words[w] << 16;
          high.bits = loaded.words[w] & 0xffff0000u;
          numbers[2 * w] = low.number;
          numbers[2 * w + 1] = high.number;
        }
      }
    }

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

    // As `finish`, for W filters from f on: at once where they make 16 bytes side by side.
    template <int W>
    NETC_DEVICE void finish_vector(const ConvolutionArguments &a, const float *sums, int n, int f, int y, int x) {
      const long long place = at(a.ys, n, f, y, x);
      const int width = a.y_storage == FLOAT32 ? 4 : 8;
      char *to = (char *)a.y + place * (16 / width);
      const bool at_once = W == width && a.ys.channel == 1 && (unsigned long long)to % 16 == 0;
      Words stored = {{0, 0, 0, 0}};
    #pragma unroll
      for (int e = 0; e < W; e++) {
        const float result = finished(a, sums[e], n, f + e, y, x);
        if (!at_once) {
          store(a.y, place + (long long)e * a.ys.channel, a.y_storage, result);
        } else if (W == 4) {
          Bits value;
          value.number = result;
          stored.words[e % 4] = value.bits;
        } else {
          stored.words[e / 2] |= (unsigned)stored16(result, a.y_storage) << e % 2 * 16;
        }
      }
      if (at_once) *(Words *)to = stored;
    }

    // W channels, which lie side by side in images and weights and make 16 bytes.
    template <int W>
    NETC_DEVICE void depthwise_vectors(const ConvolutionArguments &a) {
      const int parts = a.groups / W;
      EACH(i, (long long)a.images * a.out_height * a.out_width * parts) {
        const int c = (int)(i % parts) * W, x = (int)(i / parts % a.out_width);
        const int y = (int)(i / parts / a.out_width % a.out_height), n = (int)(i / parts / a.out_width / a.out_height);
        float sums[W] = {};
        for (int ky = 0; ky < a.kernel_h; ky++) {
          const int from_y = y * a.stride_h - a.pad_top + ky * a.dilation_h;
          if (from_y < 0 || from_y >= a.height) continue;
          for (int kx = 0; kx < a.kernel_w; kx++) {
            const int from_x = x * a.stride_w - a.pad_left + kx * a.dilation_w;
            if (from_x < 0 || from_x >= a.width) continue;
            float xs[8], ws[8];
            load16(a.x, at(a.xs, n, c, from_y, from_x), a.x_storage, xs);
            load16(a.w, (long long)(ky * a.kernel_w + kx) * a.groups + c, a.w_storage, ws);
    #pragma unroll
            for (int e = 0; e < W; e++) sums[e] += xs[e] * ws[e];
          }
        }
        finish_vector<W>(a, sums, n, c, y, x);
      }
    }

    NETC_KERNEL(conv2d_depthwise_vectors, ConvolutionArguments, 5) {
      if (a.w_storage == FLOAT32) {
        depthwise_vectors<4>(a);
      } else {
        depthwise_vectors<8>(a);
      }
    }

    // blockIdx.x: eight units, blockIdx.y: an example.
    NETC_KERNEL(dense_rows, ConvolutionArguments, 5) {
      NETC_SHARED float parts[8][33];
      const int lane = threadIdx.x % 32, line = threadIdx.x / 32;
      const int unit = blockIdx.x * 8 + line, example = blockIdx.y;
      float sum = 0;
      const int width = a.w_storage == FLOAT32 ? 4 : 8;
      const bool in_vectors = a.x_storage == a.w_storage && a.xs.channel == 1 && a.channels % width == 0 &&
                              a.xs.image % width == 0 && (unsigned long long)a.x % 16 == 0;
      if (unit < a.filters && in_vectors) {
        for (int k = lane * width; k < a.channels; k += 32 * width) {
          float xs[8], ws[8];
          load16(a.x, (long long)example * a.xs.image + k, a.x_storage, xs);
          load16(a.w, (long long)unit * a.channels + k, a.w_storage, ws);
    #pragma unroll
          for (int e = 0; e < 8; e++) {
            if (e < width) sum += xs[e] * ws[e];
          }
        }
      } else if (unit < a.filters) {
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
