#include "cimages.h"

enum { FRACTION = 22 };

static inline uint8_t rounded(int32_t sum) {
  const int32_t value = sum >> FRACTION;
  return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
}

void cimages_resample_rows(
    const uint8_t *plane, size_t rows, size_t width, uint8_t *result, size_t result_width, const int32_t *first,
    const int32_t *used, const int32_t *weights, size_t taps) {
  for (size_t row = 0; row < rows; ++row) {
    const uint8_t *source = plane + row * width;
    uint8_t *out = result + row * result_width;
    for (size_t x = 0; x < result_width; ++x) {
      const uint8_t *pixels = source + first[x];
      const int32_t *factors = weights + x * taps;
      int32_t sum = 1 << (FRACTION - 1);
      for (int32_t tap = 0; tap < used[x]; ++tap) sum += factors[tap] * pixels[tap];
      out[x] = rounded(sum);
    }
  }
}

// A strip of columns, so that its sums stay in the first cache.
enum { STRIP = 512 };

void cimages_resample_columns(
    const uint8_t *plane, size_t width, uint8_t *result, size_t height, const int32_t *first, const int32_t *used,
    const int32_t *weights, size_t taps) {
  int32_t sums[STRIP];
  for (size_t row = 0; row < height; ++row) {
    const int32_t *factors = weights + row * taps;
    for (size_t start = 0; start < width; start += STRIP) {
      const size_t count = width - start < STRIP ? width - start : STRIP;
      for (size_t x = 0; x < count; ++x) sums[x] = 1 << (FRACTION - 1);
      for (int32_t tap = 0; tap < used[row]; ++tap) {
        const uint8_t *source = plane + ((size_t)first[row] + (size_t)tap) * width + start;
        for (size_t x = 0; x < count; ++x) sums[x] += factors[tap] * source[x];
      }
      for (size_t x = 0; x < count; ++x) result[row * width + start + x] = rounded(sums[x]);
    }
  }
}
