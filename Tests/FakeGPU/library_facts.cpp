// netc's own prototypes and numbers against NVIDIA's headers, when this is compiled: nothing runs.
#include <cstddef>
#include <cublasLt.h>
#include <cuda.h>
#include <cudnn.h>
#include <nvrtc.h>
#include <type_traits>
#include "cgpu.h"

// Whether a caller passes both in the same way: pointers as pointers, numbers of the same size.
template <class A, class B>
constexpr bool alike() {
  if constexpr (std::is_void_v<A> || std::is_void_v<B>) {
    return std::is_void_v<A> && std::is_void_v<B>;
  } else {
    return sizeof(A) == sizeof(B) && std::is_pointer_v<A> == std::is_pointer_v<B> &&
           std::is_floating_point_v<A> == std::is_floating_point_v<B>;
  }
}

template <class A, class B>
struct same : std::false_type {};
template <class R, class... A, class S, class... B>
struct same<R (*)(A...), S (*)(B...)> {
  static constexpr bool value = [] {
    if constexpr (sizeof...(A) != sizeof...(B)) {
      return false;
    } else {
      return alike<R, S>() && (alike<A, B>() && ...);
    }
  }();
};

#define PROTOTYPE(table, field, symbol) \
  static_assert(same<decltype(table::field), decltype(&symbol)>::value, #symbol);

#define DRIVER(field, symbol, parameters) PROTOTYPE(cgpu_driver, field, symbol)
CGPU_DRIVER_ROWS(DRIVER)
#define COMPILER(field, symbol, parameters) PROTOTYPE(cgpu_nvrtc, field, symbol)
CGPU_NVRTC_ROWS(COMPILER)
#define CUDNN(result, field, symbol, parameters) PROTOTYPE(cgpu_cudnn, field, symbol)
CGPU_CUDNN_ROWS(CUDNN)
#define CUBLASLT(result, field, symbol, parameters) PROTOTYPE(cgpu_cublaslt, field, symbol)
CGPU_CUBLASLT_ROWS(CUBLASLT)

#define CUDNN_NUMBER(name, value) static_assert(CGPU_CUDNN_##name == (int)CUDNN_##name, #name);
CGPU_CUDNN_CONSTANTS(CUDNN_NUMBER)
#define CUBLASLT_NUMBER(name, value) static_assert(CGPU_##name == (int)name, #name);
CGPU_CUBLASLT_CONSTANTS(CUBLASLT_NUMBER)

static_assert(sizeof(cgpu_cublaslt_algorithm) == sizeof(cublasLtMatmulAlgo_t), "an algorithm");
static_assert(sizeof(cgpu_cublaslt_proposal) == sizeof(cublasLtMatmulHeuristicResult_t), "a proposal");
#define PLACE(own, theirs) \
  static_assert(offsetof(cgpu_cublaslt_proposal, own) == offsetof(cublasLtMatmulHeuristicResult_t, theirs), #own);
PLACE(algorithm, algo)
PLACE(workspace_bytes, workspaceSize)
PLACE(status, state)

static_assert(CGPU_OUT_OF_MEMORY == CUDA_ERROR_OUT_OF_MEMORY && CGPU_NO_DEVICE == CUDA_ERROR_NO_DEVICE, "errors");
static_assert(CGPU_ATTRIBUTE_PROCESSORS == CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, "attributes");
static_assert(CGPU_ATTRIBUTE_L2_BYTES == CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE, "attributes");
static_assert(CGPU_ATTRIBUTE_MAJOR == CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, "attributes");
static_assert(CGPU_ATTRIBUTE_MINOR == CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, "attributes");
static_assert(CGPU_STREAM_NON_BLOCKING == CU_STREAM_NON_BLOCKING, "flags");
static_assert(CGPU_EVENT_NO_TIMING == CU_EVENT_DISABLE_TIMING, "flags");
static_assert(CGPU_CAPTURE_THREAD_LOCAL == CU_STREAM_CAPTURE_MODE_THREAD_LOCAL, "flags");
