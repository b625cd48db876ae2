/* resnet20: made by netc 0.1.0 from a network's specification; do not edit.
 *
 *   input     input1: 1 x 3 x 32 x 32
 *   output    fc: 1 x 10
 *   weights   269,036 floats (1.03 MiB), in resnet20.weights, which the caller loads or maps
 *   arena     40,160 floats (157 KiB) of scratch memory, which the caller gives
 *   work      40,551,040 multiply-adds a run
 *   needs     C11 and of libm: expf
 *
 * Numbers lie in C order: examples, channels, rows, columns. */
#ifndef RESNET20_H
#define RESNET20_H

#ifdef __cplusplus
extern "C" {
#endif

#define RESNET20_NETC_VERSION "0.1.0"
#define RESNET20_BATCH 1
#define RESNET20_INPUT_FLOATS 3072
#define RESNET20_OUTPUT_FLOATS 10
#define RESNET20_ARENA_FLOATS 40160
#define RESNET20_WEIGHTS_FLOATS 269036

#define RESNET20_WEIGHTS_SUM 0x8830e185u

/* Whether these RESNET20_WEIGHTS_FLOATS floats are those of resnet20.weights, in this machine's byte order. */
int resnet20_weights_are_right(const float *weights);

/* Runs the network. Buffers must not overlap; the arena's contents mean nothing before and after.
 * Nothing else is written: calls with other buffers may run at the same time. */
void resnet20_run(const float *weights, const float *input1, float *fc, float *arena);

#ifdef __cplusplus
}
#endif

#endif
