#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "cimages.h"

// A file of a few kilobytes can name so many passes over a large image that it decodes for hours.
enum { MOST_SCANS = 500 };

typedef struct {
  struct jpeg_error_mgr base;
  struct jpeg_progress_mgr progress;
  jmp_buf back;
  char *message;
} watcher;

static void leave(j_common_ptr codec) {
  watcher *self = (watcher *)codec->err;
  // The library's buffer is as long as ours.
  char text[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, text);
  strncpy(self->message, text, CIMAGES_MESSAGE - 1);
  self->message[CIMAGES_MESSAGE - 1] = 0;
  longjmp(self->back, 1);
}

// Most remarks are of no matter; where pixels were made up, the file is damaged.
static void hear(j_common_ptr codec, int level) {
  if (level >= 0) return;
  switch (codec->err->msg_code) {
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_JPEG_EOF:
    case JWRN_MUST_RESYNC:
    case JWRN_ARITH_BAD_CODE:
      leave(codec);
      break;
    default:
      break;
  }
}

static void count_scans(j_common_ptr codec) {
  if (codec->is_decompressor && ((j_decompress_ptr)codec)->input_scan_number > MOST_SCANS) {
    watcher *self = (watcher *)codec->err;
    snprintf(self->message, CIMAGES_MESSAGE, "it has more than %d scans", MOST_SCANS);
    longjmp(self->back, 1);
  }
}

// Inks to light. Adobe's programs, and all that follow them, store the inks that are left out.
static void from_inks(const uint8_t *inks, uint8_t *pixels, size_t width, bool inverted) {
  for (size_t x = 0; x < width; ++x) {
    const unsigned black = inverted ? inks[4 * x + 3] : 255u - inks[4 * x + 3];
    for (size_t c = 0; c < 3; ++c) {
      const unsigned ink = inverted ? inks[4 * x + c] : 255u - inks[4 * x + c];
      pixels[3 * x + c] = (uint8_t)((ink * black + 127) / 255);
    }
  }
}

static void read_rows(j_decompress_ptr codec, uint8_t *pixels, uint8_t *inks) {
  jpeg_start_decompress(codec);
  const size_t width = codec->output_width;
  const size_t stride = width * (codec->output_components == 1 ? 1 : 3);
  while (codec->output_scanline < codec->output_height) {
    uint8_t *out = pixels + codec->output_scanline * stride;
    JSAMPROW row = inks ? inks : out;
    jpeg_read_scanlines(codec, &row, 1);
    if (inks) from_inks(inks, out, width, codec->saw_Adobe_marker);
  }
  jpeg_finish_decompress(codec);
}

static bool read_jpeg(
    const uint8_t *bytes, size_t count, cimages_info *result, uint8_t *pixels, char *message) {
  struct jpeg_decompress_struct codec;
  watcher self;
  uint8_t *volatile inks = NULL;
  codec.err = jpeg_std_error(&self.base);
  self.base.error_exit = leave;
  self.base.emit_message = hear;
  self.message = message;
  if (setjmp(self.back)) {
    free(inks);
    jpeg_destroy_decompress(&codec);
    return false;
  }
  // What is destroyed before it was created must be seen to be empty.
  codec.mem = NULL;
  jpeg_create_decompress(&codec);
  self.progress.progress_monitor = count_scans;
  codec.progress = &self.progress;
  jpeg_mem_src(&codec, bytes, count);
  jpeg_read_header(&codec, TRUE);
  const bool has_inks = codec.jpeg_color_space == JCS_CMYK || codec.jpeg_color_space == JCS_YCCK;
  const bool is_grey = codec.jpeg_color_space == JCS_GRAYSCALE;
  codec.out_color_space = has_inks ? JCS_CMYK : is_grey ? JCS_GRAYSCALE : JCS_RGB;
  if (result) {
    const cimages_info size = {codec.image_width, codec.image_height, is_grey ? 1 : 3};
    *result = size;
  }
  if (pixels) {
    if (has_inks) {
      inks = malloc((size_t)codec.image_width * 4);
      if (!inks) ERREXIT1(&codec, JERR_OUT_OF_MEMORY, 0);
    }
    read_rows(&codec, pixels, inks);
    free(inks);
  }
  jpeg_destroy_decompress(&codec);
  return true;
}

bool cimages_jpeg_info(const uint8_t *bytes, size_t count, cimages_info *info, char *message) {
  return read_jpeg(bytes, count, info, NULL, message);
}

bool cimages_jpeg_read(const uint8_t *bytes, size_t count, uint8_t *pixels, char *message) {
  return read_jpeg(bytes, count, NULL, pixels, message);
}
