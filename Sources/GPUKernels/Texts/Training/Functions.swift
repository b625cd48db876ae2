extension KernelText {
  /// What ops of training need beside the prelude, in generated kernels and in those that are written by hand: slopes of
  /// activations, functions of objectives, random numbers, slices of a batch.
  ///
  /// Slopes are told from the activation's result or operand (`Activation.slopeReads`); at a kink the slope is that of
  /// the left. Random numbers are Philox-4×32-10 (Salmon et al. 2011) of a key and a place: those of `CounterRandom`.
  static let trainingFunctions = #"""
    NETC_DEVICE int smaller(int a, int b) { return a < b ? a : b; }
    NETC_DEVICE int larger(int a, int b) { return a > b ? a : b; }

    NETC_DEVICE float rectify_slope(float v) { return v > 0 ? 1 : 0; }
    NETC_DEVICE float leaky_rectify_slope(float v, float leakiness) { return v > 0 ? 1 : leakiness; }
    NETC_DEVICE float elu_slope(float v) { return v > 0 ? 1 : v + 1; }
    NETC_DEVICE float selu_slope(float v) { return v > 0 ? 1.0507009873554805f : v + 1.7580993408473766f; }
    NETC_DEVICE float softplus_slope(float v) { return -expm1f(-v); }
    NETC_DEVICE float sigmoid_slope(float v) { return v * (1 - v); }
    NETC_DEVICE float tanh_slope(float v) { return 1 - v * v; }
    NETC_DEVICE float scaled_tanh_slope(float v, float in, float out) { return in * (out - v * v / out); }
    NETC_DEVICE float swish_slope(float v) {
      const float s = 1 / (1 + expf(-v));
      return s + v * s * (1 - s);
    }
    NETC_DEVICE float hard_swish_slope(float v) { return v <= -3 ? 0 : v < 3 ? (2 * v + 3) / 6 : 1; }
    NETC_DEVICE float clip_slope(float v, float least, float most) { return v > least && v < most ? 1 : 0; }
    NETC_DEVICE float gelu_slope(float v) {
      return erfcf(v * -0.70710678118654752f) / 2 + v * 0.3989422804014327f * expf(-v * v / 2);
    }

    NETC_DEVICE float sign(float x) { return x > 0 ? 1 : x < 0 ? -1 : x; }

    // (x − μ)/√(σ² + ε)
    NETC_DEVICE float normalised(float x, float mean, float variance, float epsilon) {
      return (x - mean) / sqrtf(variance + epsilon);
    }

    struct Generator {
      unsigned k0, k1, stream;
    };

    // A key is four numbers of 16 bits, the lowest first; what is none counts as 0.
    NETC_DEVICE unsigned key_word(float word) { return word >= 0 && word < 65536 ? (unsigned)word : 0u; }

    NETC_DEVICE Generator generator(float a, float b, float c, float d, unsigned stream) {
      return {key_word(a) | key_word(b) << 16, key_word(c) | key_word(d) << 16, stream};
    }

    struct Words {
      unsigned x[4];
    };

    NETC_DEVICE Words philox(const Generator &g, unsigned long long counter) {
      Words w = {{(unsigned)counter, (unsigned)(counter >> 32), g.stream, 0x72616E64u}};
      unsigned k0 = g.k0, k1 = g.k1;
      for (int round = 0; round < 10; round++) {
        const unsigned long long a = (unsigned long long)w.x[0] * 0xD2511F53u;
        const unsigned long long b = (unsigned long long)w.x[2] * 0xCD9E8D57u;
        w = {{(unsigned)(b >> 32) ^ w.x[1] ^ k0, (unsigned)b, (unsigned)(a >> 32) ^ w.x[3] ^ k1, (unsigned)a}};
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
      }
      return w;
    }

    NETC_DEVICE unsigned random_bits(const Generator &g, unsigned long long place) {
      return philox(g, place / 4).x[place % 4];
    }

    // In (0, 1): 23 bits and a half.
    NETC_DEVICE float uniform(unsigned bits) { return ((float)(bits >> 9) + 0.5f) * 1.1920928955078125e-07f; }

    // Box and Muller's transform of two numbers that no other place has, the cosine of the two.
    NETC_DEVICE float normal(const Generator &g, unsigned long long place) {
      const Words w = philox(g, place / 2);
      const float a = uniform(w.x[place % 2 * 2]), b = uniform(w.x[place % 2 * 2 + 1]);
      return sqrtf(-2 * logf(a)) * cosf(6.283185307179586f * b);
    }

    // One of the parts of a batch, as equal as whole examples allow, the first ones larger.
    NETC_DEVICE int slice_begin(int examples, int slices, int slice) {
      return slice * (examples / slices) + smaller(slice, examples % slices);
    }

    // Sums over threads that are a multiple of `lanes` apart, in an order that is always the same. All get theirs.
    NETC_DEVICE float lane_sum(float *shared, float value, int lanes) {
      const int thread = threadIdx.x;
      shared[thread] = value;
      __syncthreads();
      for (int half = 128; half >= lanes; half /= 2) {
        if (thread < half) shared[thread] += shared[thread + half];
        __syncthreads();
      }
      const float sum = shared[thread % lanes];
      __syncthreads();
      return sum;
    }

    """#
}
