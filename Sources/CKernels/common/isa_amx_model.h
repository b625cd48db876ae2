// Opens a source file of code for tiles of AMX on a model of them (tiles.h), for tests on other CPUs.
#define CK_MODEL_TILES
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "../include/ckernels.h"

#define CK_SUFFIX amxmodel
#define CK_FLOAT_SUFFIX generic
#define CK_VL 16

// Vectors of 16 floats are passed to functions that are inlined, whatever registers the CPU has.
#pragma clang diagnostic ignored "-Wpsabi"
