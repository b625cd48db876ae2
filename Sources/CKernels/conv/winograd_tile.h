// The matrix product of Winograd's convolutions: a register tile of CK_WINOGRAD_M tiles × CK_WINOGRAD_N filters at
// one point, the same for all forms.
#include "../common/vector.h"

// sums[i·N + j·VL …] (+)= Σ over `channels` of in[i] · filters, for m tiles and v vectors of filters. `next` is the
// distance of channel blocks.
typedef void (*ck_winograd_micro)(const float *in, int64_t next, int64_t channels, const float *filters, float *sums,
                                  int go_on);

CK_INLINE void ck_winograd_tile(const int m, const int v, const float *in, const int64_t next, int64_t channels,
                                const float *filters, float *sums, int go_on) {
  enum { most_m = 16, most_v = 2 };
  vf acc[most_m][most_v];
  CK_UNROLL for (int i = 0; i < m; i++) {
    CK_UNROLL for (int j = 0; j < v; j++) acc[i][j] = (vf)0.0f;
  }
  for (; channels > 0; channels -= CK_VL, in += next) {
    const int64_t lanes = ck_least(CK_VL, channels);
    for (int64_t lane = 0; lane < lanes; lane++, filters += CK_WINOGRAD_N) {
      vf w[most_v];
      CK_UNROLL for (int j = 0; j < v; j++) w[j] = ck_load(filters + j * CK_VL);
      CK_UNROLL for (int i = 0; i < m; i++) {
        const vf x = ck_splat(in[i * CK_VL + lane]);
        CK_UNROLL for (int j = 0; j < v; j++) acc[i][j] = x * w[j] + acc[i][j];
      }
    }
  }
  if (go_on) {
    CK_UNROLL for (int i = 0; i < m; i++) {
      CK_UNROLL for (int j = 0; j < v; j++) acc[i][j] = acc[i][j] + ck_load(sums + i * CK_WINOGRAD_N + j * CK_VL);
    }
  }
  CK_UNROLL for (int i = 0; i < m; i++) {
    CK_UNROLL for (int j = 0; j < v; j++) ck_store(sums + i * CK_WINOGRAD_N + j * CK_VL, acc[i][j]);
  }
}

#define CK_WINOGRAD_MICRO(m, v)                                                                                     \
  static void winograd_##m##x##v(const float *in, int64_t next, int64_t channels, const float *filters, float *sums, \
                                 int go_on) {                                                                       \
    ck_winograd_tile(m, v, in, next, channels, filters, sums, go_on);                                               \
  }
#define CK_WINOGRAD_MICROS(m) CK_WINOGRAD_MICRO(m, 1) CK_WINOGRAD_MICRO(m, 2)
CK_WINOGRAD_EACH_M(CK_WINOGRAD_MICROS)

#define CK_WINOGRAD_1(m) [m] = winograd_##m##x1,
#define CK_WINOGRAD_2(m) [m] = winograd_##m##x2,
static const ck_winograd_micro ck_winograd_micros[2][CK_WINOGRAD_M + 1] = {
    {CK_WINOGRAD_EACH_M(CK_WINOGRAD_1)},
    {CK_WINOGRAD_EACH_M(CK_WINOGRAD_2)},
};
