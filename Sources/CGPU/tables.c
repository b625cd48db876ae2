#include <dlfcn.h>
#include <string.h>
#include "cgpu.h"

// Every table is a structure of function pointers, in the order of the names.
static int fill(void *table, void *library, const char *const *names, int count, const char **missing, int capacity) {
  int lacking = 0;
  for (int i = 0; i < count; i++) {
    void *symbol = dlsym(library, names[i]);
    // C has no cast from a pointer to data to one to a function.
    memcpy((char *)table + (size_t)i * sizeof symbol, &symbol, sizeof symbol);
    if (symbol) continue;
    if (lacking < capacity) missing[lacking] = names[i];
    lacking++;
  }
  return lacking;
}

#define NAME(field, symbol, parameters) #symbol,
#define NAME_OF_ANY(result, field, symbol, parameters) #symbol,
#define COUNT(names) ((int)(sizeof names / sizeof *names))

int cgpu_driver_load(cgpu_driver *table, void *library, const char **missing, int capacity) {
  static const char *const names[] = {CGPU_DRIVER_ROWS(NAME)};
  _Static_assert(sizeof *table == sizeof names, "a name for each function");
  return fill(table, library, names, COUNT(names), missing, capacity);
}

int cgpu_nvrtc_load(cgpu_nvrtc *table, void *library, const char **missing, int capacity) {
  static const char *const names[] = {CGPU_NVRTC_ROWS(NAME)};
  _Static_assert(sizeof *table == sizeof names, "a name for each function");
  return fill(table, library, names, COUNT(names), missing, capacity);
}

int cgpu_cublaslt_load(cgpu_cublaslt *table, void *library, const char **missing, int capacity) {
  static const char *const names[] = {CGPU_CUBLASLT_ROWS(NAME_OF_ANY)};
  _Static_assert(sizeof *table == sizeof names, "a name for each function");
  return fill(table, library, names, COUNT(names), missing, capacity);
}

#define ATTRIBUTE(kind, name) CGPU_CUDNN_ATTR_OPERATION_CONVOLUTION_##kind##_##name
#define IN_ORDER(kind, filters, image, result)                                                          \
  _Static_assert(ATTRIBUTE(kind, BETA) == ATTRIBUTE(kind, ALPHA) + CGPU_CUDNN_CONVOLUTION_BETA &&       \
                     ATTRIBUTE(kind, CONV_DESC) == ATTRIBUTE(kind, ALPHA) + CGPU_CUDNN_CONVOLUTION_DESC && \
                     ATTRIBUTE(kind, filters) == ATTRIBUTE(kind, ALPHA) + CGPU_CUDNN_CONVOLUTION_FILTERS && \
                     ATTRIBUTE(kind, image) == ATTRIBUTE(kind, ALPHA) + CGPU_CUDNN_CONVOLUTION_IMAGE && \
                     ATTRIBUTE(kind, result) == ATTRIBUTE(kind, ALPHA) + CGPU_CUDNN_CONVOLUTION_RESULT, \
                 "attributes of a convolution in one order");
IN_ORDER(FORWARD, W, X, Y)
IN_ORDER(BWD_FILTER, DW, X, DY)
IN_ORDER(BWD_DATA, W, DX, DY)

int cgpu_cudnn_load(cgpu_cudnn *table, void *library, const char **missing, int capacity) {
  static const char *const names[] = {CGPU_CUDNN_ROWS(NAME_OF_ANY)};
  _Static_assert(sizeof *table == sizeof names, "a name for each function");
  return fill(table, library, names, COUNT(names), missing, capacity);
}
