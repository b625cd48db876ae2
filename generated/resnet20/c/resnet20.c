/* resnet20: see resnet20.h. Made by netc 0.1.0; do not edit. */
#include "resnet20.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

_Static_assert(sizeof(int) >= 4, "places in arrays are counted with int");

/* Where tensors begin in the weights. */
enum {
  conv1_W = 0, /* 16 x 3 x 3 x 3 */
  conv1_bn_shift = 432, /* 16 */
  conv2_first_a_W = 448, /* 16 x 16 x 3 x 3 */
  conv2_first_a_bn_shift = 2752, /* 16 */
  conv2_first_b_W = 2768, /* 16 x 16 x 3 x 3 */
  conv2_first_b_bn_shift = 5072, /* 16 */
  conv2_rest0_a_W = 5088, /* 16 x 16 x 3 x 3 */
  conv2_rest0_a_bn_shift = 7392, /* 16 */
  conv2_rest0_b_W = 7408, /* 16 x 16 x 3 x 3 */
  conv2_rest0_b_bn_shift = 9712, /* 16 */
  conv2_rest1_a_W = 9728, /* 16 x 16 x 3 x 3 */
  conv2_rest1_a_bn_shift = 12032, /* 16 */
  conv2_rest1_b_W = 12048, /* 16 x 16 x 3 x 3 */
  conv2_rest1_b_bn_shift = 14352, /* 16 */
  conv3_first_a_W = 14368, /* 32 x 16 x 3 x 3 */
  conv3_first_a_bn_shift = 18976, /* 32 */
  conv3_first_b_W = 19008, /* 32 x 32 x 3 x 3 */
  conv3_first_b_bn_shift = 28224, /* 32 */
  conv3_rest0_a_W = 28256, /* 32 x 32 x 3 x 3 */
  conv3_rest0_a_bn_shift = 37472, /* 32 */
  conv3_rest0_b_W = 37504, /* 32 x 32 x 3 x 3 */
  conv3_rest0_b_bn_shift = 46720, /* 32 */
  conv3_rest1_a_W = 46752, /* 32 x 32 x 3 x 3 */
  conv3_rest1_a_bn_shift = 55968, /* 32 */
  conv3_rest1_b_W = 56000, /* 32 x 32 x 3 x 3 */
  conv3_rest1_b_bn_shift = 65216, /* 32 */
  conv4_first_a_W = 65248, /* 64 x 32 x 3 x 3 */
  conv4_first_a_bn_shift = 83680, /* 64 */
  conv4_first_b_W = 83744, /* 64 x 64 x 3 x 3 */
  conv4_first_b_bn_shift = 120608, /* 64 */
  conv4_rest0_a_W = 120672, /* 64 x 64 x 3 x 3 */
  conv4_rest0_a_bn_shift = 157536, /* 64 */
  conv4_rest0_b_W = 157600, /* 64 x 64 x 3 x 3 */
  conv4_rest0_b_bn_shift = 194464, /* 64 */
  conv4_rest1_a_W = 194528, /* 64 x 64 x 3 x 3 */
  conv4_rest1_a_bn_shift = 231392, /* 64 */
  conv4_rest1_b_W = 231456, /* 64 x 64 x 3 x 3 */
  conv4_rest1_b_bn_shift = 268320, /* 64 */
  fc_W = 268384, /* 64 x 10, inputs by units */
  fc_b = 269024, /* 10 */
};

/* The numbers first to last - 1 of a row of `length` come from x, the others are 0. */
static void copy_row(float *restrict row, int length, int first, int last, const float *restrict x, int step) {
  for (int i = 0; i < first; i++) row[i] = 0.0f;
  for (int i = first; i < last; i++) row[i] = x[(i - first) * step];
  for (int i = last; i < length; i++) row[i] = 0.0f;
}
static float rectify(float v) { return v < 0.0f ? 0.0f : v; }
static float larger(float a, float b) { return b <= a ? a : b; }

/* conv2d 3x3 pad 1 + bias + rectify, 1 x 3 x 32 x 32 -> 1 x 16 x 32 x 32; 4 rows of 4 filters at
   a time */
static void conv2d(const float *restrict x, const float *restrict w, const float *restrict b,
    float *restrict y, float *restrict rows, float *restrict sums) {
  for (int top = 0; top < 32; top += 4) {
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < 6; i++) {
        const int row = top + i - 1;
        const int inside = row >= 0 && row < 32;
        const float *from = x + c * 1024 + (inside ? row * 32 : 0);
        float *into = rows + c * 204 + i * 34;
        copy_row(into, 34, inside ? 1 : 34, inside ? 33 : 34, from, 1);
      }
    }
    for (int f = 0; f < 16; f += 4) {
      {
        float *restrict s0 = sums;
        float *restrict s1 = sums + 136;
        float *restrict s2 = sums + 272;
        float *restrict s3 = sums + 408;
        for (int i = 0; i < 136; i++) {
          s0[i] = b[f];
          s1[i] = b[f + 1];
          s2[i] = b[f + 2];
          s3[i] = b[f + 3];
        }
        for (int c = 0; c < 3; c++) {
          const float *restrict v = rows + c * 204;
          const float *restrict u = w + f * 27 + c * 9;
          for (int i = 0; i < 136; i++) {
            s0[i] += u[0] * v[i] + u[1] * v[i + 1] + u[2] * v[i + 2] + u[3] * v[i + 34]
              + u[4] * v[i + 35] + u[5] * v[i + 36] + u[6] * v[i + 68] + u[7] * v[i + 69]
              + u[8] * v[i + 70];
            s1[i] += u[27] * v[i] + u[28] * v[i + 1] + u[29] * v[i + 2] + u[30] * v[i + 34]
              + u[31] * v[i + 35] + u[32] * v[i + 36] + u[33] * v[i + 68] + u[34] * v[i + 69]
              + u[35] * v[i + 70];
            s2[i] += u[54] * v[i] + u[55] * v[i + 1] + u[56] * v[i + 2] + u[57] * v[i + 34]
              + u[58] * v[i + 35] + u[59] * v[i + 36] + u[60] * v[i + 68] + u[61] * v[i + 69]
              + u[62] * v[i + 70];
            s3[i] += u[81] * v[i] + u[82] * v[i + 1] + u[83] * v[i + 2] + u[84] * v[i + 34]
              + u[85] * v[i + 35] + u[86] * v[i + 36] + u[87] * v[i + 68] + u[88] * v[i + 69]
              + u[89] * v[i + 70];
          }
        }
      }
      for (int k = 0; k < 4; k++) {
        for (int i = 0; i < 4; i++) {
          const float *restrict s = sums + k * 136 + i * 34;
          float *restrict to = y + (f + k) * 1024 + top * 32 + i * 32;
          for (int j = 0; j < 32; j++) {
            to[j] = rectify(s[j]);
          }
        }
      }
    }
  }
}

/* conv2d 3x3 pad 1 + bias + rectify, 1 x 16 x 32 x 32 -> 1 x 16 x 32 x 32; 4 rows of 4 filters
   at a time */
static void conv2d_2(const float *restrict x, const float *restrict w, const float *restrict b,
    float *restrict y, float *restrict rows, float *restrict sums) {
  for (int top = 0; top < 32; top += 4) {
    for (int c = 0; c < 16; c++) {
      for (int i = 0; i < 6; i++) {
        const int row = top + i - 1;
        const int inside = row >= 0 && row < 32;
        const float *from = x + c * 1024 + (inside ? row * 32 : 0);
        float *into = rows + c * 204 + i * 34;
        copy_row(into, 34, inside ? 1 : 34, inside ? 33 : 34, from, 1);
      }
    }
    for (int f = 0; f < 16; f += 4) {
      {
        float *restrict s0 = sums;
        float *restrict s1 = sums + 136;
        float *restrict s2 = sums + 272;
        float *restrict s3 = sums + 408;
        for (int i = 0; i < 136; i++) {
          s0[i] = b[f];
          s1[i] = b[f + 1];
          s2[i] = b[f + 2];
          s3[i] = b[f + 3];
        }
        for (int c = 0; c < 16; c++) {
          const float *restrict v = rows + c * 204;
          const float *restrict u = w + f * 144 + c * 9;
          for (int i = 0; i < 136; i++) {
            s0[i] += u[0] * v[i] + u[1] * v[i + 1] + u[2] * v[i + 2] + u[3] * v[i + 34]
              + u[4] * v[i + 35] + u[5] * v[i + 36] + u[6] * v[i + 68] + u[7] * v[i + 69]
              + u[8] * v[i + 70];
            s1[i] += u[144] * v[i] + u[145] * v[i + 1] + u[146] * v[i + 2] + u[147] * v[i + 34]
              + u[148] * v[i + 35] + u[149] * v[i + 36] + u[150] * v[i + 68] + u[151] * v[i + 69]
              + u[152] * v[i + 70];
            s2[i] += u[288] * v[i] + u[289] * v[i + 1] + u[290] * v[i + 2] + u[291] * v[i + 34]
              + u[292] * v[i + 35] + u[293] * v[i + 36] + u[294] * v[i + 68] + u[295] * v[i + 69]
              + u[296] * v[i + 70];
            s3[i] += u[432] * v[i] + u[433] * v[i + 1] + u[434] * v[i + 2] + u[435] * v[i + 34]
              + u[436] * v[i + 35] + u[437] * v[i + 36] + u[438] * v[i + 68] + u[439] * v[i + 69]
              + u[440] * v[i + 70];
          }
        }
      }
      for (int k = 0; k < 4; k++) {
        for (int i = 0; i < 4; i++) {
          const float *restrict s = sums + k * 136 + i * 34;
          float *restrict to = y + (f + k) * 1024 + top * 32 + i * 32;
          for (int j = 0; j < 32; j++) {
            to[j] = rectify(s[j]);
          }
        }
      }
    }
  }
}

/* conv2d 3x3 pad 1 + bias + residual + rectify, 1 x 16 x 32 x 32 -> 1 x 16 x 32 x 32; 4 rows of
   4 filters at a time */
static void conv2d_3(const float *restrict x, const float *restrict w, const float *restrict b,
    const float *r, float *y, float *restrict rows, float *restrict sums) {
  for (int top = 0; top < 32; top += 4) {
    for (int c = 0; c < 16; c++) {
      for (int i = 0; i < 6; i++) {
        const int row = top + i - 1;
        const int inside = row >= 0 && row < 32;
        const float *from = x + c * 1024 + (inside ? row * 32 : 0);
        float *into = rows + c * 204 + i * 34;
        copy_row(into, 34, inside ? 1 : 34, inside ? 33 : 34, from, 1);
      }
    }
    for (int f = 0; f < 16; f += 4) {
      {
        float *restrict s0 = sums;
        float *restrict s1 = sums + 136;
        float *restrict s2 = sums + 272;
        float *restrict s3 = sums + 408;
        for (int i = 0; i < 136; i++) {
          s0[i] = b[f];
          s1[i] = b[f + 1];
          s2[i] = b[f + 2];
          s3[i] = b[f + 3];
        }
        for (int c = 0; c < 16; c++) {
          const float *restrict v = rows + c * 204;
          const float *restrict u = w + f * 144 + c * 9;
          for (int i = 0; i < 136; i++) {
            s0[i] += u[0] * v[i] + u[1] * v[i + 1] + u[2] * v[i + 2] + u[3] * v[i + 34]
              + u[4] * v[i + 35] + u[5] * v[i + 36] + u[6] * v[i + 68] + u[7] * v[i + 69]
              + u[8] * v[i + 70];
            s1[i] += u[144] * v[i] + u[145] * v[i + 1] + u[146] * v[i + 2] + u[147] * v[i + 34]
              + u[148] * v[i + 35] + u[149] * v[i + 36] + u[150] * v[i + 68] + u[151] * v[i + 69]
              + u[152] * v[i + 70];
            s2[i] += u[288] * v[i] + u[289] * v[i + 1] + u[290] * v[i + 2] + u[291] * v[i + 34]
              + u[292] * v[i + 35] + u[293] * v[i + 36] + u[294] * v[i + 68] + u[295] * v[i + 69]
              + u[296] * v[i + 70];
            s3[i] += u[432] * v[i] + u[433] * v[i + 1] + u[434] * v[i + 2] + u[435] * v[i + 34]
              + u[436] * v[i + 35] + u[437] * v[i + 36] + u[438] * v[i + 68] + u[439] * v[i + 69]
              + u[440] * v[i + 70];
          }
        }
      }
      for (int k = 0; k < 4; k++) {
        for (int i = 0; i < 4; i++) {
          const float *restrict s = sums + k * 136 + i * 34;
          float *to = y + (f + k) * 1024 + top * 32 + i * 32;
          const float *more = r + (f + k) * 1024 + top * 32 + i * 32;
          for (int j = 0; j < 32; j++) {
            to[j] = rectify(s[j] + more[j]);
          }
        }
      }
    }
  }
}

/* conv2d 3x3/2 pad 1 + bias + rectify, 1 x 16 x 32 x 32 -> 1 x 32 x 16 x 16; 8 rows of 4 filters
   at a time */
static void conv2d_4(const float *restrict x, const float *restrict w, const float *restrict b,
    float *restrict y, float *restrict rows, float *restrict sums) {
  for (int top = 0; top < 16; top += 8) {
    for (int c = 0; c < 16; c++) {
      for (int p = 0; p < 2; p++) {
        for (int i = 0; i < 9; i++) {
          const int row = top * 2 + i * 2 + p - 1;
          const int inside = row >= 0 && row < 32;
          const float *from = x + c * 1024 + (inside ? row * 32 : 0);
          float *into = rows + c * 612 + p * 306 + i * 17;
          copy_row(into, 17, inside ? 1 : 17, inside ? 17 : 17, from + 1, 2);
          copy_row(into + 153, 17, inside ? 0 : 17, inside ? 16 : 17, from, 2);
        }
      }
    }
    for (int f = 0; f < 32; f += 4) {
      {
        float *restrict s0 = sums;
        float *restrict s1 = sums + 136;
        float *restrict s2 = sums + 272;
        float *restrict s3 = sums + 408;
        for (int i = 0; i < 136; i++) {
          s0[i] = b[f];
          s1[i] = b[f + 1];
          s2[i] = b[f + 2];
          s3[i] = b[f + 3];
        }
        for (int c = 0; c < 16; c++) {
          const float *restrict v = rows + c * 612;
          const float *restrict u = w + f * 144 + c * 9;
          for (int i = 0; i < 136; i++) {
            s0[i] += u[0] * v[i] + u[1] * v[i + 153] + u[2] * v[i + 1] + u[3] * v[i + 306]
              + u[4] * v[i + 459] + u[5] * v[i + 307] + u[6] * v[i + 17] + u[7] * v[i + 170]
              + u[8] * v[i + 18];
            s1[i] += u[144] * v[i] + u[145] * v[i + 153] + u[146] * v[i + 1]
              + u[147] * v[i + 306] + u[148] * v[i + 459] + u[149] * v[i + 307]
              + u[150] * v[i + 17] + u[151] * v[i + 170] + u[152] * v[i + 18];
            s2[i] += u[288] * v[i] + u[289] * v[i + 153] + u[290] * v[i + 1]
              + u[291] * v[i + 306] + u[292] * v[i + 459] + u[293] * v[i + 307]
              + u[294] * v[i + 17] + u[295] * v[i + 170] + u[296] * v[i + 18];
            s3[i] += u[432] * v[i] + u[433] * v[i + 153] + u[434] * v[i + 1]
              + u[435] * v[i + 306] + u[436] * v[i + 459] + u[437] * v[i + 307]
              + u[438] * v[i + 17] + u[439] * v[i + 170] + u[440] * v[i + 18];
          }
        }
      }
      for (int k = 0; k < 4; k++) {
        for (int i = 0; i < 8; i++) {
          const float *restrict s = sums + k * 136 + i * 17;
          float *restrict to = y + (f + k) * 256 + top * 16 + i * 16;
          for (int j = 0; j < 16; j++) {
            to[j] = rectify(s[j]);
          }
        }
      }
    }
  }
}

/* conv2d 3x3 pad 1 + bias, 1 x 32 x 16 x 16 -> 1 x 32 x 16 x 16; 8 rows of 4 filters at a time
   */
static void conv2d_5(const float *restrict x, const float *restrict w, const float *restrict b,
    float *restrict y, float *restrict rows, float *restrict sums) {
  for (int top = 0; top < 16; top += 8) {
    for (int c = 0; c < 32; c++) {
      for (int i = 0; i < 10; i++) {
        const int row = top + i - 1;
        const int inside = row >= 0 && row < 16;
        const float *from = x + c * 256 + (inside ? row * 16 : 0);
        float *into = rows + c * 180 + i * 18;
        copy_row(into, 18, inside ? 1 : 18, inside ? 17 : 18, from, 1);
      }
    }
    for (int f = 0; f < 32; f += 4) {
      {
        float *restrict s0 = sums;
        float *restrict s1 = sums + 144;
        float *restrict s2 = sums + 288;
        float *restrict s3 = sums + 432;
        for (int i = 0; i < 144; i++) {
          s0[i] = b[f];
          s1[i] = b[f + 1];
          s2[i] = b[f + 2];
          s3[i] = b[f + 3];
        }
        for (int c = 0; c < 32; c++) {
          const float *restrict v = rows + c * 180;
          const float *restrict u = w + f * 288 + c * 9;
          for (int i = 0; i < 144; i++) {
            s0[i] += u[0] * v[i] + u[1] * v[i + 1] + u[2] * v[i + 2] + u[3] * v[i + 18]
              + u[4] * v[i + 19] + u[5] * v[i + 20] + u[6] * v[i + 36] + u[7] * v[i + 37]
              + u[8] * v[i + 38];
            s1[i] += u[288] * v[i] + u[289] * v[i + 1] + u[290] * v[i + 2] + u[291] * v[i + 18]
              + u[292] * v[i + 19] + u[293] * v[i + 20] + u[294] * v[i + 36] + u[295] * v[i + 37]
              + u[296] * v[i + 38];
            s2[i] += u[576] * v[i] + u[577] * v[i + 1] + u[578] * v[i + 2] + u[579] * v[i + 18]
              + u[580] * v[i + 19] + u[581] * v[i + 20] + u[582] * v[i + 36] + u[583] * v[i + 37]
              + u[584] * v[i + 38];
            s3[i] += u[864] * v[i] + u[865] * v[i + 1] + u[866] * v[i + 2] + u[867] * v[i + 18]
              + u[868] * v[i + 19] + u[869] * v[i + 20] + u[870] * v[i + 36] + u[871] * v[i + 37]
              + u[872] * v[i + 38];
          }
        }
      }
      for (int k = 0; k < 4; k++) {
        for (int i = 0; i < 8; i++) {
          const float *restrict s = sums + k * 144 + i * 18;
          float *restrict to = y + (f + k) * 256 + top * 16 + i * 16;
          for (int j = 0; j < 16; j++) {
            to[j] = s[j];
          }
        }
      }
    }
  }
}

/* max_pool 1x1/2, 1 x 16 x 32 x 32 -> 1 x 16 x 16 x 16 */
static void max_pool(const float *restrict x, float *restrict y) {
  for (int p = 0; p < 16; p++) {
    for (int i = 0; i < 16; i++) {
      const float *restrict v = x + p * 1024 + i * 64;
      float *restrict to = y + p * 256 + i * 16;
      for (int j = 0; j < 16; j++) {
        to[j] = v[j * 2];
      }
    }
  }
}

/* pad [0, 8, 0, 0] [0, 8, 0, 0] with 0.0, 1 x 16 x 16 x 16 -> 1 x 32 x 16 x 16 */
static void pad(const float *restrict x, float *restrict y) {
  for (int i = 0; i < 8192; i++) {
    y[i] = 0.0f;
  }
  for (int i1 = 0; i1 < 16; i1++) {
    for (int i2 = 0; i2 < 16; i2++) {
      for (int i3 = 0; i3 < 16; i3++) {
        y[i1 * 256 + i2 * 16 + i3 + 2048] = x[i1 * 256 + i2 * 16 + i3];
      }
    }
  }
}

/* sum + rectify, 1 x 32 x 16 x 16 -> 1 x 32 x 16 x 16 */
static void sum(const float *x0, const float *x1, float *y) {
  for (int i = 0; i < 8192; i++) {
    y[i] = rectify(x0[i] + x1[i]);
  }
}

/* conv2d 3x3 pad 1 + bias + rectify, 1 x 32 x 16 x 16 -> 1 x 32 x 16 x 16; 8 rows of 4 filters
   at a time */
static void conv2d_6(const float *restrict x, const float *restrict w, const float *restrict b,
    float *restrict y, float *restrict rows, float *restrict sums) {
  for (int top = 0; top < 16; top += 8) {
    for (int c = 0; c < 32; c++) {
      for (int i = 0; i < 10; i++) {
        const int row = top + i - 1;
        const int inside = row >= 0 && row < 16;
        const float *from = x + c * 256 + (inside ? row * 16 : 0);
        float *into = rows + c * 180 + i * 18;
        copy_row(into, 18, inside ? 1 : 18, inside ? 17 : 18, from, 1);
      }
    }
    for (int f = 0; f < 32; f += 4) {
      {
        float *restrict s0 = sums;
        float *restrict s1 = sums + 144;
        float *restrict s2 = sums + 288;
        float *restrict s3 = sums + 432;
        for (int i = 0; i < 144; i++) {
          s0[i] = b[f];
          s1[i] = b[f + 1];
          s2[i] = b[f + 2];
          s3[i] = b[f + 3];
        }
        for (int c = 0; c < 32; c++) {
          const float *restrict v = rows + c * 180;
          const float *restrict u = w + f * 288 + c * 9;
          for (int i = 0; i < 144; i++) {
            s0[i] += u[0] * v[i] + u[1] * v[i + 1] + u[2] * v[i + 2] + u[3] * v[i + 18]
              + u[4] * v[i + 19] + u[5] * v[i + 20] + u[6] * v[i + 36] + u[7] * v[i + 37]
              + u[8] * v[i + 38];
            s1[i] += u[288] * v[i] + u[289] * v[i + 1] + u[290] * v[i + 2] + u[291] * v[i + 18]
              + u[292] * v[i + 19] + u[293] * v[i + 20] + u[294] * v[i + 36] + u[295] * v[i + 37]
              + u[296] * v[i + 38];
            s2[i] += u[576] * v[i] + u[577] * v[i + 1] + u[578] * v[i + 2] + u[579] * v[i + 18]
              + u[580] * v[i + 19] + u[581] * v[i + 20] + u[582] * v[i + 36] + u[583] * v[i + 37]
              + u[584] * v[i + 38];
            s3[i] += u[864] * v[i] + u[865] * v[i + 1] + u[866] * v[i + 2] + u[867] * v[i + 18]
              + u[868] * v[i + 19] + u[869] * v[i + 20] + u[870] * v[i + 36] + u[871] * v[i + 37]
              + u[872] * v[i + 38];
          }
        }
      }
      for (int k = 0; k < 4; k++) {
        for (int i = 0; i < 8; i++) {
          const float *restrict s = sums + k * 144 + i * 18;
          float *restrict to = y + (f + k) * 256 + top * 16 + i * 16;
          for (int j = 0; j < 16; j++) {
            to[j] = rectify(s[j]);
          }
        }
      }
    }
  }
}

/* conv2d 3x3 pad 1 + bias + residual + rectify, 1 x 32 x 16 x 16 -> 1 x 32 x 16 x 16; 8 rows of
   4 filters at a time */
static void conv2d_7(const float *restrict x, const float *restrict w, const float *restrict b,
    const float *r, float *y, float *restrict rows, float *restrict sums) {
  for (int top = 0; top < 16; top += 8) {
    for (int c = 0; c < 32; c++) {
      for (int i = 0; i < 10; i++) {
        const int row = top + i - 1;
        const int inside = row >= 0 && row < 16;
        const float *from = x + c * 256 + (inside ? row * 16 : 0);
        float *into = rows + c * 180 + i * 18;
        copy_row(into, 18, inside ? 1 : 18, inside ? 17 : 18, from, 1);
      }
    }
    for (int f = 0; f < 32; f += 4) {
      {
        float *restrict s0 = sums;
        float *restrict s1 = sums + 144;
        float *restrict s2 = sums + 288;
        float *restrict s3 = sums + 432;
        for (int i = 0; i < 144; i++) {
          s0[i] = b[f];
          s1[i] = b[f + 1];
          s2[i] = b[f + 2];
          s3[i] = b[f + 3];
        }
        for (int c = 0; c < 32; c++) {
          const float *restrict v = rows + c * 180;
          const float *restrict u = w + f * 288 + c * 9;
          for (int i = 0; i < 144; i++) {
            s0[i] += u[0] * v[i] + u[1] * v[i + 1] + u[2] * v[i + 2] + u[3] * v[i + 18]
              + u[4] * v[i + 19] + u[5] * v[i + 20] + u[6] * v[i + 36] + u[7] * v[i + 37]
              + u[8] * v[i + 38];
            s1[i] += u[288] * v[i] + u[289] * v[i + 1] + u[290] * v[i + 2] + u[291] * v[i + 18]
              + u[292] * v[i + 19] + u[293] * v[i + 20] + u[294] * v[i + 36] + u[295] * v[i + 37]
              + u[296] * v[i + 38];
            s2[i] += u[576] * v[i] + u[577] * v[i + 1] + u[578] * v[i + 2] + u[579] * v[i + 18]
              + u[580] * v[i + 19] + u[581] * v[i + 20] + u[582] * v[i + 36] + u[583] * v[i + 37]
              + u[584] * v[i + 38];
            s3[i] += u[864] * v[i] + u[865] * v[i + 1] + u[866] * v[i + 2] + u[867] * v[i + 18]
              + u[868] * v[i + 19] + u[869] * v[i + 20] + u[870] * v[i + 36] + u[871] * v[i + 37]
              + u[872] * v[i + 38];
          }
        }
      }
      for (int k = 0; k < 4; k++) {
        for (int i = 0; i < 8; i++) {
          const float *restrict s = sums + k * 144 + i * 18;
          float *to = y + (f + k) * 256 + top * 16 + i * 16;
          const float *more = r + (f + k) * 256 + top * 16 + i * 16;
          for (int j = 0; j < 16; j++) {
            to[j] = rectify(s[j] + more[j]);
          }
        }
      }
    }
  }
}

/* conv2d 3x3/2 pad 1 + bias + rectify, 1 x 32 x 16 x 16 -> 1 x 64 x 8 x 8; 8 rows of 4 filters
   at a time */
static void conv2d_8(const float *restrict x, const float *restrict w, const float *restrict b,
    float *restrict y, float *restrict rows, float *restrict sums) {
  for (int c = 0; c < 32; c++) {
    for (int p = 0; p < 2; p++) {
      for (int i = 0; i < 9; i++) {
        const int row = i * 2 + p - 1;
        const int inside = row >= 0 && row < 16;
        const float *from = x + c * 256 + (inside ? row * 16 : 0);
        float *into = rows + c * 324 + p * 162 + i * 9;
        copy_row(into, 9, inside ? 1 : 9, inside ? 9 : 9, from + 1, 2);
        copy_row(into + 81, 9, inside ? 0 : 9, inside ? 8 : 9, from, 2);
      }
    }
  }
  for (int f = 0; f < 64; f += 4) {
    {
      float *restrict s0 = sums;
      float *restrict s1 = sums + 72;
      float *restrict s2 = sums + 144;
      float *restrict s3 = sums + 216;
      for (int i = 0; i < 72; i++) {
        s0[i] = b[f];
        s1[i] = b[f + 1];
        s2[i] = b[f + 2];
        s3[i] = b[f + 3];
      }
      for (int c = 0; c < 32; c++) {
        const float *restrict v = rows + c * 324;
        const float *restrict u = w + f * 288 + c * 9;
        for (int i = 0; i < 72; i++) {
          s0[i] += u[0] * v[i] + u[1] * v[i + 81] + u[2] * v[i + 1] + u[3] * v[i + 162]
            + u[4] * v[i + 243] + u[5] * v[i + 163] + u[6] * v[i + 9] + u[7] * v[i + 90]
            + u[8] * v[i + 10];
          s1[i] += u[288] * v[i] + u[289] * v[i + 81] + u[290] * v[i + 1]
            + u[291] * v[i + 162] + u[292] * v[i + 243] + u[293] * v[i + 163]
            + u[294] * v[i + 9] + u[295] * v[i + 90] + u[296] * v[i + 10];
          s2[i] += u[576] * v[i] + u[577] * v[i + 81] + u[578] * v[i + 1]
            + u[579] * v[i + 162] + u[580] * v[i + 243] + u[581] * v[i + 163]
            + u[582] * v[i + 9] + u[583] * v[i + 90] + u[584] * v[i + 10];
          s3[i] += u[864] * v[i] + u[865] * v[i + 81] + u[866] * v[i + 1]
            + u[867] * v[i + 162] + u[868] * v[i + 243] + u[869] * v[i + 163]
            + u[870] * v[i + 9] + u[871] * v[i + 90] + u[872] * v[i + 10];
        }
      }
    }
    for (int k = 0; k < 4; k++) {
      for (int i = 0; i < 8; i++) {
        const float *restrict s = sums + k * 72 + i * 9;
        float *restrict to = y + (f + k) * 64 + i * 8;
        for (int j = 0; j < 8; j++) {
          to[j] = rectify(s[j]);
        }
      }
    }
  }
}

/* conv2d 3x3 pad 1 + bias, 1 x 64 x 8 x 8 -> 1 x 64 x 8 x 8; 8 rows of 4 filters at a time */
static void conv2d_9(const float *restrict x, const float *restrict w, const float *restrict b,
    float *restrict y, float *restrict rows, float *restrict sums) {
  for (int c = 0; c < 64; c++) {
    for (int i = 0; i < 10; i++) {
      const int row = i - 1;
      const int inside = row >= 0 && row < 8;
      const float *from = x + c * 64 + (inside ? row * 8 : 0);
      float *into = rows + c * 100 + i * 10;
      copy_row(into, 10, inside ? 1 : 10, inside ? 9 : 10, from, 1);
    }
  }
  for (int f = 0; f < 64; f += 4) {
    {
      float *restrict s0 = sums;
      float *restrict s1 = sums + 80;
      float *restrict s2 = sums + 160;
      float *restrict s3 = sums + 240;
      for (int i = 0; i < 80; i++) {
        s0[i] = b[f];
        s1[i] = b[f + 1];
        s2[i] = b[f + 2];
        s3[i] = b[f + 3];
      }
      for (int c = 0; c < 64; c++) {
        const float *restrict v = rows + c * 100;
        const float *restrict u = w + f * 576 + c * 9;
        for (int i = 0; i < 80; i++) {
          s0[i] += u[0] * v[i] + u[1] * v[i + 1] + u[2] * v[i + 2] + u[3] * v[i + 10]
            + u[4] * v[i + 11] + u[5] * v[i + 12] + u[6] * v[i + 20] + u[7] * v[i + 21]
            + u[8] * v[i + 22];
          s1[i] += u[576] * v[i] + u[577] * v[i + 1] + u[578] * v[i + 2] + u[579] * v[i + 10]
            + u[580] * v[i + 11] + u[581] * v[i + 12] + u[582] * v[i + 20] + u[583] * v[i + 21]
            + u[584] * v[i + 22];
          s2[i] += u[1152] * v[i] + u[1153] * v[i + 1] + u[1154] * v[i + 2]
            + u[1155] * v[i + 10] + u[1156] * v[i + 11] + u[1157] * v[i + 12]
            + u[1158] * v[i + 20] + u[1159] * v[i + 21] + u[1160] * v[i + 22];
          s3[i] += u[1728] * v[i] + u[1729] * v[i + 1] + u[1730] * v[i + 2]
            + u[1731] * v[i + 10] + u[1732] * v[i + 11] + u[1733] * v[i + 12]
            + u[1734] * v[i + 20] + u[1735] * v[i + 21] + u[1736] * v[i + 22];
        }
      }
    }
    for (int k = 0; k < 4; k++) {
      for (int i = 0; i < 8; i++) {
        const float *restrict s = sums + k * 80 + i * 10;
        float *restrict to = y + (f + k) * 64 + i * 8;
        for (int j = 0; j < 8; j++) {
          to[j] = s[j];
        }
      }
    }
  }
}

/* max_pool 1x1/2, 1 x 32 x 16 x 16 -> 1 x 32 x 8 x 8 */
static void max_pool_2(const float *restrict x, float *restrict y) {
  for (int p = 0; p < 32; p++) {
    for (int i = 0; i < 8; i++) {
      const float *restrict v = x + p * 256 + i * 32;
      float *restrict to = y + p * 64 + i * 8;
      for (int j = 0; j < 8; j++) {
        to[j] = v[j * 2];
      }
    }
  }
}

/* pad [0, 16, 0, 0] [0, 16, 0, 0] with 0.0, 1 x 32 x 8 x 8 -> 1 x 64 x 8 x 8 */
static void pad_2(const float *restrict x, float *restrict y) {
  for (int i = 0; i < 4096; i++) {
    y[i] = 0.0f;
  }
  for (int i1 = 0; i1 < 32; i1++) {
    for (int i2 = 0; i2 < 8; i2++) {
      for (int i3 = 0; i3 < 8; i3++) {
        y[i1 * 64 + i2 * 8 + i3 + 1024] = x[i1 * 64 + i2 * 8 + i3];
      }
    }
  }
}

/* sum + rectify, 1 x 64 x 8 x 8 -> 1 x 64 x 8 x 8 */
static void sum_2(const float *x0, const float *x1, float *y) {
  for (int i = 0; i < 4096; i++) {
    y[i] = rectify(x0[i] + x1[i]);
  }
}

/* conv2d 3x3 pad 1 + bias + rectify, 1 x 64 x 8 x 8 -> 1 x 64 x 8 x 8; 8 rows of 4 filters at a
   time */
static void conv2d_10(const float *restrict x, const float *restrict w, const float *restrict b,
    float *restrict y, float *restrict rows, float *restrict sums) {
  for (int c = 0; c < 64; c++) {
    for (int i = 0; i < 10; i++) {
      const int row = i - 1;
      const int inside = row >= 0 && row < 8;
      const float *from = x + c * 64 + (inside ? row * 8 : 0);
      float *into = rows + c * 100 + i * 10;
      copy_row(into, 10, inside ? 1 : 10, inside ? 9 : 10, from, 1);
    }
  }
  for (int f = 0; f < 64; f += 4) {
    {
      float *restrict s0 = sums;
      float *restrict s1 = sums + 80;
      float *restrict s2 = sums + 160;
      float *restrict s3 = sums + 240;
      for (int i = 0; i < 80; i++) {
        s0[i] = b[f];
        s1[i] = b[f + 1];
        s2[i] = b[f + 2];
        s3[i] = b[f + 3];
      }
      for (int c = 0; c < 64; c++) {
        const float *restrict v = rows + c * 100;
        const float *restrict u = w + f * 576 + c * 9;
        for (int i = 0; i < 80; i++) {
          s0[i] += u[0] * v[i] + u[1] * v[i + 1] + u[2] * v[i + 2] + u[3] * v[i + 10]
            + u[4] * v[i + 11] + u[5] * v[i + 12] + u[6] * v[i + 20] + u[7] * v[i + 21]
            + u[8] * v[i + 22];
          s1[i] += u[576] * v[i] + u[577] * v[i + 1] + u[578] * v[i + 2] + u[579] * v[i + 10]
            + u[580] * v[i + 11] + u[581] * v[i + 12] + u[582] * v[i + 20] + u[583] * v[i + 21]
            + u[584] * v[i + 22];
          s2[i] += u[1152] * v[i] + u[1153] * v[i + 1] + u[1154] * v[i + 2]
            + u[1155] * v[i + 10] + u[1156] * v[i + 11] + u[1157] * v[i + 12]
            + u[1158] * v[i + 20] + u[1159] * v[i + 21] + u[1160] * v[i + 22];
          s3[i] += u[1728] * v[i] + u[1729] * v[i + 1] + u[1730] * v[i + 2]
            + u[1731] * v[i + 10] + u[1732] * v[i + 11] + u[1733] * v[i + 12]
            + u[1734] * v[i + 20] + u[1735] * v[i + 21] + u[1736] * v[i + 22];
        }
      }
    }
    for (int k = 0; k < 4; k++) {
      for (int i = 0; i < 8; i++) {
        const float *restrict s = sums + k * 80 + i * 10;
        float *restrict to = y + (f + k) * 64 + i * 8;
        for (int j = 0; j < 8; j++) {
          to[j] = rectify(s[j]);
        }
      }
    }
  }
}

/* conv2d 3x3 pad 1 + bias + residual + rectify, 1 x 64 x 8 x 8 -> 1 x 64 x 8 x 8; 8 rows of 4
   filters at a time */
static void conv2d_11(const float *restrict x, const float *restrict w, const float *restrict b,
    const float *r, float *y, float *restrict rows, float *restrict sums) {
  for (int c = 0; c < 64; c++) {
    for (int i = 0; i < 10; i++) {
      const int row = i - 1;
      const int inside = row >= 0 && row < 8;
      const float *from = x + c * 64 + (inside ? row * 8 : 0);
      float *into = rows + c * 100 + i * 10;
      copy_row(into, 10, inside ? 1 : 10, inside ? 9 : 10, from, 1);
    }
  }
  for (int f = 0; f < 64; f += 4) {
    {
      float *restrict s0 = sums;
      float *restrict s1 = sums + 80;
      float *restrict s2 = sums + 160;
      float *restrict s3 = sums + 240;
      for (int i = 0; i < 80; i++) {
        s0[i] = b[f];
        s1[i] = b[f + 1];
        s2[i] = b[f + 2];
        s3[i] = b[f + 3];
      }
      for (int c = 0; c < 64; c++) {
        const float *restrict v = rows + c * 100;
        const float *restrict u = w + f * 576 + c * 9;
        for (int i = 0; i < 80; i++) {
          s0[i] += u[0] * v[i] + u[1] * v[i + 1] + u[2] * v[i + 2] + u[3] * v[i + 10]
            + u[4] * v[i + 11] + u[5] * v[i + 12] + u[6] * v[i + 20] + u[7] * v[i + 21]
            + u[8] * v[i + 22];
          s1[i] += u[576] * v[i] + u[577] * v[i + 1] + u[578] * v[i + 2] + u[579] * v[i + 10]
            + u[580] * v[i + 11] + u[581] * v[i + 12] + u[582] * v[i + 20] + u[583] * v[i + 21]
            + u[584] * v[i + 22];
          s2[i] += u[1152] * v[i] + u[1153] * v[i + 1] + u[1154] * v[i + 2]
            + u[1155] * v[i + 10] + u[1156] * v[i + 11] + u[1157] * v[i + 12]
            + u[1158] * v[i + 20] + u[1159] * v[i + 21] + u[1160] * v[i + 22];
          s3[i] += u[1728] * v[i] + u[1729] * v[i + 1] + u[1730] * v[i + 2]
            + u[1731] * v[i + 10] + u[1732] * v[i + 11] + u[1733] * v[i + 12]
            + u[1734] * v[i + 20] + u[1735] * v[i + 21] + u[1736] * v[i + 22];
        }
      }
    }
    for (int k = 0; k < 4; k++) {
      for (int i = 0; i < 8; i++) {
        const float *restrict s = sums + k * 80 + i * 10;
        float *to = y + (f + k) * 64 + i * 8;
        const float *more = r + (f + k) * 64 + i * 8;
        for (int j = 0; j < 8; j++) {
          to[j] = rectify(s[j] + more[j]);
        }
      }
    }
  }
}

/* global_mean_pool, 1 x 64 x 8 x 8 -> 1 x 64 */
static void global_mean_pool(const float *restrict x, float *restrict y) {
  for (int p = 0; p < 64; p++) {
    const float *restrict v = x + p * 64;
    float sum = 0.0f;
    for (int i = 0; i < 8; i++) {
      float row = 0.0f;
      for (int j = 0; j < 8; j++) {
        row += v[i * 8 + j];
      }
      sum += row;
    }
    y[p] = sum / 64.0f;
  }
}

/* dense + bias, 1 x 64 -> 1 x 10 */
static void dense(const float *restrict x, const float *restrict w, const float *restrict b,
    float *restrict y) {
  for (int o = 0; o < 10; o++) {
    y[o] = b[o];
  }
  {
    float *restrict sums = y;
    for (int k = 0; k < 64; k += 8) {
      const float *restrict v = x + k;
      const float *restrict u = w + k * 10;
      for (int o = 0; o < 10; o++) {
        sums[o] += v[0] * u[o] + v[1] * u[o + 10] + v[2] * u[o + 20] + v[3] * u[o + 30]
          + v[4] * u[o + 40] + v[5] * u[o + 50] + v[6] * u[o + 60] + v[7] * u[o + 70];
      }
    }
  }
}

/* softmax, 1 x 10 -> 1 x 10 */
static void softmax(const float *x, float *y) {
  const float *v = x;
  float *to = y;
  float top = v[0], sum = 0.0f;
  for (int c = 1; c < 10; c++) {
    top = larger(top, v[c]);
  }
  for (int c = 0; c < 10; c++) {
    to[c] = expf(v[c] - top);
    sum += to[c];
  }
  for (int c = 0; c < 10; c++) {
    to[c] /= sum;
  }
}

void resnet20_run(const float *weights, const float *input1, float *fc, float *arena) {
  /* conv1: conv2d 3x3 pad 1 + bias + rectify */
  float *const conv1 = arena; /* 1 x 16 x 32 x 32 */
  conv2d(input1, weights + conv1_W, weights + conv1_bn_shift, conv1, arena + 16384,
      arena + 17008);

  /* conv2/first/a: conv2d 3x3 pad 1 + bias + rectify */
  float *const conv2_first_a = arena + 16384; /* 1 x 16 x 32 x 32 */
  conv2d_2(conv1, weights + conv2_first_a_W, weights + conv2_first_a_bn_shift, conv2_first_a,
      arena + 32768, arena + 36048);

  /* conv2/first/b: conv2d 3x3 pad 1 + bias + residual + rectify */
  float *const conv2_first_b = arena; /* 1 x 16 x 32 x 32 */
  conv2d_3(conv2_first_a, weights + conv2_first_b_W, weights + conv2_first_b_bn_shift, conv1,
      conv2_first_b, arena + 32768, arena + 36048);

  /* conv2/rest0/a: conv2d 3x3 pad 1 + bias + rectify */
  float *const conv2_rest0_a = arena + 16384; /* 1 x 16 x 32 x 32 */
  conv2d_2(conv2_first_b, weights + conv2_rest0_a_W, weights + conv2_rest0_a_bn_shift,
      conv2_rest0_a, arena + 32768, arena + 36048);

  /* conv2/rest0/b: conv2d 3x3 pad 1 + bias + residual + rectify */
  float *const conv2_rest0_b = arena; /* 1 x 16 x 32 x 32 */
  conv2d_3(conv2_rest0_a, weights + conv2_rest0_b_W, weights + conv2_rest0_b_bn_shift,
      conv2_first_b, conv2_rest0_b, arena + 32768, arena + 36048);

  /* conv2/rest1/a: conv2d 3x3 pad 1 + bias + rectify */
  float *const conv2_rest1_a = arena + 16384; /* 1 x 16 x 32 x 32 */
  conv2d_2(conv2_rest0_b, weights + conv2_rest1_a_W, weights + conv2_rest1_a_bn_shift,
      conv2_rest1_a, arena + 32768, arena + 36048);

  /* conv2/rest1/b: conv2d 3x3 pad 1 + bias + residual + rectify */
  float *const conv2_rest1_b = arena; /* 1 x 16 x 32 x 32 */
  conv2d_3(conv2_rest1_a, weights + conv2_rest1_b_W, weights + conv2_rest1_b_bn_shift,
      conv2_rest0_b, conv2_rest1_b, arena + 32768, arena + 36048);

  /* conv3/first/a: conv2d 3x3/2 pad 1 + bias + rectify */
  float *const conv3_first_a = arena + 26192; /* 1 x 32 x 16 x 16 */
  conv2d_4(conv2_rest1_b, weights + conv3_first_a_W, weights + conv3_first_a_bn_shift,
      conv3_first_a, arena + 16384, arena + 34384);

  /* conv3/first/b: conv2d 3x3 pad 1 + bias */
  float *const conv3_first_b = arena + 16384; /* 1 x 32 x 16 x 16 */
  conv2d_5(conv3_first_a, weights + conv3_first_b_W, weights + conv3_first_b_bn_shift,
      conv3_first_b, arena + 34384, arena + 24576);

  /* conv3/first/subsampled: max_pool 1x1/2 */
  float *const conv3_first_subsampled = arena + 24576; /* 1 x 16 x 16 x 16 */
  max_pool(conv2_rest1_b, conv3_first_subsampled);

  /* conv3/first/shortcut: pad [0, 8, 0, 0] [0, 8, 0, 0] with 0.0 */
  float *const conv3_first_shortcut = arena; /* 1 x 32 x 16 x 16 */
  pad(conv3_first_subsampled, conv3_first_shortcut);

  /* conv3/first/elemwisesum1: sum + rectify */
  float *const conv3_first_elemwisesum1 = arena + 16384; /* 1 x 32 x 16 x 16 */
  sum(conv3_first_b, conv3_first_shortcut, conv3_first_elemwisesum1);

  /* conv3/rest0/a: conv2d 3x3 pad 1 + bias + rectify */
  float *const conv3_rest0_a = arena; /* 1 x 32 x 16 x 16 */
  conv2d_6(conv3_first_elemwisesum1, weights + conv3_rest0_a_W, weights + conv3_rest0_a_bn_shift,
      conv3_rest0_a, arena + 8192, arena + 13968);

  /* conv3/rest0/b: conv2d 3x3 pad 1 + bias + residual + rectify */
  float *const conv3_rest0_b = arena + 16384; /* 1 x 32 x 16 x 16 */
  conv2d_7(conv3_rest0_a, weights + conv3_rest0_b_W, weights + conv3_rest0_b_bn_shift,
      conv3_first_elemwisesum1, conv3_rest0_b, arena + 8192, arena + 13968);

  /* conv3/rest1/a: conv2d 3x3 pad 1 + bias + rectify */
  float *const conv3_rest1_a = arena; /* 1 x 32 x 16 x 16 */
  conv2d_6(conv3_rest0_b, weights + conv3_rest1_a_W, weights + conv3_rest1_a_bn_shift,
      conv3_rest1_a, arena + 8192, arena + 13968);

  /* conv3/rest1/b: conv2d 3x3 pad 1 + bias + residual + rectify */
  float *const conv3_rest1_b = arena + 16384; /* 1 x 32 x 16 x 16 */
  conv2d_7(conv3_rest1_a, weights + conv3_rest1_b_W, weights + conv3_rest1_b_bn_shift,
      conv3_rest0_b, conv3_rest1_b, arena + 8192, arena + 13968);

  /* conv4/first/a: conv2d 3x3/2 pad 1 + bias + rectify */
  float *const conv4_first_a = arena + 10384; /* 1 x 64 x 8 x 8 */
  conv2d_8(conv3_rest1_b, weights + conv4_first_a_W, weights + conv4_first_a_bn_shift,
      conv4_first_a, arena, arena + 14480);

  /* conv4/first/b: conv2d 3x3 pad 1 + bias */
  float *const conv4_first_b = arena + 24576; /* 1 x 64 x 8 x 8 */
  conv2d_9(conv4_first_a, weights + conv4_first_b_W, weights + conv4_first_b_bn_shift,
      conv4_first_b, arena, arena + 6416);

  /* conv4/first/subsampled: max_pool 1x1/2 */
  float *const conv4_first_subsampled = arena + 4096; /* 1 x 32 x 8 x 8 */
  max_pool_2(conv3_rest1_b, conv4_first_subsampled);

  /* conv4/first/shortcut: pad [0, 16, 0, 0] [0, 16, 0, 0] with 0.0 */
  float *const conv4_first_shortcut = arena; /* 1 x 64 x 8 x 8 */
  pad_2(conv4_first_subsampled, conv4_first_shortcut);

  /* conv4/first/elemwisesum1: sum + rectify */
  float *const conv4_first_elemwisesum1 = arena + 24576; /* 1 x 64 x 8 x 8 */
  sum_2(conv4_first_b, conv4_first_shortcut, conv4_first_elemwisesum1);

  /* conv4/rest0/a: conv2d 3x3 pad 1 + bias + rectify */
  float *const conv4_rest0_a = arena + 6416; /* 1 x 64 x 8 x 8 */
  conv2d_10(conv4_first_elemwisesum1, weights + conv4_rest0_a_W, weights + conv4_rest0_a_bn_shift,
      conv4_rest0_a, arena, arena + 10512);

  /* conv4/rest0/b: conv2d 3x3 pad 1 + bias + residual + rectify */
  float *const conv4_rest0_b = arena + 24576; /* 1 x 64 x 8 x 8 */
  conv2d_11(conv4_rest0_a, weights + conv4_rest0_b_W, weights + conv4_rest0_b_bn_shift,
      conv4_first_elemwisesum1, conv4_rest0_b, arena, arena + 10512);

  /* conv4/rest1/a: conv2d 3x3 pad 1 + bias + rectify */
  float *const conv4_rest1_a = arena + 6416; /* 1 x 64 x 8 x 8 */
  conv2d_10(conv4_rest0_b, weights + conv4_rest1_a_W, weights + conv4_rest1_a_bn_shift,
      conv4_rest1_a, arena, arena + 10512);

  /* conv4/rest1/b: conv2d 3x3 pad 1 + bias + residual + rectify */
  float *const conv4_rest1_b = arena + 24576; /* 1 x 64 x 8 x 8 */
  conv2d_11(conv4_rest1_a, weights + conv4_rest1_b_W, weights + conv4_rest1_b_bn_shift,
      conv4_rest0_b, conv4_rest1_b, arena, arena + 10512);

  /* pool: global_mean_pool */
  float *const pool = arena; /* 1 x 64 */
  global_mean_pool(conv4_rest1_b, pool);

  /* fc: dense + bias */
  float *const fc_dense = arena + 64; /* 1 x 10 */
  dense(pool, weights + fc_W, weights + fc_b, fc_dense);

  /* fc: softmax */
  softmax(fc_dense, fc);
}

int resnet20_weights_are_right(const float *weights) {
  uint32_t sum = 2166136261u; /* FNV-1a, 32 bits at a time */
  for (int i = 0; i < RESNET20_WEIGHTS_FLOATS; i++) {
    uint32_t bits;
    memcpy(&bits, weights + i, sizeof bits);
    sum = (sum ^ bits) * 16777619u;
  }
  return sum == RESNET20_WEIGHTS_SUM;
}
