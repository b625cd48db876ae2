// Opens a source file of NEON code, which every arm64 CPU runs. A vector is two registers of four lanes: fewer loads
// for as many products as with one, and the layouts of AVX2.
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "../include/ckernels.h"

#define CK_SUFFIX neon
#define CK_VL 8
