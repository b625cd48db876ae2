// NVIDIA's libraries as netc calls them: its own prototypes and tables of function pointers, filled at run time. Nothing
// of NVIDIA's is needed to build netc, and a machine without it runs everything but the GPU.
#ifndef CGPU_H
#define CGPU_H

#include "cgpu_cublaslt.h"
#include "cgpu_cudnn.h"
#include "cgpu_driver.h"
#include "cgpu_nvrtc.h"

// Whether this program has a dynamic linker: one without cannot load libraries that start threads.
int cgpu_can_load(void);

#endif
