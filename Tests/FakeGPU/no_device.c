// A driver that has no device. cuDNN links with its name before it makes engines for a device that is only described to
// it, and loads what it compiled: that succeeds here, and nothing can run.
#include <stddef.h>

#define NO_DEVICE(symbol) \
  int symbol(void) { return 100; }
#define NOTHING(symbol) \
  int symbol(void) { return 0; }
#define LOADED(symbol)          \
  int symbol(void **result) {   \
    if (result) *result = &own; \
    return 0;                   \
  }

static char own;

LOADED(cuLibraryLoadData)
LOADED(cuLibraryGetKernel)
LOADED(cuKernelGetFunction)
LOADED(cuModuleLoadData)
LOADED(cuModuleGetFunction)
NOTHING(cuKernelSetAttribute)
NOTHING(cuLibraryUnload)
NOTHING(cuModuleUnload)
int cuKernelGetAttribute(int *value) {
  *value = 0;
  return 0;
}

NO_DEVICE(cuCtxGetCurrent)
NO_DEVICE(cuCtxGetLimit)
NO_DEVICE(cuCtxPopCurrent)
NO_DEVICE(cuCtxPushCurrent)
NO_DEVICE(cuDeviceGet)
NO_DEVICE(cuDeviceGetCount)
NO_DEVICE(cuDriverGetVersion)
NO_DEVICE(cuGetErrorName)
NO_DEVICE(cuGetErrorString)
NO_DEVICE(cuGetProcAddress)
NO_DEVICE(cuInit)
NO_DEVICE(cuLaunchCooperativeKernel)
NO_DEVICE(cuLaunchKernel)
NO_DEVICE(cuLaunchKernelEx)
NO_DEVICE(cuLibraryLoadFromFile)
NO_DEVICE(cuLinkAddData)
NO_DEVICE(cuLinkComplete)
NO_DEVICE(cuLinkCreate)
NO_DEVICE(cuLinkDestroy)
NO_DEVICE(cuOccupancyMaxPotentialClusterSize)
NO_DEVICE(cuStreamGetCtx)
NO_DEVICE(cuTensorMapEncodeIm2col)
NO_DEVICE(cuTensorMapEncodeTiled)
