extension KernelText {
  /// Convolutions and dense layers on tensor cores: an implicit GEMM as `conv2d_tile*`, whose operands lie in shared
  /// memory as rows of 64 bytes, `STAGES` deep: while one part is multiplied, the next ones come.
  ///
  /// Both operands have the index of summation (tap, channel) in rows: a row is a pixel's window, or a filter. 16 bytes
  /// of padding behind each row let the eight rows of a fragment lie in different banks. Weights: group, filter, tap,
  /// channel.
  ///
  /// Where there are few tiles for many multiprocessors, a block's warps share the sum: `SPLIT` parts of it lie in shared
  /// memory at a time, each for some of the warps, whose sums are added in their order at the end.
  ///
  /// With `VECTOR`, rows are copied 16 bytes at a time, which must be channels of one pixel, as they are stored. Without,
  /// each thread loads numbers of any layout and storage, which pass through registers.
  static let tensorConvolution = #"""
    // As `finish`, for filter f and the next one, of which `left` exist: numbers of 16 bits at once where they may.
    NETC_DEVICE void finish2(const ConvolutionArguments &a, const float *sums, int n, int f, int y, int x, int left) {
      if (left < 1) return;
      const float first = finished(a, sums[0], n, f, y, x);
      const long long place = at(a.ys, n, f, y, x);
      if (left < 2) {
        store(a.y, place, a.y_storage, first);
        return;
      }
      const float second = finished(a, sums[1], n, f + 1, y, x);
      unsigned short *pair = (unsigned short *)a.y + place;
      if (a.y_storage != FLOAT32 && a.ys.channel == 1 && (unsigned long long)pair % 4 == 0) {
        *(unsigned *)pair = stored16(first, a.y_storage) | (unsigned)stored16(second, a.y_storage) << 16;
      } else {
        store(a.y, place, a.y_storage, first);
        store(a.y, place + a.ys.channel, a.y_storage, second);
      }
    }

    template <int STORAGE, int BM, int BN, int SPLIT, int STAGES, bool VECTOR>
    NETC_DEVICE void convolve_tensor(const ConvolutionArguments &a) {
      constexpr int WORDS = 16, NUMBERS = STORAGE == FLOAT32 ? 1 : 2, BK = WORDS * NUMBERS, BYTES = 4 / NUMBERS;
      constexpr int UNIT = VECTOR ? 4 : 1, UNITS = WORDS / UNIT, LINES = 256 / UNITS;
      constexpr int PASSES_X = BM * SPLIT / LINES, PASSES_W = BN * SPLIT / LINES;
      constexpr int WARPS = 8 / SPLIT, DOWN = SPLIT > 1 ? 1 : BM > BN ? 4 : 2, ACROSS = WARPS / DOWN;
      constexpr int MT = BM / DOWN / 16, NT = BN / ACROSS / 8;
      static_assert(VECTOR || STAGES == 2, "what passes through registers is one stage ahead");
      NETC_SHARED Quad tiles[STAGES][SPLIT][BM + BN][WORDS / 4 + 1];
      const int thread = threadIdx.x, group = blockIdx.z;
      const int first_pixel = blockIdx.x * BM, first_filter = blockIdx.y * BN;
      const int area = a.out_height * a.out_width, pixels = a.images * area;
      const int length = a.kernel_h * a.kernel_w * a.channels, steps = (length + BK * SPLIT - 1) / (BK * SPLIT);

      // What this thread fetches: so many numbers of every LINESth row, of pixels and of filters, in all parts of the sum.
      const int unit = thread % UNITS, line = thread / UNITS;
      long long base[PASSES_X];
      int top[PASSES_X], left[PASSES_X];
      for (int p = 0; p < PASSES_X; p++) {
        const int pixel = first_pixel + (SPLIT == 1 ? line + p * LINES : (line + p * LINES) % BM);
        const int n = pixel / area, y = pixel % area / a.out_width, x = pixel % a.out_width;
        base[p] = (long long)n * a.xs.image + (long long)group * a.channels * a.xs.channel;
        // Beyond the last pixel no tap reaches the image.
        top[p] = pixel < pixels ? y * a.stride_h - a.pad_top : -(1 << 30);
        left[p] = x * a.stride_w - a.pad_left;
      }
      unsigned held_x[PASSES_X], held_w[PASSES_W];

      // Begins to bring part `step` of the sum.
      auto fetch = [&](int step) {
        float numbers[PASSES_X + PASSES_W][2];
    #pragma unroll
        for (int e = 0; e < (VECTOR ? 1 : NUMBERS); e++) {
    #pragma unroll
          for (int p = 0; p < PASSES_X; p++) {
            const int part = SPLIT == 1 ? 0 : (line + p * LINES) / BM, row = line + p * LINES - part * BM;
            const int k = (step * SPLIT + part) * BK + unit * UNIT * NUMBERS + e;
            const int c = k % a.channels, tap = k / a.channels;
            const int y = top[p] + tap / a.kernel_w * a.dilation_h, x = left[p] + tap % a.kernel_w * a.dilation_w;
            const bool inside = k < length && y >= 0 && y < a.height && x >= 0 && x < a.width;
            const long long place = inside ? base[p] + at(a.xs, 0, c, y, x) : 0;
            if constexpr (VECTOR) {
              copy16(&tiles[step % STAGES][part][row][unit], (const char *)a.x + place * BYTES, inside);
            } else {
              numbers[p][e] = inside ? load(a.x, place, a.x_storage) : 0;
            }
          }
    #pragma unroll
          for (int p = 0; p < PASSES_W; p++) {
            const int part = SPLIT == 1 ? 0 : (line + p * LINES) / BN, row = line + p * LINES - part * BN;
            const int k = (step * SPLIT + part) * BK + unit * UNIT * NUMBERS + e, f = first_filter + row;
            const bool inside = k < length && f < a.filters;
            const long long place = inside ? ((long long)group * a.filters + f) * length + k : 0;
            if constexpr (VECTOR) {
              copy16(&tiles[step % STAGES][part][BM + row][unit], (const char *)a.w + place * BYTES, inside);
            } else {
              numbers[PASSES_X + p][e] = inside ? load(a.w, place, a.w_storage) : 0;
            }
          }
        }
        if constexpr (VECTOR) return;
        for (int p = 0; p < PASSES_X; p++) held_x[p] = packed<STORAGE>(numbers[p]);
        for (int p = 0; p < PASSES_W; p++) held_w[p] = packed<STORAGE>(numbers[PASSES_X + p]);
      };
      // What passed through registers, to where it is multiplied.
      auto put = [&](int step) {
        if constexpr (VECTOR) return;
        for (int p = 0; p < PASSES_X; p++) {
          const int place = line + p * LINES;
          tiles[step % STAGES][place / BM][place % BM][unit / 4].words[unit % 4] = held_x[p];
        }
        for (int p = 0; p < PASSES_W; p++) {
          const int place = line + p * LINES;
          tiles[step % STAGES][place / BN][BM + place % BN][unit / 4].words[unit % 4] = held_w[p];
        }
      };

      const int lane = thread % 32, warp = thread / 32 % WARPS, own = thread / 32 / WARPS, g = lane / 4, t = lane % 4;
      const int row0 = warp % DOWN * MT * 16, column0 = warp / DOWN * NT * 8;
      float sums[MT][NT][4] = {};
      auto multiply = [&](int stage) {
        const Quad(*tile)[WORDS / 4 + 1] = tiles[stage][own];
    #pragma unroll
        for (int q = 0; q < WORDS / 4; q += 2) {
          unsigned xs[MT][4], ws[NT][2];
    #pragma unroll
          for (int i = 0; i < MT; i++) {
    #pragma unroll
            for (int r = 0; r < 4; r++) {
              const unsigned word = tile[row0 + i * 16 + g + r % 2 * 8][q + r / 2].words[t];
              xs[i][r] = STORAGE == FLOAT32 ? tf32(word) : word;
            }
          }
    #pragma unroll
          for (int j = 0; j < NT; j++) {
    #pragma unroll
            for (int r = 0; r < 2; r++) {
              const unsigned word = tile[BM + column0 + j * 8 + g][q + r].words[t];
              ws[j][r] = STORAGE == FLOAT32 ? tf32(word) : word;
            }
          }
          warp_multiply<STORAGE>(sums, xs, ws);
        }
      };
      sum_parts<VECTOR, STAGES>(steps, fetch, put, multiply);
      if constexpr (SPLIT > 1) {
        // Where the operands lay, the sums of all parts but the first one.
        float *others = (float *)&tiles[0][0][0][0];
        constexpr int COUNT = MT * NT * 4;
        static_assert((SPLIT - 1) * WARPS * 32 * COUNT * sizeof(float) <= sizeof tiles, "room for sums");
        if constexpr (VECTOR) await_copies<0>();
        __syncthreads();
        if (own > 0) {
    #pragma unroll
          for (int i = 0; i < COUNT; i++) {
            others[(((own - 1) * COUNT + i) * WARPS + warp) * 32 + lane] = sums[i / 4 / NT][i / 4 % NT][i % 4];
          }
        }
        __syncthreads();
        if (own > 0) return;
        for (int part = 0; part < SPLIT - 1; part++) {
    #pragma unroll
          for (int i = 0; i < COUNT; i++) {
            sums[i / 4 / NT][i / 4 % NT][i % 4] += others[((part * COUNT + i) * WARPS + warp) * 32 + lane];
          }
        }
      }

    #pragma unroll
      for (int i = 0; i < MT; i++) {
    #pragma unroll
        for (int half = 0; half < 2; half++) {
          const int pixel = first_pixel + row0 + i * 16 + half * 8 + g;
          if (pixel >= pixels) continue;
          const int n = pixel / area, y = pixel % area / a.out_width, x = pixel % a.out_width;
    #pragma unroll
          for (int j = 0; j < NT; j++) {
            const int f = first_filter + column0 + j * 8 + 2 * t;
            finish2(a, &sums[i][j][2 * half], n, group * a.filters + f, y, x, a.filters - f);
          }
        }
      }
    }

    """#
}
