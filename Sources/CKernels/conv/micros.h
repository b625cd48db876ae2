// The functions of a direct convolution: one for each height of a tile, one or two rows, one or two vectors of outputs,
// and the step between two pixels, which is a constant where it is a usual one; and their tables.
//
// The including file sets the type `ck_micro` and CK_MICRO(kind, step, rows, v, m), which defines a function of it,
// CK_MICRO_NAME(kind, rows, v, m); CK_MICROS_M, the height of the tile, and CK_MICROS_EACH_M(X), which applies X to
// 1 … CK_MICROS_M, and CK_MICROS_EACH_HALF(X), to 1 … CK_MICROS_M/2.
#define CK_MICRO_NAME(kind, rows, v, m) micro_##kind##_##rows##x##m##x##v

#define CK_MICROS(kind, step, m) CK_MICRO(kind, step, 1, 1, m) CK_MICRO(kind, step, 1, 2, m)
#define CK_MICROS_2(kind, step, m) CK_MICRO(kind, step, 2, 1, m) CK_MICRO(kind, step, 2, 2, m)
#define CK_MICRO_SET(m)                                                                                            \
  CK_MICROS(blocked_1, CK_VL, m) CK_MICROS(blocked_2, 2 * CK_VL, m) CK_MICROS(plain_1, 1, m)                       \
  CK_MICROS(plain_2, 2, m) CK_MICROS(plain_4, 4, m) CK_MICROS(any, step, m)
#define CK_MICRO_SET_2(m) CK_MICROS_2(blocked_1, CK_VL, m) CK_MICROS_2(blocked_2, 2 * CK_VL, m)
CK_MICROS_EACH_M(CK_MICRO_SET)
CK_MICROS_EACH_HALF(CK_MICRO_SET_2)

#define CK_ENTRY(kind, rows, v, m) [m] = CK_MICRO_NAME(kind, rows, v, m),
#define CK_TABLE_BLOCKED_1_1(m) CK_ENTRY(blocked_1, 1, 1, m)
#define CK_TABLE_BLOCKED_1_2(m) CK_ENTRY(blocked_1, 1, 2, m)
#define CK_TABLE_BLOCKED_2_1(m) CK_ENTRY(blocked_2, 1, 1, m)
#define CK_TABLE_BLOCKED_2_2(m) CK_ENTRY(blocked_2, 1, 2, m)
#define CK_TABLE_PLAIN_1_1(m) CK_ENTRY(plain_1, 1, 1, m)
#define CK_TABLE_PLAIN_1_2(m) CK_ENTRY(plain_1, 1, 2, m)
#define CK_TABLE_PLAIN_2_1(m) CK_ENTRY(plain_2, 1, 1, m)
#define CK_TABLE_PLAIN_2_2(m) CK_ENTRY(plain_2, 1, 2, m)
#define CK_TABLE_PLAIN_4_1(m) CK_ENTRY(plain_4, 1, 1, m)
#define CK_TABLE_PLAIN_4_2(m) CK_ENTRY(plain_4, 1, 2, m)
#define CK_TABLE_ANY_1(m) CK_ENTRY(any, 1, 1, m)
#define CK_TABLE_ANY_2(m) CK_ENTRY(any, 1, 2, m)
#define CK_TABLE_PAIR_1_1(m) CK_ENTRY(blocked_1, 2, 1, m)
#define CK_TABLE_PAIR_1_2(m) CK_ENTRY(blocked_1, 2, 2, m)
#define CK_TABLE_PAIR_2_1(m) CK_ENTRY(blocked_2, 2, 1, m)
#define CK_TABLE_PAIR_2_2(m) CK_ENTRY(blocked_2, 2, 2, m)

enum { CK_BLOCKED_1, CK_BLOCKED_2, CK_PLAIN_1, CK_PLAIN_2, CK_PLAIN_4, CK_ANY, CK_STEPS };

static const ck_micro ck_micro_single[CK_STEPS][2][CK_MICROS_M + 1] = {
    [CK_BLOCKED_1] = {{CK_MICROS_EACH_M(CK_TABLE_BLOCKED_1_1)}, {CK_MICROS_EACH_M(CK_TABLE_BLOCKED_1_2)}},
    [CK_BLOCKED_2] = {{CK_MICROS_EACH_M(CK_TABLE_BLOCKED_2_1)}, {CK_MICROS_EACH_M(CK_TABLE_BLOCKED_2_2)}},
    [CK_PLAIN_1] = {{CK_MICROS_EACH_M(CK_TABLE_PLAIN_1_1)}, {CK_MICROS_EACH_M(CK_TABLE_PLAIN_1_2)}},
    [CK_PLAIN_2] = {{CK_MICROS_EACH_M(CK_TABLE_PLAIN_2_1)}, {CK_MICROS_EACH_M(CK_TABLE_PLAIN_2_2)}},
    [CK_PLAIN_4] = {{CK_MICROS_EACH_M(CK_TABLE_PLAIN_4_1)}, {CK_MICROS_EACH_M(CK_TABLE_PLAIN_4_2)}},
    [CK_ANY] = {{CK_MICROS_EACH_M(CK_TABLE_ANY_1)}, {CK_MICROS_EACH_M(CK_TABLE_ANY_2)}},
};
static const ck_micro ck_micro_double[2][2][CK_MICROS_M / 2 + 1] = {
    [CK_BLOCKED_1] = {{CK_MICROS_EACH_HALF(CK_TABLE_PAIR_1_1)}, {CK_MICROS_EACH_HALF(CK_TABLE_PAIR_1_2)}},
    [CK_BLOCKED_2] = {{CK_MICROS_EACH_HALF(CK_TABLE_PAIR_2_1)}, {CK_MICROS_EACH_HALF(CK_TABLE_PAIR_2_2)}},
};

static int ck_micro_step(const ck_conv2d_args *a) {
  if (a->in.block == 1) {
    return a->stride_w == 1 ? CK_PLAIN_1 : a->stride_w == 2 ? CK_PLAIN_2 : a->stride_w == 4 ? CK_PLAIN_4 : CK_ANY;
  }
  return a->stride_w == 1 ? CK_BLOCKED_1 : a->stride_w == 2 ? CK_BLOCKED_2 : CK_ANY;
}
