// cuDNN 9: graphs of operations by its backend API. Numbers are those of cuDNN's names, which
// `./netc.sh gpu-library-check` compares with its headers.
// Reference: "cuDNN Backend API", docs.nvidia.com/deeplearning/cudnn.
#ifndef CGPU_CUDNN_H
#define CGPU_CUDNN_H

#include <stddef.h>
#include <stdint.h>
#include "cgpu_driver.h"

typedef int cgpu_cudnn_status;
typedef struct cgpu_cudnn_handle_s *cgpu_cudnn_handle;
typedef void *cgpu_cudnn_descriptor;

// CONSTANT(name, value): CGPU_CUDNN_name is CUDNN_name.
#define CGPU_CUDNN_CONSTANTS(CONSTANT)                          \
  CONSTANT(STATUS_SUCCESS, 0)                                   \
  CONSTANT(DATA_FLOAT, 0)                                       \
  CONSTANT(DATA_HALF, 2)                                        \
  CONSTANT(DATA_BFLOAT16, 9)                                    \
  CONSTANT(CROSS_CORRELATION, 1)                                \
  CONSTANT(POINTWISE_ADD, 0)                                    \
  CONSTANT(POINTWISE_MUL, 1)                                    \
  CONSTANT(POINTWISE_SUB, 9)                                    \
  CONSTANT(POINTWISE_RELU_FWD, 100)                             \
  CONSTANT(POINTWISE_TANH_FWD, 101)                             \
  CONSTANT(POINTWISE_SIGMOID_FWD, 102)                          \
  CONSTANT(POINTWISE_ELU_FWD, 103)                              \
  CONSTANT(POINTWISE_GELU_FWD, 104)                             \
  CONSTANT(POINTWISE_SOFTPLUS_FWD, 105)                         \
  CONSTANT(POINTWISE_SWISH_FWD, 106)                            \
  CONSTANT(POINTWISE_RELU_BWD, 200)                             \
  CONSTANT(GENSTATS_SUM_SQSUM, 0)                               \
  CONSTANT(BATCH_NORM, 2)                                       \
  CONSTANT(NORM_FWD_TRAINING, 1)                                \
  CONSTANT(HEUR_MODE_FALLBACK, 2)                               \
  CONSTANT(HEUR_MODE_A, 3)                                      \
  CONSTANT(NUMERICAL_NOTE_TENSOR_CORE, 0)                       \
  CONSTANT(NUMERICAL_NOTE_DOWN_CONVERT_INPUTS, 1)               \
  CONSTANT(NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION, 2)       \
  CONSTANT(NUMERICAL_NOTE_FFT, 3)                               \
  CONSTANT(NUMERICAL_NOTE_NONDETERMINISTIC, 4)                  \
  CONSTANT(NUMERICAL_NOTE_WINOGRAD, 5)                          \
  CONSTANT(NUMERICAL_NOTE_WINOGRAD_TILE_4x4, 6)                 \
  CONSTANT(NUMERICAL_NOTE_WINOGRAD_TILE_6x6, 7)                 \
  CONSTANT(NUMERICAL_NOTE_WINOGRAD_TILE_13x13, 8)               \
  CONSTANT(BEHAVIOR_NOTE_REQUIRES_FILTER_INT8x32_REORDER, 1)    \
  CONSTANT(BEHAVIOR_NOTE_REQUIRES_BIAS_INT8x32_REORDER, 2)      \
  CONSTANT(TYPE_HANDLE, 0)                                      \
  CONSTANT(TYPE_DATA_TYPE, 1)                                   \
  CONSTANT(TYPE_BOOLEAN, 2)                                     \
  CONSTANT(TYPE_INT64, 3)                                       \
  CONSTANT(TYPE_FLOAT, 4)                                       \
  CONSTANT(TYPE_DOUBLE, 5)                                      \
  CONSTANT(TYPE_VOID_PTR, 6)                                    \
  CONSTANT(TYPE_CONVOLUTION_MODE, 7)                            \
  CONSTANT(TYPE_HEUR_MODE, 8)                                   \
  CONSTANT(TYPE_NUMERICAL_NOTE, 11)                             \
  CONSTANT(TYPE_POINTWISE_MODE, 14)                             \
  CONSTANT(TYPE_BACKEND_DESCRIPTOR, 15)                         \
  CONSTANT(TYPE_GENSTATS_MODE, 16)                              \
  CONSTANT(TYPE_BEHAVIOR_NOTE, 19)                              \
  CONSTANT(TYPE_CHAR, 24)                                       \
  CONSTANT(TYPE_NORM_MODE, 27)                                  \
  CONSTANT(TYPE_NORM_FWD_PHASE, 28)                             \
  CONSTANT(BACKEND_POINTWISE_DESCRIPTOR, 0)                     \
  CONSTANT(BACKEND_CONVOLUTION_DESCRIPTOR, 1)                   \
  CONSTANT(BACKEND_ENGINE_DESCRIPTOR, 2)                        \
  CONSTANT(BACKEND_ENGINECFG_DESCRIPTOR, 3)                     \
  CONSTANT(BACKEND_ENGINEHEUR_DESCRIPTOR, 4)                    \
  CONSTANT(BACKEND_EXECUTION_PLAN_DESCRIPTOR, 5)                \
  CONSTANT(BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR, 10) \
  CONSTANT(BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR, 11) \
  CONSTANT(BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR, 12) \
  CONSTANT(BACKEND_OPERATION_POINTWISE_DESCRIPTOR, 13)          \
  CONSTANT(BACKEND_OPERATION_GEN_STATS_DESCRIPTOR, 14)          \
  CONSTANT(BACKEND_OPERATIONGRAPH_DESCRIPTOR, 15)               \
  CONSTANT(BACKEND_VARIANT_PACK_DESCRIPTOR, 16)                 \
  CONSTANT(BACKEND_TENSOR_DESCRIPTOR, 17)                       \
  CONSTANT(BACKEND_OPERATION_BN_BWD_WEIGHTS_DESCRIPTOR, 23)     \
  CONSTANT(BACKEND_OPERATION_NORM_FORWARD_DESCRIPTOR, 29)       \
  CONSTANT(BACKEND_OPERATION_NORM_BACKWARD_DESCRIPTOR, 30)      \
  CONSTANT(BACKEND_DEVICEPROP_DESCRIPTOR, 38)                   \
  CONSTANT(ATTR_POINTWISE_MODE, 0)                              \
  CONSTANT(ATTR_POINTWISE_MATH_PREC, 1)                         \
  CONSTANT(ATTR_POINTWISE_RELU_LOWER_CLIP, 3)                   \
  CONSTANT(ATTR_POINTWISE_RELU_UPPER_CLIP, 4)                   \
  CONSTANT(ATTR_POINTWISE_RELU_LOWER_CLIP_SLOPE, 5)             \
  CONSTANT(ATTR_CONVOLUTION_COMP_TYPE, 100)                     \
  CONSTANT(ATTR_CONVOLUTION_CONV_MODE, 101)                     \
  CONSTANT(ATTR_CONVOLUTION_DILATIONS, 102)                     \
  CONSTANT(ATTR_CONVOLUTION_FILTER_STRIDES, 103)                \
  CONSTANT(ATTR_CONVOLUTION_POST_PADDINGS, 104)                 \
  CONSTANT(ATTR_CONVOLUTION_PRE_PADDINGS, 105)                  \
  CONSTANT(ATTR_CONVOLUTION_SPATIAL_DIMS, 106)                  \
  CONSTANT(ATTR_ENGINEHEUR_MODE, 200)                           \
  CONSTANT(ATTR_ENGINEHEUR_OPERATION_GRAPH, 201)                \
  CONSTANT(ATTR_ENGINEHEUR_RESULTS, 202)                        \
  CONSTANT(ATTR_ENGINEHEUR_DEVICEPROP, 204)                     \
  CONSTANT(ATTR_ENGINECFG_ENGINE, 300)                          \
  CONSTANT(ATTR_EXECUTION_PLAN_HANDLE, 400)                     \
  CONSTANT(ATTR_EXECUTION_PLAN_ENGINE_CONFIG, 401)              \
  CONSTANT(ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, 402)             \
  CONSTANT(ATTR_EXECUTION_PLAN_JSON_REPRESENTATION, 405)        \
  CONSTANT(ATTR_EXECUTION_PLAN_DEVICEPROP, 407)                 \
  CONSTANT(ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, 700)       \
  CONSTANT(ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, 701)        \
  CONSTANT(ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, 702)   \
  CONSTANT(ATTR_OPERATION_CONVOLUTION_FORWARD_W, 703)           \
  CONSTANT(ATTR_OPERATION_CONVOLUTION_FORWARD_X, 704)           \
  CONSTANT(ATTR_OPERATION_CONVOLUTION_FORWARD_Y, 705)           \
  CONSTANT(ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA, 706)      \
  CONSTANT(ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA, 707)       \
  CONSTANT(ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, 708)  \
  CONSTANT(ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, 709)          \
  CONSTANT(ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX, 710)         \
  CONSTANT(ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY, 711)         \
  CONSTANT(ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA, 712)    \
  CONSTANT(ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA, 713)     \
  CONSTANT(ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC, 714) \
  CONSTANT(ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, 715)       \
  CONSTANT(ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X, 716)        \
  CONSTANT(ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY, 717)       \
  CONSTANT(ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, 750)         \
  CONSTANT(ATTR_OPERATION_POINTWISE_XDESC, 751)                 \
  CONSTANT(ATTR_OPERATION_POINTWISE_BDESC, 752)                 \
  CONSTANT(ATTR_OPERATION_POINTWISE_YDESC, 753)                 \
  CONSTANT(ATTR_OPERATION_POINTWISE_DXDESC, 756)                \
  CONSTANT(ATTR_OPERATION_POINTWISE_DYDESC, 757)                \
  CONSTANT(ATTR_OPERATION_GENSTATS_MODE, 770)                   \
  CONSTANT(ATTR_OPERATION_GENSTATS_MATH_PREC, 771)              \
  CONSTANT(ATTR_OPERATION_GENSTATS_XDESC, 772)                  \
  CONSTANT(ATTR_OPERATION_GENSTATS_SUMDESC, 773)                \
  CONSTANT(ATTR_OPERATION_GENSTATS_SQSUMDESC, 774)              \
  CONSTANT(ATTR_OPERATIONGRAPH_HANDLE, 800)                     \
  CONSTANT(ATTR_OPERATIONGRAPH_OPS, 801)                        \
  CONSTANT(ATTR_TENSOR_BYTE_ALIGNMENT, 900)                     \
  CONSTANT(ATTR_TENSOR_DATA_TYPE, 901)                          \
  CONSTANT(ATTR_TENSOR_DIMENSIONS, 902)                         \
  CONSTANT(ATTR_TENSOR_STRIDES, 903)                            \
  CONSTANT(ATTR_TENSOR_UNIQUE_ID, 906)                          \
  CONSTANT(ATTR_TENSOR_IS_VIRTUAL, 907)                         \
  CONSTANT(ATTR_TENSOR_IS_BY_VALUE, 908)                        \
  CONSTANT(ATTR_VARIANT_PACK_UNIQUE_IDS, 1000)                  \
  CONSTANT(ATTR_VARIANT_PACK_DATA_POINTERS, 1001)               \
  CONSTANT(ATTR_VARIANT_PACK_WORKSPACE, 1003)                   \
  CONSTANT(ATTR_ENGINE_NUMERICAL_NOTE, 1303)                    \
  CONSTANT(ATTR_ENGINE_BEHAVIOR_NOTE, 1305)                     \
  CONSTANT(ATTR_OPERATION_BN_BWD_WEIGHTS_MATH_PREC, 1620)       \
  CONSTANT(ATTR_OPERATION_BN_BWD_WEIGHTS_MEAN_DESC, 1621)       \
  CONSTANT(ATTR_OPERATION_BN_BWD_WEIGHTS_INVSTD_DESC, 1622)     \
  CONSTANT(ATTR_OPERATION_BN_BWD_WEIGHTS_BN_SCALE_DESC, 1623)   \
  CONSTANT(ATTR_OPERATION_BN_BWD_WEIGHTS_X_DESC, 1624)          \
  CONSTANT(ATTR_OPERATION_BN_BWD_WEIGHTS_DY_DESC, 1625)         \
  CONSTANT(ATTR_OPERATION_BN_BWD_WEIGHTS_DBN_SCALE_DESC, 1626)  \
  CONSTANT(ATTR_OPERATION_BN_BWD_WEIGHTS_DBN_BIAS_DESC, 1627)   \
  CONSTANT(ATTR_OPERATION_BN_BWD_WEIGHTS_EQ_DY_SCALE_DESC, 1628)\
  CONSTANT(ATTR_OPERATION_BN_BWD_WEIGHTS_EQ_X_SCALE_DESC, 1629) \
  CONSTANT(ATTR_OPERATION_BN_BWD_WEIGHTS_EQ_BIAS, 1630)         \
  CONSTANT(ATTR_OPERATION_NORM_FWD_MODE, 2000)                  \
  CONSTANT(ATTR_OPERATION_NORM_FWD_PHASE, 2001)                 \
  CONSTANT(ATTR_OPERATION_NORM_FWD_XDESC, 2002)                 \
  CONSTANT(ATTR_OPERATION_NORM_FWD_MEAN_DESC, 2003)             \
  CONSTANT(ATTR_OPERATION_NORM_FWD_INV_VARIANCE_DESC, 2004)     \
  CONSTANT(ATTR_OPERATION_NORM_FWD_SCALE_DESC, 2005)            \
  CONSTANT(ATTR_OPERATION_NORM_FWD_BIAS_DESC, 2006)             \
  CONSTANT(ATTR_OPERATION_NORM_FWD_EPSILON_DESC, 2007)          \
  CONSTANT(ATTR_OPERATION_NORM_FWD_YDESC, 2013)                 \
  CONSTANT(ATTR_OPERATION_NORM_BWD_MODE, 2100)                  \
  CONSTANT(ATTR_OPERATION_NORM_BWD_XDESC, 2101)                 \
  CONSTANT(ATTR_OPERATION_NORM_BWD_MEAN_DESC, 2102)             \
  CONSTANT(ATTR_OPERATION_NORM_BWD_INV_VARIANCE_DESC, 2103)     \
  CONSTANT(ATTR_OPERATION_NORM_BWD_DYDESC, 2104)                \
  CONSTANT(ATTR_OPERATION_NORM_BWD_SCALE_DESC, 2105)            \
  CONSTANT(ATTR_OPERATION_NORM_BWD_DSCALE_DESC, 2107)           \
  CONSTANT(ATTR_OPERATION_NORM_BWD_DBIAS_DESC, 2108)            \
  CONSTANT(ATTR_OPERATION_NORM_BWD_DXDESC, 2109)                \
  CONSTANT(ATTR_DEVICEPROP_JSON_REPRESENTATION, 2702)

#define CGPU_CUDNN_CONSTANT(name, value) CGPU_CUDNN_##name = value,
enum { CGPU_CUDNN_CONSTANTS(CGPU_CUDNN_CONSTANT) };

// How far behind its α each attribute of a convolution and of its gradients stands.
enum {
  CGPU_CUDNN_CONVOLUTION_BETA = 1,
  CGPU_CUDNN_CONVOLUTION_DESC,
  CGPU_CUDNN_CONVOLUTION_FILTERS,
  CGPU_CUDNN_CONVOLUTION_IMAGE,
  CGPU_CUDNN_CONVOLUTION_RESULT
};

// ROW(result, field, symbol, parameters)
#define CGPU_CUDNN_ROWS(ROW)                                                                                     \
  /* 90304 for 9.3.4. */                                                                                         \
  ROW(size_t, version, cudnnGetVersion, (void))                                                                  \
  ROW(const char *, status_name, cudnnGetErrorString, (cgpu_cudnn_status status))                                \
  ROW(void, last_error, cudnnGetLastErrorString, (char *words, size_t capacity))                                 \
  ROW(cgpu_cudnn_status, create, cudnnCreate, (cgpu_cudnn_handle *handle))                                       \
  ROW(cgpu_cudnn_status, destroy, cudnnDestroy, (cgpu_cudnn_handle handle))                                      \
  ROW(cgpu_cudnn_status, set_stream, cudnnSetStream, (cgpu_cudnn_handle handle, cgpu_stream stream))             \
  ROW(cgpu_cudnn_status, create_descriptor, cudnnBackendCreateDescriptor,                                        \
      (int kind, cgpu_cudnn_descriptor *descriptor))                                                             \
  ROW(cgpu_cudnn_status, destroy_descriptor, cudnnBackendDestroyDescriptor, (cgpu_cudnn_descriptor descriptor))  \
  ROW(cgpu_cudnn_status, set_attribute, cudnnBackendSetAttribute,                                                \
      (cgpu_cudnn_descriptor descriptor, int name, int type, int64_t count, const void *elements))               \
  ROW(cgpu_cudnn_status, get_attribute, cudnnBackendGetAttribute,                                                \
      (cgpu_cudnn_descriptor descriptor, int name, int type, int64_t wanted, int64_t *count, void *elements))    \
  ROW(cgpu_cudnn_status, finalize, cudnnBackendFinalize, (cgpu_cudnn_descriptor descriptor))                     \
  ROW(cgpu_cudnn_status, execute, cudnnBackendExecute,                                                           \
      (cgpu_cudnn_handle handle, cgpu_cudnn_descriptor plan, cgpu_cudnn_descriptor pack))

#define CGPU_CUDNN_FIELD(result, field, symbol, parameters) result(*field) parameters;
typedef struct {
  CGPU_CUDNN_ROWS(CGPU_CUDNN_FIELD)
} cgpu_cudnn;

// As `cgpu_driver_load`.
int cgpu_cudnn_load(cgpu_cudnn *table, void *library, const char **missing, int capacity);

#endif
