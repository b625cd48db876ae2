// Opens a source file of code for every CPU of the architecture: four lanes are SSE2 on x86-64, NEON on arm64.
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "../include/ckernels.h"

#define CK_SUFFIX generic
#define CK_VL 4
