// Winograd's convolution F(4×4, 3×3) of four tiles: small images, one at a time. Whole blocks of channels only.
//
// So few tiles do not pay for 36 numbers written and read again for nine of every filter. Here the transformed filters
// never leave the registers: of the six rows of points one at a time is made, and multiplied with all four tiles at
// once. Every product and every order of summation is that of the general way.
#include "winograd_transforms.h"

// The filters of a chunk of channels are in the first cache while six rows of points use them.
enum { CK_WINOGRAD_FEW = 4 };

// sums[6y + x][t] (+)= Σ over `channels` of in[6y + x][t] · filters, for the six points x of row y and the four tiles
// t. `next` is the distance of channel blocks; each channel asks for what the next chunk needs, from `ahead` on.
typedef void (*ck_winograd_few_micro)(const float *in, int64_t plane, int64_t next, int64_t channels,
                                      const float *filters, const char *ahead, float *sums, int64_t sum_plane,
                                      int go_on);

// Bytes of filters for each channel, row of points and vector of a tile of filters.
enum { CK_WINOGRAD_FEW_AHEAD = 9 * CK_WINOGRAD_N * sizeof(float) / (6 * (CK_WINOGRAD_N / CK_VL)) };

CK_INLINE void ck_winograd_few_row(const int y, const float *in, const int64_t plane, const int64_t next,
                                   int64_t channels, const float *filters, const char *ahead, float *sums,
                                   const int64_t sum_plane, int go_on) {
  const int order[6] = {0, 5, 1, 2, 3, 4};
  vf acc[6][CK_WINOGRAD_FEW];
  in += 6 * y * plane;
  sums += 6 * y * sum_plane;
  CK_UNROLL for (int x = 0; x < 6; x++) {
    CK_UNROLL for (int t = 0; t < CK_WINOGRAD_FEW; t++) {
      acc[x][t] = (vf)0.0f;
    }
  }
  enum { tap = CK_VL * CK_WINOGRAD_N };
  for (; channels > 0; channels -= CK_VL, in += next, filters += 9 * tap) {
    for (int64_t lane = 0; lane < CK_VL; lane++) {
      vf row[3];
      CK_UNROLL for (int x = 0; x < 3; x++) {
        vf g[3], column[6];
        CK_UNROLL for (int i = 0; i < 3; i++) g[i] = ck_load(filters + lane * CK_WINOGRAD_N + (i * 3 + x) * tap);
        ck_winograd_spread_1d(2, 3, 1, g, column);
        row[x] = column[y];
      }
      __builtin_prefetch(ahead);
      __builtin_prefetch(ahead + 64);
      ahead += CK_WINOGRAD_FEW_AHEAD;
      CK_UNROLL for (int pair = 0; pair < 3; pair++) {
        vf w[6];
        ck_winograd_spread_1d(2, 3, 1, row, w);
        CK_UNROLL for (int x = 2 * pair; x < 2 * pair + 2; x++) {
          CK_UNROLL for (int t = 0; t < CK_WINOGRAD_FEW; t++) {
            acc[order[x]][t] = ck_splat(in[order[x] * plane + t * CK_VL + lane]) * w[order[x]] + acc[order[x]][t];
          }
        }
        // The next two points are made when these two are done: six at once would not fit the registers.
        CK_UNROLL for (int i = 0; i < 3; i++) __asm__("" : "+v"(row[i]), "+v"(acc[order[2 * pair + 1]][3]));
      }
    }
  }
  if (go_on) {
    CK_UNROLL for (int x = 0; x < 6; x++) {
      CK_UNROLL for (int t = 0; t < CK_WINOGRAD_FEW; t++) {
        acc[x][t] = acc[x][t] + ck_load(sums + x * sum_plane + t * CK_WINOGRAD_N);
      }
    }
  }
  CK_UNROLL for (int x = 0; x < 6; x++) {
    CK_UNROLL for (int t = 0; t < CK_WINOGRAD_FEW; t++) ck_store(sums + x * sum_plane + t * CK_WINOGRAD_N, acc[x][t]);
  }
}

#define CK_WINOGRAD_FEW_MICRO(y)                                                                                 \
  static __attribute__((noinline)) void winograd_few_##y(const float *in, int64_t plane, int64_t next,           \
                                                         int64_t channels, const float *filters,                 \
                                                         const char *ahead, float *sums, int64_t sum_plane,      \
                                                         int go_on) {                                            \
    ck_winograd_few_row(y, in, plane, next, channels, filters, ahead, sums, sum_plane, go_on);                   \
  }
CK_WINOGRAD_FEW_MICRO(0)
CK_WINOGRAD_FEW_MICRO(1)
CK_WINOGRAD_FEW_MICRO(2)
CK_WINOGRAD_FEW_MICRO(3)
CK_WINOGRAD_FEW_MICRO(4)
CK_WINOGRAD_FEW_MICRO(5)

static const ck_winograd_few_micro ck_winograd_few_micros[6] = {
    winograd_few_0, winograd_few_1, winograd_few_2, winograd_few_3, winograd_few_4, winograd_few_5,
};

// All products of a tile of filters, v vectors: `input` holds the four transformed tiles.
static void ck_winograd_few(const ck_winograd_shape *s, int64_t channels, const float *packed, int64_t v,
                            const float *input, float *sums) {
  for (int64_t low = 0; low < channels; low += CK_WINOGRAD_CHUNK) {
    const int64_t count = ck_least(CK_WINOGRAD_CHUNK, channels - low);
    const float *filters = packed + low * 9 * CK_WINOGRAD_N;
    const char *ahead = (const char *)(filters + count * 9 * CK_WINOGRAD_N);
    for (int64_t j = 0; j < v; j++) {
      for (int y = 0; y < 6; y++) {
        ck_winograd_few_micros[y](input + low * CK_WINOGRAD_FEW, s->input_plane, CK_WINOGRAD_FEW * CK_VL, count,
                                  filters + j * CK_VL, ahead, sums + j * CK_VL, s->sum_plane, low > 0);
        ahead += count * CK_WINOGRAD_FEW_AHEAD;
      }
    }
  }
}
