// A driver without a device: libcuda as far as netc calls it. Device memory is host memory between guards, streams are
// queues that run when somebody waits for them, kernels are functions of shared libraries that the fake compiler made.
//
// Environment, and `fake_cuda_control` with the same words in one process:
//   FAKE_CUDA_DEVICES=n   how many devices there are (default 1)
//   FAKE_CUDA_MEMORY=n    bytes of device memory (default 4 GiB)
//   FAKE_CUDA_VERSION=n   what cuDriverGetVersion says (default 12040)
//   FAKE_CUDA_CAPABILITY=n  its compute capability (default 80)
//   FAKE_CUDA_FAIL=s:n=c  the n-th call of the symbol s returns c; `*` is any call
//   FAKE_CUDA_REPORT=file writes what is still alive at the end of the process
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "cgpu.h"
#include "fake_cuda.h"
#include "ordering.h"

enum { INVALID = 1, NOT_INITIALISED = 3, INVALID_IMAGE = 200, INVALID_CONTEXT = 201, NOT_FOUND = 500 };
enum { NOT_READY = 600, ILLEGAL_ADDRESS = 700, INVALID_HANDLE = 400, UNORDERED = 719, CAPTURE_INVALID = 901 };
enum { MOST_TENSORS = 20, GUARD = 512, MOST = 1 << 14, MOST_ARGUMENTS = 2048 };

struct cgpu_context_s {
  int users;
};
struct cgpu_module_s {
  void *library;
};
struct cgpu_function_s {
  void *library;
  void (*kernel)(const void *);
  unsigned bytes, pointers;
};

typedef struct operation {
  enum { TO_DEVICE, TO_HOST, LAUNCH, EVENT, WAIT, WORK } kind;
  int (*work)(const void *);
  cgpu_event event;
  // Which recording of the event.
  unsigned recording;
  cgpu_address device;
  void *host;
  size_t bytes;
  cgpu_function function;
  unsigned grid[3], block[3];
  // Of work: where its tensors lie.
  cgpu_address tensors[MOST_TENSORS];
  char arguments[MOST_ARGUMENTS];
} operation;

typedef struct {
  operation *items;
  size_t count, capacity;
} queue;

struct cgpu_stream_s {
  queue pending;
  struct cgpu_graph_s *capture;
  int number;
  clocks clock;
};
struct cgpu_event_s {
  cgpu_stream stream;
  unsigned recorded, done;
  clocks clock;
  int keeps_time;
  double seconds;
};
struct cgpu_graph_s {
  queue operations;
};
struct cgpu_graph_exec_s {
  queue operations;
};

typedef struct {
  char *begin;
  size_t bytes;
  last_use last;
} allocation;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct cgpu_context_s context;
static allocation memory[MOST];
static int memory_count;
static size_t memory_used, memory_limit = (size_t)4 << 30;
static int devices = 1, version = 12040, capability = 80, is_initialised, sticky;
static clocks host;
static char stream_numbers[MOST_STREAMS];
static int foreign, streams, events, graphs, executables, modules, hosts, calls;
static char failing[64];
static int failing_call, failing_status;
static __thread cgpu_context current;

__attribute__((visibility("default"))) void fake_cuda_control(const char *name, const char *value) {
  pthread_mutex_lock(&lock);
  if (!strcmp(name, "FAKE_CUDA_DEVICES")) devices = atoi(value);
  if (!strcmp(name, "FAKE_CUDA_MEMORY")) memory_limit = strtoull(value, 0, 10);
  if (!strcmp(name, "FAKE_CUDA_VERSION")) version = atoi(value);
  if (!strcmp(name, "FAKE_CUDA_CAPABILITY")) capability = atoi(value);
  if (!strcmp(name, "FAKE_CUDA_FAIL")) {
    // As in a new process.
    failing_call = calls = sticky = 0;
    sscanf(value, "%63[^:]:%d=%d", failing, &failing_call, &failing_status);
  }
  pthread_mutex_unlock(&lock);
}

// Everything that somebody has to give back; 0 when all was.
__attribute__((visibility("default"))) int fake_cuda_alive(void) {
  return memory_count + streams + events + graphs + executables + modules + hosts + context.users + foreign;
}

// Calls since a fault was last ordered.
__attribute__((visibility("default"))) int fake_cuda_calls(void) { return calls; }

// MARK: for the fake libraries, which find these by their names

// The status that a call of theirs has to fail with, if any.
__attribute__((visibility("default"))) int fake_cuda_fault(const char *symbol);
// What they gave out, or got back.
__attribute__((visibility("default"))) void fake_cuda_count(int more) {
  pthread_mutex_lock(&lock);
  foreign += more;
  pthread_mutex_unlock(&lock);
}
// Whether that many bytes are of one allocation.
__attribute__((visibility("default"))) int fake_cuda_holds(cgpu_address address, size_t bytes);
// Whether the thread has a context.
__attribute__((visibility("default"))) int fake_cuda_is_ready(void) { return current != 0; }
// Puts work on device memory into a stream. `data` is copied; of the addresses some may be 0.
__attribute__((visibility("default"))) int fake_cuda_enqueue(cgpu_stream stream, int (*work)(const void *),
                                                            const void *data, size_t bytes,
                                                            const cgpu_address *tensors, int count);
__attribute__((visibility("default"))) int fake_cuda_is_capturing(cgpu_stream stream);

static void report(void) {
  FILE *file = fopen(getenv("FAKE_CUDA_REPORT"), "w");
  if (!file) return;
  fprintf(file, "memory %d streams %d events %d graphs %d executables %d modules %d hosts %d contexts %d calls %d\n",
          memory_count, streams, events, graphs, executables, modules, hosts, context.users, calls);
  fclose(file);
}

__attribute__((constructor)) static void begin(void) {
  static const char *const names[] = {"FAKE_CUDA_DEVICES", "FAKE_CUDA_MEMORY", "FAKE_CUDA_VERSION",
                                      "FAKE_CUDA_CAPABILITY", "FAKE_CUDA_FAIL"};
  for (int i = 0; i < 5; i++) {
    if (getenv(names[i])) fake_cuda_control(names[i], getenv(names[i]));
  }
  if (getenv("FAKE_CUDA_REPORT")) atexit(report);
}

// The status that this call has to fail with, if any.
static int fault(const char *symbol) {
  if (!failing_call || (strcmp(failing, "*") && strcmp(failing, symbol))) return 0;
  return ++calls == failing_call ? failing_status : 0;
}

// What gives something back does so even if it reports a fault: of the fake, nothing leaks that netc let go.
static int gives_back(const char *symbol) {
  return strstr(symbol, "Free") || strstr(symbol, "Destroy") || strstr(symbol, "Unload") || strstr(symbol, "Release");
}

#define CALL(symbol, parameters)                                              \
  static int do_##symbol parameters;                                          \
  __attribute__((visibility("default"))) cgpu_status symbol parameters

#define FORWARD(symbol, arguments)                                            \
  {                                                                           \
    pthread_mutex_lock(&lock);                                                \
    int status = fault(#symbol);                                              \
    if (!status) status = sticky;                                             \
    if (!status || gives_back(#symbol)) {                                     \
      const int own = do_##symbol arguments;                                  \
      if (!status) status = own;                                              \
    }                                                                         \
    pthread_mutex_unlock(&lock);                                              \
    return status;                                                            \
  }

// MARK: memory

static allocation *owner(cgpu_address address, size_t bytes) {
  for (int i = 0; i < memory_count; i++) {
    const cgpu_address begin = (cgpu_address)memory[i].begin;
    if (address >= begin && address < begin + memory[i].bytes) {
      return bytes <= begin + memory[i].bytes - address ? &memory[i] : 0;
    }
  }
  return 0;
}

static int guards_hold(void) {
  for (int i = 0; i < memory_count; i++) {
    const unsigned char *before = (unsigned char *)memory[i].begin - GUARD;
    const unsigned char *after = (unsigned char *)memory[i].begin + memory[i].bytes;
    for (int k = 0; k < GUARD; k++) {
      if (before[k] != 0xff || after[k] != 0xff) return 0;
    }
  }
  return 1;
}

CALL(cuMemAlloc_v2, (cgpu_address *address, size_t bytes)) FORWARD(cuMemAlloc_v2, (address, bytes))
static int do_cuMemAlloc_v2(cgpu_address *address, size_t bytes) {
  if (!current) return INVALID_CONTEXT;
  if (!bytes) return INVALID;
  if (bytes > memory_limit - memory_used || memory_count == MOST) return CGPU_OUT_OF_MEMORY;
  char *whole;
  if (posix_memalign((void **)&whole, 512, bytes + 2 * GUARD)) return CGPU_OUT_OF_MEMORY;
  memset(whole, 0xff, bytes + 2 * GUARD);
  memory[memory_count++] = (allocation){whole + GUARD, bytes, {0, 0}};
  memory_used += bytes;
  *address = (cgpu_address)(whole + GUARD);
  return 0;
}

CALL(cuMemFree_v2, (cgpu_address address)) FORWARD(cuMemFree_v2, (address))
static int do_cuMemFree_v2(cgpu_address address) {
  for (int i = 0; i < memory_count; i++) {
    if ((cgpu_address)memory[i].begin != address) continue;
    const int status = guards_hold() && is_ordered(&host, memory[i].last) ? 0 : ILLEGAL_ADDRESS;
    memory_used -= memory[i].bytes;
    free(memory[i].begin - GUARD);
    memory[i] = memory[--memory_count];
    return status;
  }
  return INVALID;
}

CALL(cuMemGetInfo_v2, (size_t *free, size_t *total)) FORWARD(cuMemGetInfo_v2, (free, total))
static int do_cuMemGetInfo_v2(size_t *free, size_t *total) {
  *free = memory_limit - memory_used;
  *total = memory_limit;
  return current ? 0 : INVALID_CONTEXT;
}

CALL(cuMemAllocHost_v2, (void **host, size_t bytes)) FORWARD(cuMemAllocHost_v2, (host, bytes))
static int do_cuMemAllocHost_v2(void **host, size_t bytes) {
  if (!current) return INVALID_CONTEXT;
  *host = malloc(bytes);
  if (*host) hosts++;
  return *host ? 0 : CGPU_OUT_OF_MEMORY;
}

CALL(cuMemFreeHost, (void *host)) FORWARD(cuMemFreeHost, (host))
static int do_cuMemFreeHost(void *host) {
  free(host);
  hosts--;
  return 0;
}

static int unordered(const char *what) {
  fprintf(stderr, "fake CUDA: %s uses memory of an operation on another stream that it does not wait for\n", what);
  return UNORDERED;
}

// MARK: streams and graphs

static int run_operation(const operation *one) {
  switch (one->kind) {
    case TO_DEVICE: memcpy((void *)one->device, one->host, one->bytes); return 0;
    case TO_HOST: memcpy(one->host, (void *)one->device, one->bytes); return 0;
    case EVENT: {
      struct timespec now;
      clock_gettime(CLOCK_MONOTONIC, &now);
      one->event->seconds = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
      one->event->done = one->recording;
      return 0;
    }
    case WAIT: return 0;
    case WORK: {
      const int status = one->work(one->arguments);
      return status ? status : guards_hold() ? 0 : ILLEGAL_ADDRESS;
    }
    default: break;
  }
  const int status =
      fake_run_kernel(one->function->library, one->function->kernel, one->arguments, one->grid, one->block);
  return status ? status : guards_hold() ? 0 : ILLEGAL_ADDRESS;
}

static void append(queue *queue, const operation *one) {
  if (queue->count == queue->capacity) {
    queue->capacity = 2 * queue->capacity + 16;
    queue->items = realloc(queue->items, queue->capacity * sizeof *one);
  }
  queue->items[queue->count++] = *one;
}

static int use(cgpu_stream stream, cgpu_address address, const char *what) {
  allocation *used = owner(address, 1);
  if (!used) return INVALID;
  if (!is_ordered(&stream->clock, used->last)) return unordered(what);
  used->last = (last_use){stream->number, stream->clock.done[stream->number]};
  return 0;
}

static int enqueue(cgpu_stream stream, const operation *one) {
  if (!stream || !current) return stream ? INVALID_CONTEXT : INVALID;
  if (stream->capture) {
    append(&stream->capture->operations, one);
    return 0;
  }
  join(&stream->clock, &host);
  stream->clock.done[stream->number]++;
  int status = 0;
  if (one->kind == TO_DEVICE || one->kind == TO_HOST) status = use(stream, one->device, "a copy");
  if (one->kind == LAUNCH) {
    for (unsigned i = 0; i < one->function->pointers && !status; i++) {
      cgpu_address address;
      memcpy(&address, one->arguments + 8 * i, 8);
      if (address) status = use(stream, address, "a kernel");
    }
  }
  for (int i = 0; i < MOST_TENSORS && one->kind == WORK && !status; i++) {
    if (one->tensors[i]) status = use(stream, one->tensors[i], "a library");
  }
  if (!status) append(&stream->pending, one);
  return status;
}

int fake_cuda_fault(const char *symbol) {
  pthread_mutex_lock(&lock);
  const int status = fault(symbol);
  pthread_mutex_unlock(&lock);
  return status;
}

int fake_cuda_holds(cgpu_address address, size_t bytes) {
  pthread_mutex_lock(&lock);
  const int found = owner(address, bytes) != 0;
  pthread_mutex_unlock(&lock);
  return found;
}

int fake_cuda_is_capturing(cgpu_stream stream) { return stream->capture != 0; }

int fake_cuda_enqueue(cgpu_stream stream, int (*work)(const void *), const void *data, size_t bytes,
                      const cgpu_address *tensors, int count) {
  operation one = {.kind = WORK, .work = work};
  if (bytes > MOST_ARGUMENTS || count > MOST_TENSORS) return INVALID;
  memcpy(one.arguments, data, bytes);
  memcpy(one.tensors, tensors, (size_t)count * sizeof *tensors);
  pthread_mutex_lock(&lock);
  const int status = sticky ? sticky : enqueue(stream, &one);
  pthread_mutex_unlock(&lock);
  return status;
}

CALL(cuMemcpyHtoDAsync_v2, (cgpu_address target, const void *source, size_t bytes, cgpu_stream stream))
FORWARD(cuMemcpyHtoDAsync_v2, (target, source, bytes, stream))
static int do_cuMemcpyHtoDAsync_v2(cgpu_address target, const void *source, size_t bytes, cgpu_stream stream) {
  if (!owner(target, bytes)) return INVALID;
  return enqueue(stream, &(operation){.kind = TO_DEVICE, .device = target, .host = (void *)source, .bytes = bytes});
}

CALL(cuMemcpyDtoHAsync_v2, (void *target, cgpu_address source, size_t bytes, cgpu_stream stream))
FORWARD(cuMemcpyDtoHAsync_v2, (target, source, bytes, stream))
static int do_cuMemcpyDtoHAsync_v2(void *target, cgpu_address source, size_t bytes, cgpu_stream stream) {
  if (!owner(source, bytes)) return INVALID;
  return enqueue(stream, &(operation){.kind = TO_HOST, .device = source, .host = target, .bytes = bytes});
}

CALL(cuStreamCreate, (cgpu_stream * stream, unsigned flags)) FORWARD(cuStreamCreate, (stream, flags))
static int do_cuStreamCreate(cgpu_stream *stream, unsigned flags) {
  if (!current || flags > 1) return current ? INVALID : INVALID_CONTEXT;
  int number = 1;
  while (number < MOST_STREAMS && stream_numbers[number]) number++;
  if (number == MOST_STREAMS) return CGPU_OUT_OF_MEMORY;
  *stream = calloc(1, sizeof **stream);
  (*stream)->number = number;
  // A number that was used before goes on counting.
  (*stream)->clock.done[number] = host.done[number];
  stream_numbers[number] = 1;
  streams++;
  return 0;
}

CALL(cuStreamDestroy_v2, (cgpu_stream stream)) FORWARD(cuStreamDestroy_v2, (stream))
static int do_cuStreamDestroy_v2(cgpu_stream stream) {
  if (stream->capture) {
    free(stream->capture->operations.items);
    free(stream->capture);
    graphs--;
  }
  // Whoever destroys a stream before its end never knows when that is.
  host.done[stream->number] = stream->clock.done[stream->number];
  stream_numbers[stream->number] = 0;
  free(stream->pending.items);
  free(stream);
  streams--;
  return 0;
}

// Runs what is queued, up to the recording of an event if there is one, and what other streams have to do before. A
// fault of a kernel leaves the context unusable, as on a device.
static int run_queued(cgpu_stream stream, cgpu_event until) {
  if (!current || stream->capture) return current ? CAPTURE_INVALID : INVALID_CONTEXT;
  size_t next = 0;
  while (next < stream->pending.count && !sticky && !(until && until->done == until->recorded)) {
    // Its own place in the queue may move while another stream runs.
    const operation one = stream->pending.items[next++];
    if (one.kind == WAIT && (int)(one.event->done - one.recording) < 0) {
      const unsigned recorded = one.event->recorded;
      one.event->recorded = one.recording;
      sticky = run_queued(one.event->stream, one.event);
      one.event->recorded = recorded;
    } else {
      sticky = run_operation(&one);
    }
  }
  stream->pending.count = sticky ? 0 : stream->pending.count - next;
  memmove(stream->pending.items, stream->pending.items + next, stream->pending.count * sizeof(operation));
  return sticky;
}

CALL(cuStreamSynchronize, (cgpu_stream stream)) FORWARD(cuStreamSynchronize, (stream))
static int do_cuStreamSynchronize(cgpu_stream stream) {
  join(&host, &stream->clock);
  return run_queued(stream, 0);
}

CALL(cuStreamWaitEvent, (cgpu_stream stream, cgpu_event event, unsigned flags))
FORWARD(cuStreamWaitEvent, (stream, event, flags))
static int do_cuStreamWaitEvent(cgpu_stream stream, cgpu_event event, unsigned flags) {
  if (flags || stream->capture) return flags ? INVALID : CAPTURE_INVALID;
  // An event that was never recorded is waited for in no time.
  if (!event->recorded) return 0;
  join(&stream->clock, &event->clock);
  return enqueue(stream, &(operation){.kind = WAIT, .event = event, .recording = event->recorded});
}

CALL(cuEventCreate, (cgpu_event * event, unsigned flags)) FORWARD(cuEventCreate, (event, flags))
static int do_cuEventCreate(cgpu_event *event, unsigned flags) {
  if (!current || flags > 3) return current ? INVALID : INVALID_CONTEXT;
  *event = calloc(1, sizeof **event);
  (*event)->keeps_time = !(flags & 2);
  events++;
  return 0;
}

CALL(cuEventDestroy_v2, (cgpu_event event)) FORWARD(cuEventDestroy_v2, (event))
static int do_cuEventDestroy_v2(cgpu_event event) {
  free(event);
  events--;
  return 0;
}

CALL(cuEventRecord, (cgpu_event event, cgpu_stream stream)) FORWARD(cuEventRecord, (event, stream))
static int do_cuEventRecord(cgpu_event event, cgpu_stream stream) {
  if (stream->capture) return CAPTURE_INVALID;
  event->stream = stream;
  const int status =
      enqueue(stream, &(operation){.kind = EVENT, .event = event, .recording = event->recorded + 1});
  if (status) return status;
  event->recorded++;
  event->clock = stream->clock;
  return 0;
}

CALL(cuEventSynchronize, (cgpu_event event)) FORWARD(cuEventSynchronize, (event))
static int do_cuEventSynchronize(cgpu_event event) {
  if (event->recorded) join(&host, &event->clock);
  return event->done != event->recorded ? run_queued(event->stream, event) : 0;
}

CALL(cuEventElapsedTime, (float *milliseconds, cgpu_event begin, cgpu_event end))
FORWARD(cuEventElapsedTime, (milliseconds, begin, end))
static int do_cuEventElapsedTime(float *milliseconds, cgpu_event begin, cgpu_event end) {
  if (!begin->keeps_time || !end->keeps_time || !begin->recorded || !end->recorded) return INVALID_HANDLE;
  if (begin->done != begin->recorded || end->done != end->recorded) return NOT_READY;
  *milliseconds = (float)(1e3 * (end->seconds - begin->seconds));
  return 0;
}

CALL(cuStreamBeginCapture_v2, (cgpu_stream stream, int mode)) FORWARD(cuStreamBeginCapture_v2, (stream, mode))
static int do_cuStreamBeginCapture_v2(cgpu_stream stream, int mode) {
  if (stream->capture || mode < 0 || mode > 2) return CAPTURE_INVALID;
  stream->capture = calloc(1, sizeof *stream->capture);
  graphs++;
  return 0;
}

CALL(cuStreamEndCapture, (cgpu_stream stream, cgpu_graph *graph)) FORWARD(cuStreamEndCapture, (stream, graph))
static int do_cuStreamEndCapture(cgpu_stream stream, cgpu_graph *graph) {
  if (!stream->capture) return CAPTURE_INVALID;
  *graph = stream->capture;
  stream->capture = 0;
  return 0;
}

CALL(cuGraphInstantiateWithFlags, (cgpu_graph_exec * exec, cgpu_graph graph, unsigned long long flags))
FORWARD(cuGraphInstantiateWithFlags, (exec, graph, flags))
static int do_cuGraphInstantiateWithFlags(cgpu_graph_exec *exec, cgpu_graph graph, unsigned long long flags) {
  if (flags) return INVALID;
  *exec = calloc(1, sizeof **exec);
  for (size_t i = 0; i < graph->operations.count; i++) append(&(*exec)->operations, &graph->operations.items[i]);
  executables++;
  return 0;
}

CALL(cuGraphLaunch, (cgpu_graph_exec exec, cgpu_stream stream)) FORWARD(cuGraphLaunch, (exec, stream))
static int do_cuGraphLaunch(cgpu_graph_exec exec, cgpu_stream stream) {
  for (size_t i = 0; i < exec->operations.count; i++) {
    const int status = enqueue(stream, &exec->operations.items[i]);
    if (status) return status;
  }
  return 0;
}

CALL(cuGraphDestroy, (cgpu_graph graph)) FORWARD(cuGraphDestroy, (graph))
static int do_cuGraphDestroy(cgpu_graph graph) {
  free(graph->operations.items);
  free(graph);
  graphs--;
  return 0;
}

CALL(cuGraphExecDestroy, (cgpu_graph_exec exec)) FORWARD(cuGraphExecDestroy, (exec))
static int do_cuGraphExecDestroy(cgpu_graph_exec exec) {
  free(exec->operations.items);
  free(exec);
  executables--;
  return 0;
}

// MARK: modules and launches

CALL(cuModuleLoadData, (cgpu_module * module, const void *image)) FORWARD(cuModuleLoadData, (module, image))
static int do_cuModuleLoadData(cgpu_module *module, const void *image) {
  if (!current) return INVALID_CONTEXT;
  // The fake compiler's binaries name the library that it made.
  char path[1024];
  if (sscanf(image, "fake binary %1023s", path) != 1) return INVALID_IMAGE;
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) return INVALID_IMAGE;
  *module = calloc(1, sizeof **module);
  (*module)->library = library;
  modules++;
  return 0;
}

// Libraries and functions stay: captured operations point to them.
CALL(cuModuleUnload, (cgpu_module module)) FORWARD(cuModuleUnload, (module))
static int do_cuModuleUnload(cgpu_module module) {
  free(module);
  modules--;
  return 0;
}

CALL(cuModuleGetFunction, (cgpu_function * function, cgpu_module module, const char *name))
FORWARD(cuModuleGetFunction, (function, module, name))
static int do_cuModuleGetFunction(cgpu_function *function, cgpu_module module, const char *name) {
  char sizes_name[256];
  snprintf(sizes_name, sizeof sizes_name, "%s_sizes", name);
  const unsigned *sizes = dlsym(module->library, sizes_name);
  if (!sizes || sizes[0] > MOST_ARGUMENTS) return NOT_FOUND;
  *function = calloc(1, sizeof **function);
  (*function)->library = module->library;
  *(void **)&(*function)->kernel = dlsym(module->library, name);
  (*function)->bytes = sizes[0];
  (*function)->pointers = sizes[1];
  return 0;
}

CALL(cuLaunchKernel, (cgpu_function function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
                      unsigned block_y, unsigned block_z, unsigned shared_bytes, cgpu_stream stream, void **arguments,
                      void **extra))
FORWARD(cuLaunchKernel, (function, grid_x, grid_y, grid_z, block_x, block_y, block_z, shared_bytes, stream, arguments,
                         extra))
static int do_cuLaunchKernel(cgpu_function function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                             unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared_bytes,
                             cgpu_stream stream, void **arguments, void **extra) {
  // The limits of every device since compute capability 3.0.
  const uint64_t threads = (uint64_t)block_x * block_y * block_z;
  if (!grid_x || !grid_y || !grid_z || !threads || threads > 1024 || block_z > 64 || grid_x > 0x7fffffffu ||
      grid_y > 65535 || grid_z > 65535 || shared_bytes > 48 << 10 || extra) {
    return INVALID;
  }
  operation one = {.kind = LAUNCH, .function = function};
  memcpy(one.grid, (unsigned[]){grid_x, grid_y, grid_z}, sizeof one.grid);
  memcpy(one.block, (unsigned[]){block_x, block_y, block_z}, sizeof one.block);
  memcpy(one.arguments, arguments[0], function->bytes);
  for (unsigned i = 0; i < function->pointers; i++) {
    cgpu_address address;
    memcpy(&address, one.arguments + 8 * i, 8);
    if (address && !owner(address, 1)) {
      fprintf(stderr, "fake CUDA: pointer %u of a kernel is in no allocation\n", i);
      return ILLEGAL_ADDRESS;
    }
  }
  return enqueue(stream, &one);
}

// MARK: devices

CALL(cuInit, (unsigned flags)) FORWARD(cuInit, (flags))
static int do_cuInit(unsigned flags) {
  is_initialised = flags == 0;
  return devices ? 0 : CGPU_NO_DEVICE;
}

CALL(cuDriverGetVersion, (int *value)) FORWARD(cuDriverGetVersion, (value))
static int do_cuDriverGetVersion(int *value) {
  *value = version;
  return 0;
}

__attribute__((visibility("default"))) cgpu_status cuGetErrorName(cgpu_status status, const char **name) {
  *name = status == CGPU_OUT_OF_MEMORY ? "CUDA_ERROR_OUT_OF_MEMORY" : status == 719 ? "CUDA_ERROR_LAUNCH_FAILED" :
          status == CGPU_NO_DEVICE ? "CUDA_ERROR_NO_DEVICE" : "CUDA_ERROR_FAKE";
  return 0;
}

__attribute__((visibility("default"))) cgpu_status cuGetErrorString(cgpu_status status, const char **words) {
  *words = status == CGPU_OUT_OF_MEMORY ? "out of memory" : status == 719 ? "unspecified launch failure" :
           status == CGPU_NO_DEVICE ? "no CUDA-capable device is detected" : "a fault of the fake driver";
  return 0;
}

CALL(cuDeviceGetCount, (int *count)) FORWARD(cuDeviceGetCount, (count))
static int do_cuDeviceGetCount(int *count) {
  *count = devices;
  return is_initialised ? 0 : NOT_INITIALISED;
}

CALL(cuDeviceGet, (cgpu_device * device, int ordinal)) FORWARD(cuDeviceGet, (device, ordinal))
static int do_cuDeviceGet(cgpu_device *device, int ordinal) {
  *device = ordinal;
  return ordinal >= 0 && ordinal < devices ? 0 : 101;
}

CALL(cuDeviceGetName, (char *name, int capacity, cgpu_device device))
FORWARD(cuDeviceGetName, (name, capacity, device))
static int do_cuDeviceGetName(char *name, int capacity, cgpu_device device) {
  snprintf(name, (size_t)capacity, "Fake GPU %d", device);
  return 0;
}

CALL(cuDeviceTotalMem_v2, (size_t *bytes, cgpu_device device)) FORWARD(cuDeviceTotalMem_v2, (bytes, device))
static int do_cuDeviceTotalMem_v2(size_t *bytes, cgpu_device device) {
  *bytes = memory_limit;
  return device < devices ? 0 : 101;
}

CALL(cuDeviceGetAttribute, (int *value, int attribute, cgpu_device device))
FORWARD(cuDeviceGetAttribute, (value, attribute, device))
static int do_cuDeviceGetAttribute(int *value, int attribute, cgpu_device device) {
  switch (attribute) {
    case CGPU_ATTRIBUTE_PROCESSORS: *value = 4; break;
    case CGPU_ATTRIBUTE_L2_BYTES: *value = 4 << 20; break;
    case CGPU_ATTRIBUTE_MAJOR: *value = capability / 10; break;
    case CGPU_ATTRIBUTE_MINOR: *value = capability % 10; break;
    default: return INVALID;
  }
  return device < devices ? 0 : 101;
}

CALL(cuDevicePrimaryCtxRetain, (cgpu_context * result, cgpu_device device))
FORWARD(cuDevicePrimaryCtxRetain, (result, device))
static int do_cuDevicePrimaryCtxRetain(cgpu_context *result, cgpu_device device) {
  context.users++;
  *result = &context;
  return device < devices ? 0 : 101;
}

CALL(cuDevicePrimaryCtxRelease_v2, (cgpu_device device)) FORWARD(cuDevicePrimaryCtxRelease_v2, (device))
static int do_cuDevicePrimaryCtxRelease_v2(cgpu_device device) {
  context.users--;
  return device < devices ? 0 : 101;
}

CALL(cuCtxSetCurrent, (cgpu_context value)) FORWARD(cuCtxSetCurrent, (value))
static int do_cuCtxSetCurrent(cgpu_context value) {
  current = value;
  return 0;
}
