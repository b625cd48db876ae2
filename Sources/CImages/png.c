#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "cimages.h"

typedef struct {
  const uint8_t *bytes;
  size_t count;
  size_t place;
} source;

typedef struct {
  uint8_t *bytes;
  size_t count;
  size_t capacity;
} sink;

static void fail(png_structp png, png_const_charp text) {
  char *message = png_get_error_ptr(png);
  strncpy(message, text, CIMAGES_MESSAGE - 1);
  message[CIMAGES_MESSAGE - 1] = 0;
  png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void take(png_structp png, png_bytep out, size_t count) {
  source *from = png_get_io_ptr(png);
  if (count > from->count - from->place) png_error(png, "the file ends before the image does");
  memcpy(out, from->bytes + from->place, count);
  from->place += count;
}

static void put(png_structp png, png_bytep bytes, size_t count) {
  sink *to = png_get_io_ptr(png);
  if (count > to->capacity - to->count) {
    const size_t capacity = 2 * (to->count + count) + 4096;
    uint8_t *grown = realloc(to->bytes, capacity);
    if (!grown) png_error(png, "out of memory");
    to->bytes = grown;
    to->capacity = capacity;
  }
  memcpy(to->bytes + to->count, bytes, count);
  to->count += count;
}

static void flush(png_structp png) { (void)png; }

// Every kind of pixel becomes 1 to 4 bytes.
static void expand(png_structp png, png_infop info) {
  const int type = png_get_color_type(png, info);
  const int depth = png_get_bit_depth(png, info);
  if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (type == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (png_get_valid(png, info, PNG_INFO_tRNS)) png_set_tRNS_to_alpha(png);
  if (depth == 16) png_set_scale_16(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
}

// Reads the header, and the pixels where there is memory for them.
static bool read_png(
    const uint8_t *bytes, size_t count, cimages_info *result, uint8_t *volatile pixels, char *message) {
  source from = {bytes, count, 0};
  png_infop info = NULL;
  png_bytep *volatile rows = NULL;
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, message, fail, ignore);
  if (!png) {
    strcpy(message, "libpng cannot start");
    return false;
  }
  if (setjmp(png_jmpbuf(png))) {
    free(rows);
    png_destroy_read_struct(&png, &info, NULL);
    return false;
  }
  info = png_create_info_struct(png);
  if (!info) png_error(png, "out of memory");
  png_set_read_fn(png, &from, take);
  png_read_info(png, info);
  expand(png, info);
  const cimages_info size = {
      png_get_image_width(png, info), png_get_image_height(png, info), png_get_channels(png, info)};
  if (result) *result = size;
  if (pixels) {
    rows = malloc(size.height * sizeof(png_bytep));
    if (!rows) png_error(png, "out of memory");
    const size_t stride = (size_t)size.width * size.channels;
    if (png_get_rowbytes(png, info) != stride) png_error(png, "rows have another length than their pixels");
    for (size_t row = 0; row < size.height; ++row) rows[row] = pixels + row * stride;
    png_read_image(png, rows);
    png_read_end(png, NULL);
    free(rows);
  }
  png_destroy_read_struct(&png, &info, NULL);
  return true;
}

bool cimages_png_info(const uint8_t *bytes, size_t count, cimages_info *info, char *message) {
  return read_png(bytes, count, info, NULL, message);
}

bool cimages_png_read(const uint8_t *bytes, size_t count, uint8_t *pixels, char *message) {
  return read_png(bytes, count, NULL, pixels, message);
}

bool cimages_png_write(
    const uint8_t *pixels, const cimages_info *size, uint8_t **result, size_t *count, char *message) {
  sink to = {NULL, 0, 0};
  png_infop info = NULL;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, message, fail, ignore);
  if (!png) {
    strcpy(message, "libpng cannot start");
    return false;
  }
  if (setjmp(png_jmpbuf(png))) {
    free(to.bytes);
    png_destroy_write_struct(&png, &info);
    return false;
  }
  info = png_create_info_struct(png);
  if (!info) png_error(png, "out of memory");
  png_set_write_fn(png, &to, put, flush);
  png_set_IHDR(
      png, info, size->width, size->height, 8, size->channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
      PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  const size_t stride = (size_t)size->width * size->channels;
  for (size_t row = 0; row < size->height; ++row) png_write_row(png, pixels + row * stride);
  png_write_end(png, NULL);
  png_destroy_write_struct(&png, &info);
  *result = to.bytes;
  *count = to.count;
  return true;
}
