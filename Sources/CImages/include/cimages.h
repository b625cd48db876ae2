// PNG and JPEG in memory. Every call returns in the usual way, whatever the bytes are.
#ifndef CIMAGES_H
#define CIMAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Bytes of a message, the zero at its end included.
enum { CIMAGES_MESSAGE = 200 };

typedef struct {
  uint32_t width;
  uint32_t height;
  /// Bytes of a pixel of what `_read` writes: 1 grey, 2 grey and opacity, 3 red, green, blue, 4 with opacity.
  uint32_t channels;
} cimages_info;

/// What a PNG file says of itself before its pixels; false with a message where that is no such file or damaged.
bool cimages_png_info(const uint8_t *bytes, size_t count, cimages_info *info, char *message);

/// Decodes a PNG file of any kind to 8 bits a sample, pixel by pixel.
///
/// - pixels: width × height × channels of `cimages_png_info`.
bool cimages_png_read(const uint8_t *bytes, size_t count, uint8_t *pixels, char *message);

/// Encodes pixels of 1 or 3 bytes.
///
/// - result: memory that the caller frees.
bool cimages_png_write(
    const uint8_t *pixels, const cimages_info *info, uint8_t **result, size_t *count, char *message);

/// As for PNG; channels are 1 or 3.
bool cimages_jpeg_info(const uint8_t *bytes, size_t count, cimages_info *info, char *message);
bool cimages_jpeg_read(const uint8_t *bytes, size_t count, uint8_t *pixels, char *message);

/// Resamples a plane of bytes along its rows with weights in 22 bits behind the point.
///
/// Output i of a row is the sum of `taps` pixels from `first[i]` on, times `weights[i·taps…]`; weights beyond the row
/// are 0 and their pixels are not read: `used[i]` says how many count.
void cimages_resample_rows(
    const uint8_t *plane, size_t rows, size_t width, uint8_t *result, size_t result_width, const int32_t *first,
    const int32_t *used, const int32_t *weights, size_t taps);

/// The same along the columns: `height` is that of the result, rows of both have `width` pixels.
void cimages_resample_columns(
    const uint8_t *plane, size_t width, uint8_t *result, size_t height, const int32_t *first, const int32_t *used,
    const int32_t *weights, size_t taps);

#endif
