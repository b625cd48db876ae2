extension KernelText {
  /// What all kernels share: the words in which the common subset of CUDA C++ and C++ speaks of threads, views of
  /// tensors, numbers as they are stored, activations, sums over a block.
  ///
  /// Without CUDA the words come from a header of the tests. Pointers stand first in the structure that a kernel takes,
  /// numbers of four bytes behind them.
  package static let prelude = #"""
    #ifdef __CUDACC_RTC__
    #define NETC_SHARED __shared__
    #define NETC_DEVICE __device__ __forceinline__
    #define NETC_FUNCTION static __device__ __noinline__
    #define NETC_KERNEL(name, Arguments, pointers) \
      extern "C" __global__ void __launch_bounds__(256) name(const Arguments a)

    // IEEE's 16 bits: to nearest, ties to even; what is too large becomes infinite.
    NETC_DEVICE float half_to_float(unsigned short bits) {
      float number;
      asm("cvt.f32.f16 %0, %1;" : "=f"(number) : "h"(bits));
      return number;
    }

    NETC_DEVICE unsigned short float_to_half(float number) {
      unsigned short bits;
      asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(number));
      return bits;
    }
    #endif

    // Elements between neighbours of a tensor N x C x H x W: any layout, channels of a larger tensor, or 0 where the
    // same element serves all.
    struct View {
      int image, channel, row, pixel;
    };

    NETC_DEVICE long long at(const View &v, int n, int c, int y, int x) {
      return (long long)n * v.image + (long long)c * v.channel + (long long)y * v.row + (long long)x * v.pixel;
    }

    union Bits {
      float number;
      unsigned bits;
    };

    enum { FLOAT32 = 0, BFLOAT16 = 1, FLOAT16 = 2 };

    NETC_DEVICE float load(const void *p, long long i, int storage) {
      if (storage == FLOAT32) return ((const float *)p)[i];
      const unsigned short bits = ((const unsigned short *)p)[i];
      if (storage == FLOAT16) return half_to_float(bits);
      Bits value;
      value.bits = (unsigned)bits << 16;
      return value.number;
    }

    // bfloat16 rounds to nearest, ties to even; not-a-number stays one.
    NETC_DEVICE unsigned short stored16(float number, int storage) {
      if (storage == FLOAT16) return float_to_half(number);
      Bits value;
      value.number = number;
      const unsigned rounded = value.bits + 0x7fffu + ((value.bits >> 16) & 1u);
      return (unsigned short)((number != number ? value.bits | 0x400000u : rounded) >> 16);
    }

    NETC_DEVICE void store(void *p, long long i, int storage, float number) {
      if (storage == FLOAT32) {
        ((float *)p)[i] = number;
      } else {
        ((unsigned short *)p)[i] = stored16(number, storage);
      }
    }

    // Threads take elements in turns.
    #define EACH(i, count)                                                                        \
      for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < (long long)(count); \
           i += (long long)gridDim.x * blockDim.x)

    NETC_DEVICE float rectify(float x) { return x < 0 ? 0 : x; }
    NETC_DEVICE float leaky_rectify(float x, float leakiness) { return x > 0 ? x : leakiness * x; }
    NETC_DEVICE float elu(float x) { return x > 0 ? x : expm1f(x); }
    NETC_DEVICE float selu(float x) { return 1.0507009873554805f * (x > 0 ? x : 1.6732632423543772f * expm1f(x)); }
    NETC_DEVICE float softplus(float x) { return (x > 0 ? x : 0) + log1pf(expf(-fabsf(x))); }
    NETC_DEVICE float sigmoid(float x) { return 1 / (1 + expf(-x)); }
    NETC_DEVICE float scaled_tanh(float x, float in, float out) { return out * tanhf(in * x); }
    NETC_DEVICE float swish(float x) { return x / (1 + expf(-x)); }
    NETC_DEVICE float hard_swish(float x) {
      const float y = x + 3;
      return x * (y < 0 ? 0 : y > 6 ? 6 : y) / 6;
    }
    NETC_DEVICE float clip(float x, float least, float most) { return x < least ? least : x > most ? most : x; }
    NETC_DEVICE float gelu(float x) { return x / 2 * erfcf(x * -0.70710678118654752f); }

    // Numbers as in ActivationCode.
    NETC_DEVICE float activate(float x, int kind, float p0, float p1) {
      switch (kind) {
        case 1: return rectify(x);
        case 2: return leaky_rectify(x, p0);
        case 3: return elu(x);
        case 4: return selu(x);
        case 5: return softplus(x);
        case 6: return sigmoid(x);
        case 7: return tanhf(x);
        case 8: return scaled_tanh(x, p0, p1);
        case 9: return swish(x);
        case 10: return hard_swish(x);
        case 11: return gelu(x);
        case 12: return clip(x, p0, p1);
        default: return x;
      }
    }

    // For loops that are unrolled: what most networks have in line, everything else once.
    NETC_FUNCTION float activate_called(float x, int kind, float p0, float p1) { return activate(x, kind, p0, p1); }

    NETC_DEVICE float activate_quickly(float x, int kind, float p0, float p1) {
      if (kind == 0) return x;
      return kind == 1 ? rectify(x) : activate_called(x, kind, p0, p1);
    }

    // Joins one number of each of 256 threads, in an order that is always the same. All threads get the result.
    template <class Number, class Join>
    NETC_DEVICE Number block_joined(Number *shared, Number value, Join join) {
      const int thread = threadIdx.x;
      shared[thread] = value;
      __syncthreads();
      for (int half = 128; half > 0; half /= 2) {
        if (thread < half) shared[thread] = join(shared[thread], shared[thread + half]);
        __syncthreads();
      }
      const Number result = shared[0];
      __syncthreads();
      return result;
    }

    template <class Number>
    NETC_DEVICE Number block_sum(Number *shared, Number value) {
      return block_joined(shared, value, [](Number a, Number b) { return a + b; });
    }

    // The same of the largest.
    NETC_DEVICE float block_largest(float *shared, float value) {
      return block_joined(shared, value, [](float a, float b) { return b <= a ? a : b; });
    }

    """#
}
