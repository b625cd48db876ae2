/* digits: made by netc 0.1.0 from a network's specification; do not edit.
 *
 *   input     input1: 1 x 1 x 8 x 8
 *   output    output: 1 x 10
 *   weights   45,164 floats (176 KiB), in digits.weights, which the caller loads or maps
 *   arena     6,096 floats (23.8 KiB) of scratch memory, which the caller gives
 *   work      920,192 multiply-adds a run
 *   needs     C11 and of libm: expf
 *   raw data  bytes; digits_prepare does: divide by 16.0
 *
 * Numbers lie in C order: examples, channels, rows, columns. */
#ifndef DIGITS_H
#define DIGITS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DIGITS_NETC_VERSION "0.1.0"
#define DIGITS_BATCH 1
#define DIGITS_INPUT_FLOATS 64
#define DIGITS_OUTPUT_FLOATS 10
#define DIGITS_ARENA_FLOATS 6096
#define DIGITS_WEIGHTS_FLOATS 45164
#define DIGITS_CLASSES 10

#define DIGITS_WEIGHTS_SUM 0x2be25e35u

/* Whether these DIGITS_WEIGHTS_FLOATS floats are those of digits.weights, in this machine's byte order. */
int digits_weights_are_right(const float *weights);

/* Runs the network. Buffers must not overlap; the arena's contents mean nothing before and after.
 * Nothing else is written: calls with other buffers may run at the same time. */
void digits_run(const float *weights, const float *input1, float *output, float *arena);

/* Makes the input from bytes of the same shape: see `raw data` above. */
void digits_prepare(const uint8_t *raw, float *input1);

/* What the numbers of the output stand for. */
extern const char *const digits_classes[DIGITS_CLASSES];

#ifdef __cplusplus
}
#endif

#endif
