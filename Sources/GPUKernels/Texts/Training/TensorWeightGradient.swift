extension KernelText {
  /// Gradients of a convolution's filters on tensor cores: an implicit GEMM as `conv2d_weights_tile*`, filters × (tap,
  /// channel), summed over the pixels of a slice of the batch in their order. Operands lie in shared memory as they do in
  /// images, a row of neighbouring channels for each pixel, `STAGES` deep: while 16 words of pixels are multiplied, the
  /// next ones come.
  ///
  /// Fragments want neighbouring pixels in a word, and of numbers of 16 bits a word of shared memory has neighbouring
  /// channels. So a thread takes the words of two pixels and makes two of them that have two pixels each: row g of a
  /// fragment is filter 2g, row g + 8 filter 2g + 1, and of two neighbouring fragments of columns the first has the even
  /// ones. Padding behind rows lets the words that a warp reads lie in different banks.
  ///
  /// With `VECTOR`, rows are copied 16 bytes at a time, which must be channels of one pixel, as they are stored. Without,
  /// each thread loads numbers of any layout and storage, which pass through registers.
  static let tensorWeightGradient = #"""
    // Row `half` of the two of a fragment that a thread has: where it lies among 16.
    template <int STORAGE>
    NETC_DEVICE int fragment_row(int g, int half) {
      return STORAGE == FLOAT32 ? g + 8 * half : 2 * g + half;
    }

    // Words of fragments for 16 neighbouring rows (filters or columns), from pixels of LENGTH words each: of rows
    // `fragment_row(g, 0)` and `fragment_row(g, 1)` word t of pixels, then word t + 4.
    template <int STORAGE, int LENGTH>
    NETC_DEVICE void take_fragment(unsigned (&words)[4], const unsigned *pixels, int first, int g, int t) {
    #pragma unroll
      for (int part = 0; part < 2; part++) {
        if constexpr (STORAGE == FLOAT32) {
          const unsigned *pixel = pixels + (t + 4 * part) * LENGTH + first + g;
          words[2 * part] = tf32(pixel[0]);
          words[2 * part + 1] = tf32(pixel[8]);
        } else {
          const unsigned *pixel = pixels + (2 * t + 8 * part) * LENGTH + first / 2 + g;
          const unsigned even = pixel[0], odd = pixel[LENGTH];
          words[2 * part] = (even & 0xffffu) | odd << 16;
          words[2 * part + 1] = even >> 16 | (odd & 0xffff0000u);
        }
      }
    }

    template <int STORAGE, int BM, int BN, int STAGES, bool VECTOR>
    NETC_DEVICE void sum_tensor_products(const WeightGradientArguments &a) {
      constexpr int NUMBERS = STORAGE == FLOAT32 ? 1 : 2, BYTES = 4 / NUMBERS, K = 8 * NUMBERS, BK = 2 * K;
      constexpr int PAD = STORAGE == FLOAT32 ? 8 : 4, LENGTH_G = BM / NUMBERS + PAD, LENGTH_X = BN / NUMBERS + PAD;
      constexpr int UNIT = VECTOR ? 4 : 1, WIDTH = UNIT * NUMBERS, UNITS_G = BM / WIDTH, UNITS_X = BN / WIDTH;
      constexpr int PASSES_G = (BK * UNITS_G + 255) / 256, PASSES_X = (BK * UNITS_X + 255) / 256;
      constexpr int DOWN = 2, ACROSS = 4, MT = BM / DOWN / 16, NT = BN / ACROSS / 8;
      static_assert(256 % UNITS_G == 0 && 256 % UNITS_X == 0, "a thread fetches the same columns of all its rows");
      static_assert(MT > 0 && NT > 0 && NT % 2 == 0, "fragments of columns come in twos");
      static_assert(VECTOR || STAGES == 2, "what passes through registers is one stage ahead");
      NETC_SHARED Quad tiles_g[STAGES][BK][LENGTH_G / 4];
      NETC_SHARED Quad tiles_x[STAGES][BK][LENGTH_X / 4];
      const int thread = threadIdx.x, group = blockIdx.z % a.groups, slice = blockIdx.z / a.groups;
      const int taps = a.kernel_h * a.kernel_w, columns = taps * a.channels;
      const int first_column = blockIdx.x * BN, first_filter = blockIdx.y * BM;
      const int begin = (int)((long long)slice * a.images / a.slices);
      const int end = (int)((slice + 1ll) * a.images / a.slices);
      const int area = a.out_height * a.out_width, pixels = (end - begin) * area, steps = (pixels + BK - 1) / BK;

      // What this thread fetches: so many filters, and so many columns, of some pixels.
      const int unit_g = thread % UNITS_G, line_g = thread / UNITS_G;
      const int unit_x = thread % UNITS_X, line_x = thread / UNITS_X;
      constexpr int EACH = VECTOR ? 1 : NUMBERS;
      int channel[EACH], top[EACH], left[EACH];
      for (int e = 0; e < EACH; e++) {
        const int column = first_column + unit_x * WIDTH + e, tap = column / a.channels;
        channel[e] = group * a.channels + column % a.channels;
        // Beyond the last column no pixel reaches the image.
        top[e] = column < columns ? tap / a.kernel_w * a.dilation_h - a.pad_top : -(1 << 30);
        left[e] = tap % a.kernel_w * a.dilation_w - a.pad_left;
      }
      [[maybe_unused]] unsigned held_g[PASSES_G], held_x[PASSES_X];

      // Begins to bring the pixels of a step.
      auto fetch = [&](int step) {
    #pragma unroll
        for (int p = 0; p < PASSES_G; p++) {
          const int row = line_g + p * (256 / UNITS_G), pixel = step * BK + row;
          if (row >= BK) break;
          const int n = begin + pixel / area, y = pixel % area / a.out_width, x = pixel % area % a.out_width;
          [[maybe_unused]] float numbers[2] = {0, 0};
    #pragma unroll
          for (int e = 0; e < EACH; e++) {
            const int f = first_filter + unit_g * WIDTH + e;
            const bool inside = pixel < pixels && f < a.filters;
            const long long place = inside ? at(a.gs, n, group * a.filters + f, y, x) : 0;
            if constexpr (VECTOR) {
              copy16(&tiles_g[step % STAGES][row][unit_g], (const char *)a.g + place * BYTES, inside);
            } else {
              numbers[e] = inside ? load(a.g, place, a.g_storage) : 0;
            }
          }
          if constexpr (!VECTOR) held_g[p] = packed<STORAGE>(numbers);
        }
    #pragma unroll
        for (int p = 0; p < PASSES_X; p++) {
          const int row = line_x + p * (256 / UNITS_X), pixel = step * BK + row;
          if (row >= BK) break;
          const int n = begin + pixel / area, y = pixel % area / a.out_width, x = pixel % area % a.out_width;
          [[maybe_unused]] float numbers[2] = {0, 0};
    #pragma unroll
          for (int e = 0; e < EACH; e++) {
            const int from_y = y * a.stride_h + top[e], from_x = x * a.stride_w + left[e];
            const bool inside =
                pixel < pixels && from_y >= 0 && from_y < a.height && from_x >= 0 && from_x < a.width;
            const long long place = inside ? at(a.xs, n, channel[e], from_y, from_x) : 0;
            if constexpr (VECTOR) {
              copy16(&tiles_x[step % STAGES][row][unit_x], (const char *)a.x + place * BYTES, inside);
            } else {
              numbers[e] = inside ? load(a.x, place, a.x_storage) : 0;
            }
          }
          if constexpr (!VECTOR) held_x[p] = packed<STORAGE>(numbers);
        }
      };
      // What passed through registers, to where it is multiplied.
      auto put = [&](int step) {
        if constexpr (!VECTOR) {
    #pragma unroll
          for (int p = 0; p < PASSES_G; p++) {
            const int row = line_g + p * (256 / UNITS_G);
            if (row < BK) tiles_g[step % STAGES][row][unit_g / 4].words[unit_g % 4] = held_g[p];
          }
    #pragma unroll
          for (int p = 0; p < PASSES_X; p++) {
            const int row = line_x + p * (256 / UNITS_X);
            if (row < BK) tiles_x[step % STAGES][row][unit_x / 4].words[unit_x % 4] = held_x[p];
          }
        }
      };

      const int lane = thread % 32, warp = thread / 32, g = lane / 4, t = lane % 4;
      const int row0 = warp % DOWN * MT * 16, column0 = warp / DOWN * NT * 8;
      float sums[MT][NT][4] = {};
      auto multiply = [&](int stage) {
        const unsigned *pixels_g = (const unsigned *)tiles_g[stage];
        const unsigned *pixels_x = (const unsigned *)tiles_x[stage];
    #pragma unroll
        for (int q = 0; q < BK; q += K) {
          unsigned gs[MT][4], xs[NT][2];
    #pragma unroll
          for (int i = 0; i < MT; i++) {
            take_fragment<STORAGE, LENGTH_G>(gs[i], pixels_g + q * LENGTH_G, row0 + i * 16, g, t);
          }
    #pragma unroll
          for (int j = 0; j < NT; j += 2) {
            unsigned words[4];
            take_fragment<STORAGE, LENGTH_X>(words, pixels_x + q * LENGTH_X, column0 + j * 8, g, t);
            for (int part = 0; part < 2; part++) {
              xs[j][part] = words[2 * part];
              xs[j + 1][part] = words[2 * part + 1];
            }
          }
          warp_multiply<STORAGE>(sums, gs, xs);
        }
      };
      sum_parts<VECTOR, STAGES>(steps, fetch, put, multiply);

    #pragma unroll
      for (int i = 0; i < MT; i++) {
    #pragma unroll
        for (int r = 0; r < 4; r++) {
          const int filter = first_filter + row0 + i * 16 + fragment_row<STORAGE>(g, r / 2);
          if (filter >= a.filters) continue;
          const long long row = ((long long)slice * a.groups + group) * a.filters + filter;
    #pragma unroll
          for (int j = 0; j < NT; j++) {
            const int place = first_column + column0 + j / 2 * 16 + fragment_row<STORAGE>(2 * t + r % 2, j % 2);
            if (place < columns) {
              a.y[(row * a.channels + place % a.channels) * taps + place / a.channels] = sums[i][j][r];
            }
          }
        }
      }
    }

    """#
}
