// The CUDA driver API, libcuda: devices, memory, streams, graphs, modules, launches. CUDA 11.4 or newer.
// Reference: "CUDA Driver API", docs.nvidia.com/cuda/cuda-driver-api.
#ifndef CGPU_DRIVER_H
#define CGPU_DRIVER_H

#include <stddef.h>
#include <stdint.h>

typedef int cgpu_status;
typedef int cgpu_device;
typedef uint64_t cgpu_address;
typedef struct cgpu_context_s *cgpu_context;
typedef struct cgpu_module_s *cgpu_module;
typedef struct cgpu_function_s *cgpu_function;
typedef struct cgpu_stream_s *cgpu_stream;
typedef struct cgpu_event_s *cgpu_event;
typedef struct cgpu_graph_s *cgpu_graph;
typedef struct cgpu_graph_exec_s *cgpu_graph_exec;

enum {
  CGPU_SUCCESS = 0,
  CGPU_OUT_OF_MEMORY = 2,
  CGPU_NO_DEVICE = 100,
};

// Numbers of `device_attribute`.
enum {
  CGPU_ATTRIBUTE_PROCESSORS = 16,
  CGPU_ATTRIBUTE_L2_BYTES = 38,
  CGPU_ATTRIBUTE_MAJOR = 75,
  CGPU_ATTRIBUTE_MINOR = 76,
};

enum {
  // Of `stream_create`: it does not wait for the default stream.
  CGPU_STREAM_NON_BLOCKING = 1,
  // Of `event_create`: it keeps no time.
  CGPU_EVENT_NO_TIMING = 2,
  // Of `stream_begin_capture`: other threads may call what they like meanwhile.
  CGPU_CAPTURE_THREAD_LOCAL = 1,
};

// ROW(field, symbol, parameters); each returns a status.
#define CGPU_DRIVER_ROWS(ROW)                                                                           \
  ROW(initialise, cuInit, (unsigned flags))                                                             \
  ROW(driver_version, cuDriverGetVersion, (int *version))                                               \
  ROW(error_name, cuGetErrorName, (cgpu_status status, const char **name))                              \
  ROW(error_words, cuGetErrorString, (cgpu_status status, const char **words))                          \
  ROW(device_count, cuDeviceGetCount, (int *count))                                                     \
  ROW(device_get, cuDeviceGet, (cgpu_device *device, int ordinal))                                      \
  ROW(device_name, cuDeviceGetName, (char *name, int capacity, cgpu_device device))                     \
  ROW(device_memory, cuDeviceTotalMem_v2, (size_t *bytes, cgpu_device device))                          \
  ROW(device_attribute, cuDeviceGetAttribute, (int *value, int attribute, cgpu_device device))          \
  ROW(context_retain, cuDevicePrimaryCtxRetain, (cgpu_context *context, cgpu_device device))            \
  ROW(context_release, cuDevicePrimaryCtxRelease_v2, (cgpu_device device))                              \
  ROW(context_set_current, cuCtxSetCurrent, (cgpu_context context))                                     \
  ROW(memory_info, cuMemGetInfo_v2, (size_t *free, size_t *total))                                      \
  ROW(memory_allocate, cuMemAlloc_v2, (cgpu_address *address, size_t bytes))                            \
  ROW(memory_free, cuMemFree_v2, (cgpu_address address))                                                \
  ROW(host_allocate, cuMemAllocHost_v2, (void **memory, size_t bytes))                                  \
  ROW(host_free, cuMemFreeHost, (void *memory))                                                         \
  ROW(copy_to_device_async, cuMemcpyHtoDAsync_v2,                                                       \
      (cgpu_address target, const void *source, size_t bytes, cgpu_stream stream))                      \
  ROW(copy_to_host_async, cuMemcpyDtoHAsync_v2,                                                         \
      (void *target, cgpu_address source, size_t bytes, cgpu_stream stream))                            \
  ROW(stream_create, cuStreamCreate, (cgpu_stream *stream, unsigned flags))                             \
  ROW(stream_destroy, cuStreamDestroy_v2, (cgpu_stream stream))                                         \
  ROW(stream_synchronize, cuStreamSynchronize, (cgpu_stream stream))                                    \
  ROW(stream_wait_event, cuStreamWaitEvent, (cgpu_stream stream, cgpu_event event, unsigned flags))     \
  ROW(event_create, cuEventCreate, (cgpu_event *event, unsigned flags))                                 \
  ROW(event_destroy, cuEventDestroy_v2, (cgpu_event event))                                             \
  ROW(event_record, cuEventRecord, (cgpu_event event, cgpu_stream stream))                              \
  ROW(event_synchronize, cuEventSynchronize, (cgpu_event event))                                        \
  ROW(event_elapsed, cuEventElapsedTime, (float *milliseconds, cgpu_event begin, cgpu_event end))       \
  ROW(stream_begin_capture, cuStreamBeginCapture_v2, (cgpu_stream stream, int mode))                    \
  ROW(stream_end_capture, cuStreamEndCapture, (cgpu_stream stream, cgpu_graph *graph))                  \
  ROW(graph_instantiate, cuGraphInstantiateWithFlags,                                                   \
      (cgpu_graph_exec *exec, cgpu_graph graph, unsigned long long flags))                              \
  ROW(graph_launch, cuGraphLaunch, (cgpu_graph_exec exec, cgpu_stream stream))                          \
  ROW(graph_destroy, cuGraphDestroy, (cgpu_graph graph))                                                \
  ROW(graph_exec_destroy, cuGraphExecDestroy, (cgpu_graph_exec exec))                                   \
  ROW(module_load, cuModuleLoadData, (cgpu_module *module, const void *image))                          \
  ROW(module_unload, cuModuleUnload, (cgpu_module module))                                              \
  ROW(module_function, cuModuleGetFunction,                                                             \
      (cgpu_function *function, cgpu_module module, const char *name))                                  \
  ROW(launch, cuLaunchKernel,                                                                           \
      (cgpu_function function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,     \
       unsigned block_y, unsigned block_z, unsigned shared_bytes, cgpu_stream stream, void **arguments, \
       void **extra))

#define CGPU_FIELD(field, symbol, parameters) cgpu_status(*field) parameters;
typedef struct {
  CGPU_DRIVER_ROWS(CGPU_FIELD)
} cgpu_driver;

// Fills a table from what `dlopen` gave. Writes the names of functions that the library lacks to `missing`, which has
// room for `capacity`, and returns how many there are.
int cgpu_driver_load(cgpu_driver *table, void *library, const char **missing, int capacity);

#endif
