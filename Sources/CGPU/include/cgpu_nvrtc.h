// The run-time compiler, libnvrtc 11.2 or newer: a text of CUDA C++ to a binary of one architecture, or to PTX.
// Reference: "NVRTC", docs.nvidia.com/cuda/nvrtc.
#ifndef CGPU_NVRTC_H
#define CGPU_NVRTC_H

#include <stddef.h>

typedef int cgpu_nvrtc_status;
typedef struct cgpu_program_s *cgpu_program;

#define CGPU_NVRTC_ROWS(ROW)                                                                                         \
  ROW(version, nvrtcVersion, (int *major, int *minor))                                                               \
  ROW(architecture_count, nvrtcGetNumSupportedArchs, (int *count))                                                   \
  ROW(architectures, nvrtcGetSupportedArchs, (int *architectures))                                                   \
  ROW(create, nvrtcCreateProgram,                                                                                    \
      (cgpu_program *program, const char *source, const char *name, int header_count, const char *const *headers,    \
       const char *const *header_names))                                                                             \
  ROW(compile, nvrtcCompileProgram, (cgpu_program program, int option_count, const char *const *options))            \
  ROW(destroy, nvrtcDestroyProgram, (cgpu_program *program))                                                         \
  ROW(log_size, nvrtcGetProgramLogSize, (cgpu_program program, size_t *bytes))                                       \
  ROW(log, nvrtcGetProgramLog, (cgpu_program program, char *log))                                                    \
  ROW(binary_size, nvrtcGetCUBINSize, (cgpu_program program, size_t *bytes))                                         \
  ROW(binary, nvrtcGetCUBIN, (cgpu_program program, char *binary))                                                   \
  ROW(ptx_size, nvrtcGetPTXSize, (cgpu_program program, size_t *bytes))                                              \
  ROW(ptx, nvrtcGetPTX, (cgpu_program program, char *ptx))

#define CGPU_NVRTC_FIELD(field, symbol, parameters) cgpu_nvrtc_status(*field) parameters;
typedef struct {
  CGPU_NVRTC_ROWS(CGPU_NVRTC_FIELD)
} cgpu_nvrtc;

// As `cgpu_driver_load`.
int cgpu_nvrtc_load(cgpu_nvrtc *table, void *library, const char **missing, int capacity);

#endif
