/* digits: see digits.h. Made by netc 0.1.0; do not edit. */
#include "digits.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

_Static_assert(sizeof(int) >= 4, "places in arrays are counted with int");

/* Where tensors begin in the weights. */
enum {
  conv1_W = 0, /* 32 x 1 x 3 x 3 */
  conv1_b = 288, /* 32 */
  conv2_W = 320, /* 32 x 32 x 3 x 3 */
  conv2_b = 9536, /* 32 */
  conv3_W = 9568, /* 64 x 32 x 3 x 3 */
  conv3_b = 28000, /* 64 */
  hidden_W = 28064, /* 256 x 64, inputs by units */
  hidden_b = 44448, /* 64 */
  output_W = 44512, /* 64 x 10, inputs by units */
  output_b = 45152, /* 10 */
};

/* The numbers first to last - 1 of a row of `length` come from x, the others are 0. */
static void copy_row(float *restrict row, int length, int first, int last, const float *restrict x, int step) {
  for (int i = 0; i < first; i++) row[i] = 0.0f;
  for (int i = first; i < last; i++) row[i] = x[(i - first) * step];
  for (int i = last; i < length; i++) row[i] = 0.0f;
}
static float rectify(float v) { return v < 0.0f ? 0.0f : v; }
static float larger(float a, float b) { return b <= a ? a : b; }

/* conv2d 3x3 pad 1 + bias + rectify, 1 x 1 x 8 x 8 -> 1 x 32 x 8 x 8; 8 rows of 4 filters at a
   time */
static void conv2d(const float *restrict x, const float *restrict w, const float *restrict b,
    float *restrict y, float *restrict rows, float *restrict sums) {
  for (int i = 0; i < 10; i++) {
    const int row = i - 1;
    const int inside = row >= 0 && row < 8;
    const float *from = x + (inside ? row * 8 : 0);
    float *into = rows + i * 10;
    copy_row(into, 10, inside ? 1 : 10, inside ? 9 : 10, from, 1);
  }
  for (int f = 0; f < 32; f += 4) {
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
      const float *restrict v = rows;
      const float *restrict u = w + f * 9;
      for (int i = 0; i < 80; i++) {
        s0[i] += u[0] * v[i] + u[1] * v[i + 1] + u[2] * v[i + 2] + u[3] * v[i + 10]
          + u[4] * v[i + 11] + u[5] * v[i + 12] + u[6] * v[i + 20] + u[7] * v[i + 21]
          + u[8] * v[i + 22];
        s1[i] += u[9] * v[i] + u[10] * v[i + 1] + u[11] * v[i + 2] + u[12] * v[i + 10]
          + u[13] * v[i + 11] + u[14] * v[i + 12] + u[15] * v[i + 20] + u[16] * v[i + 21]
          + u[17] * v[i + 22];
        s2[i] += u[18] * v[i] + u[19] * v[i + 1] + u[20] * v[i + 2] + u[21] * v[i + 10]
          + u[22] * v[i + 11] + u[23] * v[i + 12] + u[24] * v[i + 20] + u[25] * v[i + 21]
          + u[26] * v[i + 22];
        s3[i] += u[27] * v[i] + u[28] * v[i + 1] + u[29] * v[i + 2] + u[30] * v[i + 10]
          + u[31] * v[i + 11] + u[32] * v[i + 12] + u[33] * v[i + 20] + u[34] * v[i + 21]
          + u[35] * v[i + 22];
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

/* conv2d 3x3 pad 1 + bias + rectify + max_pool 2x2, 1 x 32 x 8 x 8 -> 1 x 32 x 4 x 4; 8 rows of
   4 filters at a time */
static void conv2d_2(const float *restrict x, const float *restrict w, const float *restrict b,
    float *restrict y, float *restrict rows, float *restrict sums) {
  for (int c = 0; c < 32; c++) {
    for (int i = 0; i < 10; i++) {
      const int row = i - 1;
      const int inside = row >= 0 && row < 8;
      const float *from = x + c * 64 + (inside ? row * 8 : 0);
      float *into = rows + c * 100 + i * 10;
      copy_row(into, 10, inside ? 1 : 10, inside ? 9 : 10, from, 1);
    }
  }
  for (int f = 0; f < 32; f += 4) {
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
      for (int c = 0; c < 32; c++) {
        const float *restrict v = rows + c * 100;
        const float *restrict u = w + f * 288 + c * 9;
        for (int i = 0; i < 80; i++) {
          s0[i] += u[0] * v[i] + u[1] * v[i + 1] + u[2] * v[i + 2] + u[3] * v[i + 10]
            + u[4] * v[i + 11] + u[5] * v[i + 12] + u[6] * v[i + 20] + u[7] * v[i + 21]
            + u[8] * v[i + 22];
          s1[i] += u[288] * v[i] + u[289] * v[i + 1] + u[290] * v[i + 2] + u[291] * v[i + 10]
            + u[292] * v[i + 11] + u[293] * v[i + 12] + u[294] * v[i + 20] + u[295] * v[i + 21]
            + u[296] * v[i + 22];
          s2[i] += u[576] * v[i] + u[577] * v[i + 1] + u[578] * v[i + 2] + u[579] * v[i + 10]
            + u[580] * v[i + 11] + u[581] * v[i + 12] + u[582] * v[i + 20] + u[583] * v[i + 21]
            + u[584] * v[i + 22];
          s3[i] += u[864] * v[i] + u[865] * v[i + 1] + u[866] * v[i + 2] + u[867] * v[i + 10]
            + u[868] * v[i + 11] + u[869] * v[i + 12] + u[870] * v[i + 20] + u[871] * v[i + 21]
            + u[872] * v[i + 22];
        }
      }
    }
    for (int k = 0; k < 4; k++) {
      for (int i = 0; i < 4; i++) {
        const float *restrict s = sums + k * 80 + i * 20;
        float *restrict to = y + (f + k) * 16 + i * 4;
        for (int j = 0; j < 4; j++) {
          to[j] = rectify(larger(larger(larger(s[j * 2], s[j * 2 + 1]), s[j * 2 + 10]), s[j * 2 + 11]));
        }
      }
    }
  }
}

/* conv2d 3x3 pad 1 + bias + rectify + max_pool 2x2, 1 x 32 x 4 x 4 -> 1 x 64 x 2 x 2; 4 rows of
   4 filters at a time */
static void conv2d_3(const float *restrict x, const float *restrict w, const float *restrict b,
    float *restrict y, float *restrict rows, float *restrict sums) {
  for (int c = 0; c < 32; c++) {
    for (int i = 0; i < 6; i++) {
      const int row = i - 1;
      const int inside = row >= 0 && row < 4;
      const float *from = x + c * 16 + (inside ? row * 4 : 0);
      float *into = rows + c * 36 + i * 6;
      copy_row(into, 6, inside ? 1 : 6, inside ? 5 : 6, from, 1);
    }
  }
  for (int f = 0; f < 64; f += 4) {
    {
      float *restrict s0 = sums;
      float *restrict s1 = sums + 24;
      float *restrict s2 = sums + 48;
      float *restrict s3 = sums + 72;
      for (int i = 0; i < 24; i++) {
        s0[i] = b[f];
        s1[i] = b[f + 1];
        s2[i] = b[f + 2];
        s3[i] = b[f + 3];
      }
      for (int c = 0; c < 32; c++) {
        const float *restrict v = rows + c * 36;
        const float *restrict u = w + f * 288 + c * 9;
        for (int i = 0; i < 24; i++) {
          s0[i] += u[0] * v[i] + u[1] * v[i + 1] + u[2] * v[i + 2] + u[3] * v[i + 6]
            + u[4] * v[i + 7] + u[5] * v[i + 8] + u[6] * v[i + 12] + u[7] * v[i + 13]
            + u[8] * v[i + 14];
          s1[i] += u[288] * v[i] + u[289] * v[i + 1] + u[290] * v[i + 2] + u[291] * v[i + 6]
            + u[292] * v[i + 7] + u[293] * v[i + 8] + u[294] * v[i + 12] + u[295] * v[i + 13]
            + u[296] * v[i + 14];
          s2[i] += u[576] * v[i] + u[577] * v[i + 1] + u[578] * v[i + 2] + u[579] * v[i + 6]
            + u[580] * v[i + 7] + u[581] * v[i + 8] + u[582] * v[i + 12] + u[583] * v[i + 13]
            + u[584] * v[i + 14];
          s3[i] += u[864] * v[i] + u[865] * v[i + 1] + u[866] * v[i + 2] + u[867] * v[i + 6]
            + u[868] * v[i + 7] + u[869] * v[i + 8] + u[870] * v[i + 12] + u[871] * v[i + 13]
            + u[872] * v[i + 14];
        }
      }
    }
    for (int k = 0; k < 4; k++) {
      for (int i = 0; i < 2; i++) {
        const float *restrict s = sums + k * 24 + i * 12;
        float *restrict to = y + (f + k) * 4 + i * 2;
        for (int j = 0; j < 2; j++) {
          to[j] = rectify(larger(larger(larger(s[j * 2], s[j * 2 + 1]), s[j * 2 + 6]), s[j * 2 + 7]));
        }
      }
    }
  }
}

/* dense + bias + rectify, 1 x 256 -> 1 x 64 */
static void dense(const float *restrict x, const float *restrict w, const float *restrict b,
    float *restrict y) {
  for (int o = 0; o < 64; o++) {
    y[o] = b[o];
  }
  {
    float *restrict sums = y;
    for (int k = 0; k < 256; k += 8) {
      const float *restrict v = x + k;
      const float *restrict u = w + k * 64;
      for (int o = 0; o < 64; o++) {
        sums[o] += v[0] * u[o] + v[1] * u[o + 64] + v[2] * u[o + 128] + v[3] * u[o + 192]
          + v[4] * u[o + 256] + v[5] * u[o + 320] + v[6] * u[o + 384] + v[7] * u[o + 448];
      }
    }
  }
  for (int o = 0; o < 64; o++) {
    y[o] = rectify(y[o]);
  }
}

/* dense + bias, 1 x 64 -> 1 x 10 */
static void dense_2(const float *restrict x, const float *restrict w, const float *restrict b,
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

void digits_run(const float *weights, const float *input1, float *output, float *arena) {
  /* conv1: conv2d 3x3 pad 1 + bias + rectify */
  float *const conv1 = arena + 3216; /* 1 x 32 x 8 x 8 */
  conv2d(input1, weights + conv1_W, weights + conv1_b, conv1, arena + 320, arena);

  /* conv2: conv2d 3x3 pad 1 + bias + rectify + max_pool 2x2 */
  float *const conv2 = arena + 5264; /* 1 x 32 x 4 x 4 */
  conv2d_2(conv1, weights + conv2_W, weights + conv2_b, conv2, arena, arena + 5776);

  /* conv3: conv2d 3x3 pad 1 + bias + rectify + max_pool 2x2 */
  float *const conv3 = arena + 1168; /* 1 x 64 x 2 x 2 */
  conv2d_3(conv2, weights + conv3_W, weights + conv3_b, conv3, arena, arena + 1424);

  /* hidden: dense + bias + rectify */
  float *const hidden = arena; /* 1 x 64 */
  dense(conv3, weights + hidden_W, weights + hidden_b, hidden);

  /* output: dense + bias */
  float *const output_dense = arena + 64; /* 1 x 10 */
  dense_2(hidden, weights + output_W, weights + output_b, output_dense);

  /* output: softmax */
  softmax(output_dense, output);
}

void digits_prepare(const uint8_t *raw, float *input1) {
  for (int i = 0; i < 64; i++) {
    input1[i] = (float)raw[i];
  }
  for (int i = 0; i < 64; i++) {
    input1[i] = input1[i] / 16.0f;
  }
}

int digits_weights_are_right(const float *weights) {
  uint32_t sum = 2166136261u; /* FNV-1a, 32 bits at a time */
  for (int i = 0; i < DIGITS_WEIGHTS_FLOATS; i++) {
    uint32_t bits;
    memcpy(&bits, weights + i, sizeof bits);
    sum = (sum ^ bits) * 16777619u;
  }
  return sum == DIGITS_WEIGHTS_SUM;
}

const char *const digits_classes[DIGITS_CLASSES] = {
  "zero",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
};
