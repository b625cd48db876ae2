// cuDNN's backend API as far as netc calls it, on the memory of the fake driver: graphs of a convolution and what follows
// it, or of the gradient of its filters, or of its image and what follows that, or of a batch normalisation in the
// convolution's place, or of the gradients of one, in the order of the stream. Descriptors are checked: attributes that
// a descriptor does not have, of another type or number, missing ones, use before they are final and after they were
// destroyed.
//
// Its heuristics propose, in this order, an engine that is not deterministic, one of tensor cores (which multiplies fp32
// numbers as TF32), one of Winograd's largest tiles, which is inaccurate, and a plain one that wants a workspace; behind
// them, in the mode that falls back, a plain one without. Images that do not lie channels last they refuse.
#include "fake_library.h"

#define C(name) CGPU_CUDNN_##name
enum { NOT_INITIALISED = 1001, BAD_PARAM = 2000, NOT_SUPPORTED = 3000, EXECUTION_FAILED = 5000 };
enum { MAGIC = 0xc0d44, MOST_ATTRIBUTES = 16, WORKSPACE = 4096, MOST_STEPS = 4 };
enum { LOOSE, TENSOR_CORES, LARGE_TILES, WITH_WORKSPACE, PLAIN, ENGINES };

typedef struct descriptor descriptor;
typedef struct {
  int name, type;
  int64_t count;
  char *data;
} attribute;
struct descriptor {
  int magic, kind, is_final, is_loaded, count;
  attribute attributes[MOST_ATTRIBUTES];
  // Of an engine, its configuration and its plan.
  int engine;
  descriptor *graph;
};
struct cgpu_cudnn_handle_s {
  int magic;
  cgpu_stream stream;
};

static const fake_driver *driver;
static const size_t version = FAKE_CUDNN_VERSION;
static __thread char last_error[256];

// What each kind of descriptor has: name, type, number of elements (0 for any), whether it must be set.
typedef struct {
  int kind, name, type, count, is_needed;
} rule;
static const rule rules[] = {
    {C(BACKEND_TENSOR_DESCRIPTOR), C(ATTR_TENSOR_DATA_TYPE), C(TYPE_DATA_TYPE), 1, 1},
    {C(BACKEND_TENSOR_DESCRIPTOR), C(ATTR_TENSOR_DIMENSIONS), C(TYPE_INT64), 4, 1},
    {C(BACKEND_TENSOR_DESCRIPTOR), C(ATTR_TENSOR_STRIDES), C(TYPE_INT64), 4, 1},
    {C(BACKEND_TENSOR_DESCRIPTOR), C(ATTR_TENSOR_UNIQUE_ID), C(TYPE_INT64), 1, 1},
    {C(BACKEND_TENSOR_DESCRIPTOR), C(ATTR_TENSOR_BYTE_ALIGNMENT), C(TYPE_INT64), 1, 1},
    {C(BACKEND_TENSOR_DESCRIPTOR), C(ATTR_TENSOR_IS_VIRTUAL), C(TYPE_BOOLEAN), 1, 0},
    {C(BACKEND_TENSOR_DESCRIPTOR), C(ATTR_TENSOR_IS_BY_VALUE), C(TYPE_BOOLEAN), 1, 0},
    {C(BACKEND_CONVOLUTION_DESCRIPTOR), C(ATTR_CONVOLUTION_SPATIAL_DIMS), C(TYPE_INT64), 1, 1},
    {C(BACKEND_CONVOLUTION_DESCRIPTOR), C(ATTR_CONVOLUTION_COMP_TYPE), C(TYPE_DATA_TYPE), 1, 1},
    {C(BACKEND_CONVOLUTION_DESCRIPTOR), C(ATTR_CONVOLUTION_CONV_MODE), C(TYPE_CONVOLUTION_MODE), 1, 1},
    {C(BACKEND_CONVOLUTION_DESCRIPTOR), C(ATTR_CONVOLUTION_PRE_PADDINGS), C(TYPE_INT64), 2, 1},
    {C(BACKEND_CONVOLUTION_DESCRIPTOR), C(ATTR_CONVOLUTION_POST_PADDINGS), C(TYPE_INT64), 2, 1},
    {C(BACKEND_CONVOLUTION_DESCRIPTOR), C(ATTR_CONVOLUTION_DILATIONS), C(TYPE_INT64), 2, 1},
    {C(BACKEND_CONVOLUTION_DESCRIPTOR), C(ATTR_CONVOLUTION_FILTER_STRIDES), C(TYPE_INT64), 2, 1},
    {C(BACKEND_POINTWISE_DESCRIPTOR), C(ATTR_POINTWISE_MODE), C(TYPE_POINTWISE_MODE), 1, 1},
    {C(BACKEND_POINTWISE_DESCRIPTOR), C(ATTR_POINTWISE_MATH_PREC), C(TYPE_DATA_TYPE), 1, 1},
    {C(BACKEND_POINTWISE_DESCRIPTOR), C(ATTR_POINTWISE_RELU_LOWER_CLIP), C(TYPE_DOUBLE), 1, 0},
    {C(BACKEND_POINTWISE_DESCRIPTOR), C(ATTR_POINTWISE_RELU_UPPER_CLIP), C(TYPE_DOUBLE), 1, 0},
    {C(BACKEND_POINTWISE_DESCRIPTOR), C(ATTR_POINTWISE_RELU_LOWER_CLIP_SLOPE), C(TYPE_DOUBLE), 1, 0},
#define CONVOLUTION(kind, alpha)                                                      \
  {kind, alpha, C(TYPE_FLOAT), 1, 1}, {kind, alpha + C(CONVOLUTION_BETA), C(TYPE_FLOAT), 1, 1}, \
  {kind, alpha + C(CONVOLUTION_DESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},              \
  {kind, alpha + C(CONVOLUTION_FILTERS), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},           \
  {kind, alpha + C(CONVOLUTION_IMAGE), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},             \
  {kind, alpha + C(CONVOLUTION_RESULT), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
#define FORWARD C(BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR)
#define FILTERS C(BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR)
#define IMAGE C(BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR)
    CONVOLUTION(FORWARD, C(ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA))
    CONVOLUTION(FILTERS, C(ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA))
    CONVOLUTION(IMAGE, C(ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA))
#define POINTWISE C(BACKEND_OPERATION_POINTWISE_DESCRIPTOR)
    {POINTWISE, C(ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {POINTWISE, C(ATTR_OPERATION_POINTWISE_XDESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {POINTWISE, C(ATTR_OPERATION_POINTWISE_BDESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 0},
    {POINTWISE, C(ATTR_OPERATION_POINTWISE_YDESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 0},
    {POINTWISE, C(ATTR_OPERATION_POINTWISE_DXDESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 0},
    {POINTWISE, C(ATTR_OPERATION_POINTWISE_DYDESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 0},
#define SUMS C(BACKEND_OPERATION_GEN_STATS_DESCRIPTOR)
    {SUMS, C(ATTR_OPERATION_GENSTATS_MODE), C(TYPE_GENSTATS_MODE), 1, 1},
    {SUMS, C(ATTR_OPERATION_GENSTATS_MATH_PREC), C(TYPE_DATA_TYPE), 1, 1},
    {SUMS, C(ATTR_OPERATION_GENSTATS_XDESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {SUMS, C(ATTR_OPERATION_GENSTATS_SUMDESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {SUMS, C(ATTR_OPERATION_GENSTATS_SQSUMDESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
#define GRADIENT_SUMS C(BACKEND_OPERATION_BN_BWD_WEIGHTS_DESCRIPTOR)
#define OF_GRADIENT(name) C(ATTR_OPERATION_BN_BWD_WEIGHTS_##name)
    {GRADIENT_SUMS, OF_GRADIENT(MATH_PREC), C(TYPE_DATA_TYPE), 1, 1},
    {GRADIENT_SUMS, OF_GRADIENT(MEAN_DESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {GRADIENT_SUMS, OF_GRADIENT(INVSTD_DESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {GRADIENT_SUMS, OF_GRADIENT(BN_SCALE_DESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {GRADIENT_SUMS, OF_GRADIENT(X_DESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {GRADIENT_SUMS, OF_GRADIENT(DY_DESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {GRADIENT_SUMS, OF_GRADIENT(DBN_SCALE_DESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {GRADIENT_SUMS, OF_GRADIENT(DBN_BIAS_DESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {GRADIENT_SUMS, OF_GRADIENT(EQ_DY_SCALE_DESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {GRADIENT_SUMS, OF_GRADIENT(EQ_X_SCALE_DESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {GRADIENT_SUMS, OF_GRADIENT(EQ_BIAS), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
#define NORMALISATION C(BACKEND_OPERATION_NORM_FORWARD_DESCRIPTOR)
#define OF_NORM(name) C(ATTR_OPERATION_NORM_FWD_##name)
    {NORMALISATION, OF_NORM(MODE), C(TYPE_NORM_MODE), 1, 1},
    {NORMALISATION, OF_NORM(PHASE), C(TYPE_NORM_FWD_PHASE), 1, 1},
    {NORMALISATION, OF_NORM(XDESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {NORMALISATION, OF_NORM(MEAN_DESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {NORMALISATION, OF_NORM(INV_VARIANCE_DESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {NORMALISATION, OF_NORM(SCALE_DESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {NORMALISATION, OF_NORM(BIAS_DESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {NORMALISATION, OF_NORM(EPSILON_DESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {NORMALISATION, OF_NORM(YDESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
#define NORM_GRADIENT C(BACKEND_OPERATION_NORM_BACKWARD_DESCRIPTOR)
#define OF_BACK(name) C(ATTR_OPERATION_NORM_BWD_##name)
    {NORM_GRADIENT, OF_BACK(MODE), C(TYPE_NORM_MODE), 1, 1},
    {NORM_GRADIENT, OF_BACK(XDESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {NORM_GRADIENT, OF_BACK(MEAN_DESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {NORM_GRADIENT, OF_BACK(INV_VARIANCE_DESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {NORM_GRADIENT, OF_BACK(DYDESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {NORM_GRADIENT, OF_BACK(SCALE_DESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {NORM_GRADIENT, OF_BACK(DSCALE_DESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {NORM_GRADIENT, OF_BACK(DBIAS_DESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {NORM_GRADIENT, OF_BACK(DXDESC), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
#define GRAPH C(BACKEND_OPERATIONGRAPH_DESCRIPTOR)
    {GRAPH, C(ATTR_OPERATIONGRAPH_HANDLE), C(TYPE_HANDLE), 1, 1},
    {GRAPH, C(ATTR_OPERATIONGRAPH_OPS), C(TYPE_BACKEND_DESCRIPTOR), 0, 1},
    {C(BACKEND_ENGINEHEUR_DESCRIPTOR), C(ATTR_ENGINEHEUR_OPERATION_GRAPH), C(TYPE_BACKEND_DESCRIPTOR), 1, 1},
    {C(BACKEND_ENGINEHEUR_DESCRIPTOR), C(ATTR_ENGINEHEUR_MODE), C(TYPE_HEUR_MODE), 1, 1},
#define PLAN C(BACKEND_EXECUTION_PLAN_DESCRIPTOR)
    {PLAN, C(ATTR_EXECUTION_PLAN_HANDLE), C(TYPE_HANDLE), 1, 1},
    {PLAN, C(ATTR_EXECUTION_PLAN_ENGINE_CONFIG), C(TYPE_BACKEND_DESCRIPTOR), 1, 0},
    {PLAN, C(ATTR_EXECUTION_PLAN_JSON_REPRESENTATION), C(TYPE_CHAR), 0, 0},
#define PACK C(BACKEND_VARIANT_PACK_DESCRIPTOR)
    {PACK, C(ATTR_VARIANT_PACK_UNIQUE_IDS), C(TYPE_INT64), 0, 1},
    {PACK, C(ATTR_VARIANT_PACK_DATA_POINTERS), C(TYPE_VOID_PTR), 0, 1},
    {PACK, C(ATTR_VARIANT_PACK_WORKSPACE), C(TYPE_VOID_PTR), 1, 0},
};
enum { RULES = sizeof rules / sizeof *rules };

static int size_of(int type) {
  switch (type) {
    case C(TYPE_CHAR):
    case C(TYPE_BOOLEAN): return 1;
    case C(TYPE_INT64):
    case C(TYPE_DOUBLE):
    case C(TYPE_VOID_PTR):
    case C(TYPE_HANDLE):
    case C(TYPE_BACKEND_DESCRIPTOR): return 8;
    default: return 4;
  }
}

static int complain(int status, const char *words) {
  snprintf(last_error, sizeof last_error, "%s", words);
  // What is not supported is no mistake of the caller.
  return status == NOT_SUPPORTED ? status : fake_complaint("cuDNN", status, words);
}
#define REFUSE(words) return complain(BAD_PARAM, words)

#define BEGIN(symbol)                                                     \
  {                                                                       \
    if (!driver) driver = fake_driver_found();                            \
    if (!driver) return NOT_INITIALISED;                                  \
    const int status = driver->fault(symbol);                             \
    if (status) {                                                         \
      snprintf(last_error, sizeof last_error, "a fault of %s", symbol);   \
      return status;                                                      \
    }                                                                     \
  }

API size_t cudnnGetVersion(void) { return version; }

API const char *cudnnGetErrorString(int status) {
  return status == NOT_SUPPORTED ? "CUDNN_STATUS_NOT_SUPPORTED" : status == BAD_PARAM ? "CUDNN_STATUS_BAD_PARAM" :
         "CUDNN_STATUS_FAKE";
}

API void cudnnGetLastErrorString(char *words, size_t capacity) {
  snprintf(words, capacity, "%s", last_error);
  last_error[0] = 0;
}

API int cudnnCreate(cgpu_cudnn_handle *handle) {
  BEGIN("cudnnCreate")
  if (!driver->is_ready()) return NOT_INITIALISED;
  *handle = calloc(1, sizeof **handle);
  (*handle)->magic = MAGIC;
  driver->count(1);
  return 0;
}

API int cudnnDestroy(cgpu_cudnn_handle handle) {
  if (!handle || handle->magic != MAGIC) REFUSE("a handle that is none");
  handle->magic = 0;
  driver->count(-1);
  return driver->fault("cudnnDestroy");
}

API int cudnnSetStream(cgpu_cudnn_handle handle, cgpu_stream stream) {
  BEGIN("cudnnSetStream")
  if (!handle || handle->magic != MAGIC) REFUSE("a handle that is none");
  handle->stream = stream;
  return 0;
}

API int cudnnBackendCreateDescriptor(int kind, void **result) {
  BEGIN("cudnnBackendCreateDescriptor")
  descriptor *made = calloc(1, sizeof *made);
  *made = (descriptor){.magic = MAGIC, .kind = kind};
  *result = made;
  driver->count(1);
  return 0;
}

// It stays in memory, marked: whoever uses it again is found.
API int cudnnBackendDestroyDescriptor(void *thing) {
  descriptor *one = thing;
  if (!one || one->magic != MAGIC) REFUSE("a descriptor that is none");
  for (int i = 0; i < one->count; i++) free(one->attributes[i].data);
  one->count = one->magic = 0;
  driver->count(-1);
  return driver->fault("cudnnBackendDestroyDescriptor");
}

static const attribute *find(const descriptor *one, int name) {
  for (int i = 0; i < one->count; i++) {
    if (one->attributes[i].name == name) return &one->attributes[i];
  }
  return 0;
}

static const void *data(const descriptor *one, int name) {
  const attribute *found = find(one, name);
  return found ? found->data : 0;
}
static int number(const descriptor *one, int name) { return *(const int *)data(one, name); }
static const int64_t *integers(const descriptor *one, int name) { return data(one, name); }
// The descriptor that an attribute names; 0 where it is missing, not final or destroyed.
static descriptor *other(const descriptor *one, int name) {
  descriptor *const *found = data(one, name);
  return found && (*found)->magic == MAGIC && (*found)->is_final ? *found : 0;
}

API int cudnnBackendSetAttribute(void *thing, int name, int type, int64_t count, const void *elements) {
  BEGIN("cudnnBackendSetAttribute")
  descriptor *one = thing;
  if (!one || one->magic != MAGIC) REFUSE("a descriptor that is none");
  if (one->is_final) REFUSE("a descriptor that is final is set");
  for (int i = 0; i < RULES; i++) {
    const rule *rule = &rules[i];
    if (rule->kind != one->kind || rule->name != name) continue;
    if (rule->type != type || (rule->count ? rule->count != count : count < 1)) REFUSE("type or number of an attribute");
    if (type == C(TYPE_BACKEND_DESCRIPTOR)) {
      for (int k = 0; k < count; k++) {
        const descriptor *named = ((descriptor *const *)elements)[k];
        if (!named || named->magic != MAGIC || !named->is_final) REFUSE("an attribute names what is not final");
      }
    }
    if (find(one, name)) REFUSE("an attribute is set twice");
    attribute *place = &one->attributes[one->count++];
    *place = (attribute){name, type, count, malloc((size_t)count * (size_t)size_of(type))};
    memcpy(place->data, elements, (size_t)count * (size_t)size_of(type));
    return 0;
  }
  REFUSE("an attribute that the descriptor does not have");
}

// MARK: what is checked when a descriptor becomes final

static int check_tensor(const descriptor *one) {
  const int type = number(one, C(ATTR_TENSOR_DATA_TYPE));
  if (type != C(DATA_FLOAT) && type != C(DATA_BFLOAT16) && type != C(DATA_HALF)) REFUSE("data type");
  const int64_t alignment = *integers(one, C(ATTR_TENSOR_BYTE_ALIGNMENT));
  if (alignment < 1 || alignment & (alignment - 1) || alignment % (type == C(DATA_FLOAT) ? 4 : 2)) REFUSE("alignment");
  const int64_t *shape = integers(one, C(ATTR_TENSOR_DIMENSIONS)), *strides = integers(one, C(ATTR_TENSOR_STRIDES));
  for (int i = 0; i < 4; i++) {
    if (shape[i] < 1 || strides[i] < 1) REFUSE("dimensions or strides");
  }
  return 0;
}

// The tensors of a convolution; of a gradient, what is computed and the result are gradients. Of a normalisation γ stands
// for the filters, also of its gradient, which is one of an image.
typedef struct {
  const descriptor *x, *w, *y, *c;
} convolution;

static convolution convolution_of(const descriptor *one) {
  if (one->kind == NORMALISATION) {
    return (convolution){other(one, OF_NORM(XDESC)), other(one, OF_NORM(SCALE_DESC)), other(one, OF_NORM(YDESC)), 0};
  }
  if (one->kind == NORM_GRADIENT) {
    return (convolution){other(one, OF_BACK(DXDESC)), other(one, OF_BACK(SCALE_DESC)), other(one, OF_BACK(DYDESC)), 0};
  }
  const int alpha = one->kind == FORWARD   ? C(ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA)
                    : one->kind == FILTERS ? C(ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA)
                                           : C(ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA);
  return (convolution){other(one, alpha + C(CONVOLUTION_IMAGE)), other(one, alpha + C(CONVOLUTION_FILTERS)),
                       other(one, alpha + C(CONVOLUTION_RESULT)), other(one, alpha + C(CONVOLUTION_DESC))};
}

static int is_gradient(const descriptor *one) { return one->kind == FILTERS || one->kind == IMAGE; }

static int check_convolution(const descriptor *one) {
  const convolution all = convolution_of(one);
  const descriptor *x = all.x, *w = all.w, *y = all.y, *c = all.c;
  if (!x || !w || !y || !c || c->kind != C(BACKEND_CONVOLUTION_DESCRIPTOR)) REFUSE("operands of a convolution");
  if (*integers(c, C(ATTR_CONVOLUTION_SPATIAL_DIMS)) != 2 || number(c, C(ATTR_CONVOLUTION_COMP_TYPE)) != C(DATA_FLOAT) ||
      number(c, C(ATTR_CONVOLUTION_CONV_MODE)) != C(CROSS_CORRELATION)) {
    REFUSE("kind of a convolution");
  }
  const descriptor *u = one->kind == IMAGE ? w : x, *v = one->kind == FORWARD ? w : y;
  if (number(u, C(ATTR_TENSOR_DATA_TYPE)) != number(v, C(ATTR_TENSOR_DATA_TYPE))) REFUSE("types of a convolution");
  const int64_t *xs = integers(x, C(ATTR_TENSOR_DIMENSIONS)), *ws = integers(w, C(ATTR_TENSOR_DIMENSIONS));
  const int64_t *ys = integers(y, C(ATTR_TENSOR_DIMENSIONS));
  if (xs[0] != ys[0] || ys[1] != ws[0] || xs[1] % ws[1] || ws[0] % (xs[1] / ws[1])) REFUSE("shapes of a convolution");
  for (int i = 0; i < 2; i++) {
    const int64_t reach = (ws[2 + i] - 1) * integers(c, C(ATTR_CONVOLUTION_DILATIONS))[i] + 1;
    const int64_t whole = xs[2 + i] + integers(c, C(ATTR_CONVOLUTION_PRE_PADDINGS))[i] +
                          integers(c, C(ATTR_CONVOLUTION_POST_PADDINGS))[i];
    if ((whole - reach) / integers(c, C(ATTR_CONVOLUTION_FILTER_STRIDES))[i] + 1 != ys[2 + i]) {
      REFUSE("size of a convolution's result");
    }
  }
  return 0;
}

static int check_pointwise(const descriptor *one) {
  const descriptor *pointwise = other(one, C(ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR));
  const descriptor *x = other(one, C(ATTR_OPERATION_POINTWISE_XDESC));
  if (!pointwise || !x) REFUSE("operands of a pointwise operation");
  const int mode = number(pointwise, C(ATTR_POINTWISE_MODE)), is_gradient = mode == C(POINTWISE_RELU_BWD);
  const int y_name = is_gradient ? C(ATTR_OPERATION_POINTWISE_DXDESC) : C(ATTR_OPERATION_POINTWISE_YDESC);
  const int b_name = is_gradient ? C(ATTR_OPERATION_POINTWISE_DYDESC) : C(ATTR_OPERATION_POINTWISE_BDESC);
  const descriptor *y = other(one, y_name), *b = other(one, b_name);
  const int has_two = is_gradient || mode == C(POINTWISE_ADD) || mode == C(POINTWISE_SUB) || mode == C(POINTWISE_MUL);
  if (!y || has_two != (b != 0) || one->count != 3 + has_two) REFUSE("operands of a pointwise operation");
  for (int i = 0; i < 4; i++) {
    const int64_t n = integers(y, C(ATTR_TENSOR_DIMENSIONS))[i];
    if (integers(x, C(ATTR_TENSOR_DIMENSIONS))[i] != n) REFUSE("shapes of a pointwise operation");
    const int64_t m = b ? integers(b, C(ATTR_TENSOR_DIMENSIONS))[i] : n;
    if (m != n && (m != 1 || is_gradient)) REFUSE("an operand that cannot be spread");
  }
  return 0;
}

// A number for each channel of an image.
static int is_vector(const descriptor *tensor, const descriptor *image) {
  if (!tensor || number(tensor, C(ATTR_TENSOR_DATA_TYPE)) != C(DATA_FLOAT)) return 0;
  for (int i = 0; i < 4; i++) {
    const int64_t n = i == 1 ? integers(image, C(ATTR_TENSOR_DIMENSIONS))[1] : 1;
    if (integers(tensor, C(ATTR_TENSOR_DIMENSIONS))[i] != n) return 0;
  }
  return integers(tensor, C(ATTR_TENSOR_STRIDES))[1] == 1;
}

static int check_gradient_sums(const descriptor *one) {
  const descriptor *x = other(one, OF_GRADIENT(X_DESC)), *g = other(one, OF_GRADIENT(DY_DESC));
  if (number(one, OF_GRADIENT(MATH_PREC)) != C(DATA_FLOAT) || !x || !g) REFUSE("kind of sums of a gradient");
  for (int i = 0; i < 4; i++) {
    if (integers(x, C(ATTR_TENSOR_DIMENSIONS))[i] != integers(g, C(ATTR_TENSOR_DIMENSIONS))[i]) {
      REFUSE("shapes of sums of a gradient");
    }
  }
  static const int vectors[] = {OF_GRADIENT(MEAN_DESC), OF_GRADIENT(INVSTD_DESC), OF_GRADIENT(BN_SCALE_DESC),
                                OF_GRADIENT(DBN_SCALE_DESC), OF_GRADIENT(DBN_BIAS_DESC), OF_GRADIENT(EQ_DY_SCALE_DESC),
                                OF_GRADIENT(EQ_X_SCALE_DESC), OF_GRADIENT(EQ_BIAS)};
  for (int i = 0; i < 8; i++) {
    if (!is_vector(other(one, vectors[i]), x)) REFUSE("operands of sums of a gradient");
  }
  return 0;
}

static int check_sums(const descriptor *one) {
  const descriptor *x = other(one, C(ATTR_OPERATION_GENSTATS_XDESC));
  const descriptor *results[] = {other(one, C(ATTR_OPERATION_GENSTATS_SUMDESC)),
                                 other(one, C(ATTR_OPERATION_GENSTATS_SQSUMDESC))};
  if (number(one, C(ATTR_OPERATION_GENSTATS_MODE)) != C(GENSTATS_SUM_SQSUM) ||
      number(one, C(ATTR_OPERATION_GENSTATS_MATH_PREC)) != C(DATA_FLOAT)) {
    REFUSE("kind of sums");
  }
  for (int r = 0; r < 2; r++) {
    if (!x || !is_vector(results[r], x)) REFUSE("operands of sums");
  }
  return 0;
}

static int is_set(const descriptor *tensor, int name) {
  const char *found = data(tensor, name);
  return found && *found;
}

static int check_normalisation(const descriptor *one) {
  const descriptor *x = other(one, OF_NORM(XDESC)), *y = other(one, OF_NORM(YDESC));
  const descriptor *epsilon = other(one, OF_NORM(EPSILON_DESC));
  if (number(one, OF_NORM(MODE)) != C(BATCH_NORM) || number(one, OF_NORM(PHASE)) != C(NORM_FWD_TRAINING)) {
    REFUSE("kind of a normalisation");
  }
  if (!x || !y || !epsilon || !is_set(epsilon, C(ATTR_TENSOR_IS_BY_VALUE)) ||
      number(epsilon, C(ATTR_TENSOR_DATA_TYPE)) != C(DATA_FLOAT)) {
    REFUSE("operands of a normalisation");
  }
  for (int i = 0; i < 4; i++) {
    if (integers(x, C(ATTR_TENSOR_DIMENSIONS))[i] != integers(y, C(ATTR_TENSOR_DIMENSIONS))[i] ||
        integers(epsilon, C(ATTR_TENSOR_DIMENSIONS))[i] != 1) {
      REFUSE("shapes of a normalisation");
    }
  }
  static const int vectors[] = {OF_NORM(MEAN_DESC), OF_NORM(INV_VARIANCE_DESC), OF_NORM(SCALE_DESC),
                                OF_NORM(BIAS_DESC)};
  for (int i = 0; i < 4; i++) {
    const descriptor *vector = other(one, vectors[i]);
    if (!is_vector(vector, x) || is_set(vector, C(ATTR_TENSOR_IS_VIRTUAL))) REFUSE("numbers of a normalisation");
  }
  return 0;
}

static int check_gradient_of_normalisation(const descriptor *one) {
  const descriptor *images[] = {other(one, OF_BACK(XDESC)), other(one, OF_BACK(DYDESC)), other(one, OF_BACK(DXDESC))};
  if (number(one, OF_BACK(MODE)) != C(BATCH_NORM)) REFUSE("kind of a normalisation's gradient");
  for (int k = 0; k < 3; k++) {
    if (!images[k] || is_set(images[k], C(ATTR_TENSOR_IS_VIRTUAL))) REFUSE("images of a normalisation's gradient");
    for (int i = 0; i < 4; i++) {
      if (integers(images[k], C(ATTR_TENSOR_DIMENSIONS))[i] != integers(images[0], C(ATTR_TENSOR_DIMENSIONS))[i]) {
        REFUSE("shapes of a normalisation's gradient");
      }
    }
  }
  static const int vectors[] = {OF_BACK(MEAN_DESC), OF_BACK(INV_VARIANCE_DESC), OF_BACK(SCALE_DESC),
                                OF_BACK(DSCALE_DESC), OF_BACK(DBIAS_DESC)};
  for (int i = 0; i < 5; i++) {
    const descriptor *vector = other(one, vectors[i]);
    if (!is_vector(vector, images[0]) || is_set(vector, C(ATTR_TENSOR_IS_VIRTUAL))) {
      REFUSE("numbers of a normalisation's gradient");
    }
  }
  return 0;
}

static int64_t name_of(const descriptor *tensor) { return *integers(tensor, C(ATTR_TENSOR_UNIQUE_ID)); }
static int is_virtual(const descriptor *tensor) { return is_set(tensor, C(ATTR_TENSOR_IS_VIRTUAL)); }

// What a graph of the sums of a gradient has behind that.
enum { MINUS_MEAN = 1, TIMES_DEVIATION, TIMES_GAMMA, PLUS_BETA, RECTIFIED, SUMMED, OF_SUMS };

static int is_named(const descriptor *one, int attribute, const descriptor *tensor) {
  return name_of(other(one, attribute)) == name_of(tensor);
}

// The gradient of an image, which nobody stores; x normalised with numbers for each channel, scaled and shifted; the
// gradient of its rectifier, which is stored, and that one's sums.
static int check_sums_of_gradient(descriptor *const *list) {
  static const int modes[OF_SUMS] = {[MINUS_MEAN] = C(POINTWISE_SUB),      [TIMES_DEVIATION] = C(POINTWISE_MUL),
                                     [TIMES_GAMMA] = C(POINTWISE_MUL),     [PLUS_BETA] = C(POINTWISE_ADD),
                                     [RECTIFIED] = C(POINTWISE_RELU_BWD)};
  const descriptor *gradient = convolution_of(list[0]).x, *sums = list[SUMMED];
  for (int i = MINUS_MEAN; i < SUMMED; i++) {
    if (list[i]->kind != POINTWISE ||
        number(other(list[i], C(ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR)), C(ATTR_POINTWISE_MODE)) != modes[i]) {
      REFUSE("operations behind a gradient");
    }
  }
  if (sums->kind != GRADIENT_SUMS || !is_virtual(gradient)) REFUSE("sums behind a gradient");
  const descriptor *x = other(list[MINUS_MEAN], C(ATTR_OPERATION_POINTWISE_XDESC));
  for (int i = MINUS_MEAN; i < RECTIFIED; i++) {
    const descriptor *made = other(list[i], C(ATTR_OPERATION_POINTWISE_YDESC));
    if (!is_virtual(made) || !is_named(list[i + 1], C(ATTR_OPERATION_POINTWISE_XDESC), made)) {
      REFUSE("order of operations behind a gradient");
    }
    if (!is_vector(other(list[i], C(ATTR_OPERATION_POINTWISE_BDESC)), x)) REFUSE("numbers of a normalisation");
  }
  const descriptor *stored = other(list[RECTIFIED], C(ATTR_OPERATION_POINTWISE_DXDESC));
  if (!is_named(list[RECTIFIED], C(ATTR_OPERATION_POINTWISE_DYDESC), gradient) || is_virtual(stored) || is_virtual(x) ||
      !is_named(sums, OF_GRADIENT(DY_DESC), stored) || !is_named(sums, OF_GRADIENT(X_DESC), x)) {
    REFUSE("what is rectified and summed");
  }
  static const int shared[] = {[MINUS_MEAN] = OF_GRADIENT(MEAN_DESC), [TIMES_DEVIATION] = OF_GRADIENT(INVSTD_DESC),
                               [TIMES_GAMMA] = OF_GRADIENT(BN_SCALE_DESC)};
  for (int i = MINUS_MEAN; i < PLUS_BETA; i++) {
    if (!is_named(sums, shared[i], other(list[i], C(ATTR_OPERATION_POINTWISE_BDESC)))) REFUSE("another normalisation");
  }
  return 0;
}

// Behind a normalisation a residual is added, then comes a rectifier; either may be missing.
static int check_behind_normalisation(descriptor *const *list, int64_t count) {
  int last = 0;
  for (int i = 1; i < count; i++) {
    if (list[i]->kind != POINTWISE) REFUSE("operations behind a normalisation");
    const int mode = number(other(list[i], C(ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR)), C(ATTR_POINTWISE_MODE));
    const int place = mode == C(POINTWISE_ADD) ? 1 : mode == C(POINTWISE_RELU_FWD) ? 2 : 0;
    if (place <= last) REFUSE("operations behind a normalisation");
    last = place;
  }
  return 0;
}

// One convolution, and behind it operations each of which works on what the one before made; one whose results are
// summed; a gradient, or one whose image is rectified and summed; a normalisation and what is behind it, or the gradients
// of one.
static int check_graph(const descriptor *one) {
  const attribute *operations = find(one, C(ATTR_OPERATIONGRAPH_OPS));
  const cgpu_cudnn_handle *handle = data(one, C(ATTR_OPERATIONGRAPH_HANDLE));
  if (!handle || !*handle || (*handle)->magic != MAGIC) REFUSE("handle of a graph");
  descriptor *const *list = (descriptor *const *)operations->data;
  if (list[0]->kind == IMAGE && operations->count == OF_SUMS) return check_sums_of_gradient(list);
  if (list[0]->kind == NORM_GRADIENT) {
    if (operations->count != 1) REFUSE("operations of a normalisation's gradient");
    return 0;
  }
  if (is_gradient(list[0])) {
    const convolution all = convolution_of(list[0]);
    const descriptor *made = list[0]->kind == FILTERS ? all.w : all.x;
    if (operations->count != 1 || is_virtual(made)) REFUSE("operations of a gradient");
    return 0;
  }
  const int is_normal = list[0]->kind == NORMALISATION;
  if (operations->count > 1 + MOST_STEPS || (list[0]->kind != FORWARD && !is_normal)) REFUSE("operations of a graph");
  if (is_normal && check_behind_normalisation(list, operations->count)) return BAD_PARAM;
  const descriptor *made = convolution_of(list[0]).y;
  if (operations->count == 2 && list[1]->kind == SUMS) {
    if (name_of(other(list[1], C(ATTR_OPERATION_GENSTATS_XDESC))) != name_of(made) || is_virtual(made)) {
      REFUSE("what is summed");
    }
    return 0;
  }
  for (int i = 1; i < operations->count; i++) {
    if (list[i]->kind != POINTWISE || !is_virtual(made)) REFUSE("what lies between operations must be virtual");
    if (name_of(other(list[i], C(ATTR_OPERATION_POINTWISE_XDESC))) != name_of(made)) REFUSE("order of operations");
    made = other(list[i], C(ATTR_OPERATION_POINTWISE_YDESC));
  }
  if (is_virtual(made)) REFUSE("a result that is virtual");
  return 0;
}

// Its first operation; 0 where that or a tensor of it was destroyed.
static const descriptor *first_of(const descriptor *graph) {
  descriptor *const *list = graph ? data(graph, C(ATTR_OPERATIONGRAPH_OPS)) : 0;
  return list && list[0]->magic == MAGIC && convolution_of(list[0]).x ? list[0] : 0;
}

static int is_channels_last(const descriptor *tensor) { return integers(tensor, C(ATTR_TENSOR_STRIDES))[1] == 1; }

// MARK: plans as text

static void write_descriptor(FILE *file, const descriptor *one) {
  fprintf(file, "%d %d\n", one->kind, one->count);
  for (int i = 0; i < one->count; i++) {
    const attribute *each = &one->attributes[i];
    fprintf(file, "%d %d %lld\n", each->name, each->type, (long long)each->count);
    if (each->type == C(TYPE_HANDLE)) continue;
    for (int64_t k = 0; each->type == C(TYPE_BACKEND_DESCRIPTOR) && k < each->count; k++) {
      write_descriptor(file, ((descriptor *const *)each->data)[k]);
    }
    if (each->type == C(TYPE_BACKEND_DESCRIPTOR)) continue;
    for (int64_t k = 0; k < each->count * size_of(each->type); k++) fprintf(file, "%02x", (unsigned char)each->data[k]);
    fprintf(file, "\n");
  }
}

// What was read stays in memory, as what was destroyed does. 0 where it is no descriptor.
static descriptor *read_descriptor(FILE *file, cgpu_cudnn_handle handle) {
  descriptor *one = calloc(1, sizeof *one);
  int count = 0;
  *one = (descriptor){.magic = MAGIC, .is_final = 1};
  if (fscanf(file, "%d %d", &one->kind, &count) != 2 || count < 0 || count > MOST_ATTRIBUTES) return 0;
  for (; one->count < count; one->count++) {
    attribute *each = &one->attributes[one->count];
    long long elements = 0;
    if (fscanf(file, "%d %d %lld", &each->name, &each->type, &elements) != 3 || elements < 1 || elements > 64) return 0;
    each->count = elements;
    each->data = calloc((size_t)elements, (size_t)size_of(each->type));
    if (each->type == C(TYPE_HANDLE)) {
      memcpy(each->data, &handle, sizeof handle);
    } else if (each->type == C(TYPE_BACKEND_DESCRIPTOR)) {
      for (int k = 0; k < elements; k++) {
        descriptor *named = read_descriptor(file, handle);
        if (!named) return 0;
        memcpy(each->data + 8 * k, &named, sizeof named);
      }
    } else {
      for (int k = 0; k < elements * size_of(each->type); k++) {
        unsigned byte;
        if (fscanf(file, "%2x", &byte) != 1) return 0;
        each->data[k] = (char)byte;
      }
    }
  }
  return one;
}

static int read_plan(descriptor *one, const attribute *text, cgpu_cudnn_handle handle) {
  FILE *file = fmemopen(text->data, (size_t)text->count, "r");
  size_t made_by = 0;
  if (file && fscanf(file, "plan of fake cuDNN %zu by engine %d", &made_by, &one->engine) == 2 && made_by == version) {
    one->graph = read_descriptor(file, handle);
  }
  if (file) fclose(file);
  return one->graph != 0;
}

// With the zero at its end.
static int give_text(const descriptor *one, int64_t wanted, int64_t *count, void *elements) {
  char *text = 0;
  size_t length = 0;
  FILE *file = open_memstream(&text, &length);
  fprintf(file, "plan of fake cuDNN %zu by engine %d\n", version, one->engine);
  write_descriptor(file, one->graph);
  fclose(file);
  *count = (int64_t)length + 1;
  if (wanted > *count) wanted = *count;
  if (wanted > 0) memcpy(elements, text, (size_t)wanted);
  free(text);
  return 0;
}

static int check_plan(descriptor *one) {
  const cgpu_cudnn_handle *handle = data(one, C(ATTR_EXECUTION_PLAN_HANDLE));
  if (!handle || !*handle || (*handle)->magic != MAGIC) REFUSE("handle of a plan");
  const attribute *text = find(one, C(ATTR_EXECUTION_PLAN_JSON_REPRESENTATION));
  if (text) return read_plan(one, text, *handle) ? 0 : complain(NOT_SUPPORTED, "no text of a plan");
  const descriptor *configuration = other(one, C(ATTR_EXECUTION_PLAN_ENGINE_CONFIG));
  if (!configuration || !configuration->graph) REFUSE("a plan without a proposal");
  one->engine = configuration->engine;
  one->graph = configuration->graph;
  if (one->graph->magic != MAGIC || !first_of(one->graph)) REFUSE("a plan whose graph was destroyed");
  // As on a device, not all that is proposed can be made.
  const descriptor *x = convolution_of(first_of(one->graph)).x;
  if (one->engine == WITH_WORKSPACE && integers(x, C(ATTR_TENSOR_DIMENSIONS))[1] % 4) {
    return complain(NOT_SUPPORTED, "channels are no multiple of 4");
  }
  return 0;
}

API int cudnnBackendFinalize(void *thing) {
  BEGIN("cudnnBackendFinalize")
  descriptor *one = thing;
  if (!one || one->magic != MAGIC || one->is_final) REFUSE("what is made final");
  for (int i = 0; i < RULES; i++) {
    if (rules[i].kind == one->kind && rules[i].is_needed && !find(one, rules[i].name)) REFUSE("an attribute is missing");
  }
  int status = 0;
  switch (one->kind) {
    case C(BACKEND_TENSOR_DESCRIPTOR): status = check_tensor(one); break;
    case FORWARD:
    case FILTERS:
    case IMAGE: status = check_convolution(one); break;
    case POINTWISE: status = check_pointwise(one); break;
    case SUMS: status = check_sums(one); break;
    case NORMALISATION: status = check_normalisation(one); break;
    case NORM_GRADIENT: status = check_gradient_of_normalisation(one); break;
    case GRADIENT_SUMS: status = check_gradient_sums(one); break;
    case GRAPH: status = check_graph(one); break;
    case PLAN: status = check_plan(one); break;
    case C(BACKEND_ENGINEHEUR_DESCRIPTOR): {
      const descriptor *graph = other(one, C(ATTR_ENGINEHEUR_OPERATION_GRAPH));
      const descriptor *first = first_of(graph);
      if (!first) REFUSE("heuristics for a graph whose tensors were destroyed");
      const convolution all = convolution_of(first);
      const int is_last = is_channels_last(all.x) && (first->kind == FORWARD || is_channels_last(all.y));
      if (!is_last) status = complain(NOT_SUPPORTED, "images are not channels last");
      if (!is_channels_last(all.w)) status = complain(NOT_SUPPORTED, "filters are not channels last");
      const attribute *operations = find(graph, C(ATTR_OPERATIONGRAPH_OPS));
      const descriptor *last = ((descriptor *const *)operations->data)[operations->count - 1];
      const int is_summed = last->kind == SUMS;
      if (is_summed && (number(all.x, C(ATTR_TENSOR_DATA_TYPE)) == C(DATA_FLOAT) ||
                        integers(all.y, C(ATTR_TENSOR_DIMENSIONS))[1] % 8)) {
        status = complain(NOT_SUPPORTED, "sums are of 16-bit numbers, channels a multiple of 8");
      }
      const int is_normal = first->kind == NORMALISATION || first->kind == NORM_GRADIENT;
      if (first->kind == NORM_GRADIENT && !is_channels_last(other(first, OF_BACK(XDESC)))) {
        status = complain(NOT_SUPPORTED, "what was normalised is not channels last");
      }
      if (is_normal && (number(all.x, C(ATTR_TENSOR_DATA_TYPE)) == C(DATA_FLOAT) ||
                        integers(all.x, C(ATTR_TENSOR_DIMENSIONS))[1] % 8)) {
        status = complain(NOT_SUPPORTED, "16-bit numbers are normalised, channels a multiple of 8");
      }
      if (last->kind == GRADIENT_SUMS) {
        const descriptor *x = other(last, OF_GRADIENT(X_DESC));
        const int is_half = number(x, C(ATTR_TENSOR_DATA_TYPE)) == C(DATA_HALF) &&
                            number(all.y, C(ATTR_TENSOR_DATA_TYPE)) == C(DATA_HALF);
        if (!is_half || !is_channels_last(x) || integers(x, C(ATTR_TENSOR_DIMENSIONS))[1] % 8) {
          status = complain(NOT_SUPPORTED, "sums of gradients are of fp16, channels last and a multiple of 8");
        }
      }
      break;
    }
    default: break;
  }
  one->is_final = !status;
  return status;
}

// MARK: what is asked for

static int propose(const descriptor *one, int64_t wanted, int64_t *count, descriptor **places) {
  const int falls_back = number(one, C(ATTR_ENGINEHEUR_MODE)) == C(HEUR_MODE_FALLBACK);
  descriptor *graph = other(one, C(ATTR_ENGINEHEUR_OPERATION_GRAPH));
  if (!graph) REFUSE("heuristics without a graph");
  *count = 0;
  for (int engine = falls_back ? PLAIN : LOOSE; engine < (falls_back ? ENGINES : PLAIN) && *count < wanted; engine++) {
    descriptor *place = places[(*count)++];
    if (!place || place->magic != MAGIC || place->kind != C(BACKEND_ENGINECFG_DESCRIPTOR)) REFUSE("a place for a proposal");
    place->engine = engine;
    place->graph = graph;
    place->is_final = 1;
  }
  return 0;
}

API int cudnnBackendGetAttribute(void *thing, int name, int type, int64_t wanted, int64_t *count, void *elements) {
  BEGIN("cudnnBackendGetAttribute")
  const descriptor *one = thing;
  if (!one || one->magic != MAGIC || !one->is_final) REFUSE("what is asked is not final");
  if (one->kind == C(BACKEND_ENGINEHEUR_DESCRIPTOR) && name == C(ATTR_ENGINEHEUR_RESULTS)) {
    if (type != C(TYPE_BACKEND_DESCRIPTOR)) REFUSE("type of proposals");
    return propose(one, wanted, count, elements);
  }
  if (one->kind == C(BACKEND_ENGINECFG_DESCRIPTOR) && name == C(ATTR_ENGINECFG_ENGINE)) {
    descriptor *place = *(descriptor **)elements;
    if (type != C(TYPE_BACKEND_DESCRIPTOR) || wanted != 1 || !place || place->kind != C(BACKEND_ENGINE_DESCRIPTOR)) {
      REFUSE("a place for an engine");
    }
    place->engine = one->engine;
    place->is_final = 1;
    *count = 1;
    return 0;
  }
  if (one->kind == C(BACKEND_ENGINE_DESCRIPTOR) && name == C(ATTR_ENGINE_NUMERICAL_NOTE)) {
    static const int notes[] = {[LOOSE] = C(NUMERICAL_NOTE_NONDETERMINISTIC),
                                [TENSOR_CORES] = C(NUMERICAL_NOTE_TENSOR_CORE),
                                [LARGE_TILES] = C(NUMERICAL_NOTE_WINOGRAD_TILE_13x13)};
    if (type != C(TYPE_NUMERICAL_NOTE) || wanted < 1) REFUSE("type of notes");
    *count = one->engine < WITH_WORKSPACE;
    if (*count) *(int *)elements = notes[one->engine];
    return 0;
  }
  if (one->kind == C(BACKEND_ENGINE_DESCRIPTOR) && name == C(ATTR_ENGINE_BEHAVIOR_NOTE)) {
    if (type != C(TYPE_BEHAVIOR_NOTE)) REFUSE("type of notes");
    *count = 0;
    return 0;
  }
  if (one->kind == PLAN && name == C(ATTR_EXECUTION_PLAN_WORKSPACE_SIZE)) {
    if (type != C(TYPE_INT64) || wanted != 1) REFUSE("type of a size");
    *(int64_t *)elements = one->engine == WITH_WORKSPACE ? WORKSPACE : 0;
    *count = 1;
    return 0;
  }
  if (one->kind == PLAN && name == C(ATTR_EXECUTION_PLAN_JSON_REPRESENTATION)) {
    if (type != C(TYPE_CHAR)) REFUSE("type of a text");
    return give_text(one, wanted, count, elements);
  }
  REFUSE("what is asked the descriptor does not know");
}

// MARK: work

typedef struct {
  char *base;
  int type;
  int64_t shape[4], strides[4];
} tensor;
typedef struct {
  int mode;
  float lower, upper, slope;
  tensor operand;
} following;
typedef struct {
  tensor x, w, y;
  int64_t padding[2], dilation[2], stride[2];
  int engine, count;
  char *workspace;
  following steps[MOST_STEPS];
  // What is computed.
  int kind;
  // Of the results as they are stored; their bases are 0 where nothing is summed.
  tensor sums, squares;
  // Of an image's gradient that is rectified and summed: x, mean, 1/σ, γ and β, sums of the products of the gradient
  // and what was normalised, and what nobody is to read. Of a normalisation's gradient the same without γ, which stands
  // for filters, and β.
  tensor normalised;
  const float *mean, *deviation, *gamma, *beta;
  float *products, *unread[3];
  // Of a normalisation with γ for filters, and β: means and 1/√(σ² + ε), as they are stored.
  float *moments[2];
  float epsilon;
} convolution_work;

static float applied(const following *step, float value, int64_t n, int64_t c, int64_t y, int64_t x) {
  switch (step->mode) {
    case C(POINTWISE_ADD): {
      const tensor *b = &step->operand;
      const int64_t place[] = {n, c, y, x};
      int64_t at = 0;
      for (int i = 0; i < 4; i++) at += b->shape[i] == 1 ? 0 : place[i] * b->strides[i];
      return value + fake_load(b->base, at, b->type);
    }
    case C(POINTWISE_RELU_FWD):
      if (value < step->lower) return step->lower + step->slope * (value - step->lower);
      return value > step->upper ? step->upper : value;
    case C(POINTWISE_TANH_FWD): return tanhf(value);
    case C(POINTWISE_SIGMOID_FWD): return 1 / (1 + expf(-value));
    case C(POINTWISE_ELU_FWD): return value > 0 ? value : expm1f(value);
    case C(POINTWISE_GELU_FWD): return value / 2 * erfcf(value * -0.70710678f);
    case C(POINTWISE_SOFTPLUS_FWD): return (value > 0 ? value : 0) + log1pf(expf(-fabsf(value)));
    case C(POINTWISE_SWISH_FWD): return value / (1 + expf(-value));
    default: return NAN;
  }
}

static float products(const convolution_work *a, int64_t n, int64_t k, int64_t y, int64_t x) {
  const int64_t channels = a->w.shape[1], group = k / (a->w.shape[0] / (a->x.shape[1] / channels));
  float sum = 0;
  for (int64_t r = 0; r < a->w.shape[2]; r++) {
    const int64_t from_y = y * a->stride[0] - a->padding[0] + r * a->dilation[0];
    if (from_y < 0 || from_y >= a->x.shape[2]) continue;
    for (int64_t s = 0; s < a->w.shape[3]; s++) {
      const int64_t from_x = x * a->stride[1] - a->padding[1] + s * a->dilation[1];
      if (from_x < 0 || from_x >= a->x.shape[3]) continue;
      const int64_t at = n * a->x.strides[0] + group * channels * a->x.strides[1] + from_y * a->x.strides[2] +
                         from_x * a->x.strides[3];
      const int64_t weight = k * a->w.strides[0] + r * a->w.strides[2] + s * a->w.strides[3];
      for (int64_t c = 0; c < channels; c++) {
        float u = fake_load(a->x.base, at + c * a->x.strides[1], a->x.type);
        float v = fake_load(a->w.base, weight + c * a->w.strides[1], a->w.type);
        if (a->engine == TENSOR_CORES) u = fake_tf32(u), v = fake_tf32(v);
        sum += u * v;
      }
    }
  }
  // Engines that netc must not take give numbers that nobody can take for right.
  return a->engine == LOOSE || a->engine == LARGE_TILES ? 1.01f * sum : sum;
}

// Of one filter, channel of its group and tap, over all images and pixels.
static float gradient(const convolution_work *a, int64_t k, int64_t c, int64_t r, int64_t s) {
  const int64_t channels = a->w.shape[1], group = k / (a->w.shape[0] / (a->x.shape[1] / channels));
  float sum = 0;
  for (int64_t n = 0; n < a->y.shape[0]; n++) {
    for (int64_t y = 0; y < a->y.shape[2]; y++) {
      const int64_t from_y = y * a->stride[0] - a->padding[0] + r * a->dilation[0];
      if (from_y < 0 || from_y >= a->x.shape[2]) continue;
      for (int64_t x = 0; x < a->y.shape[3]; x++) {
        const int64_t from_x = x * a->stride[1] - a->padding[1] + s * a->dilation[1];
        if (from_x < 0 || from_x >= a->x.shape[3]) continue;
        float u = fake_load(a->x.base, n * a->x.strides[0] + (group * channels + c) * a->x.strides[1] +
                                           from_y * a->x.strides[2] + from_x * a->x.strides[3], a->x.type);
        float v = fake_load(a->y.base, n * a->y.strides[0] + k * a->y.strides[1] + y * a->y.strides[2] +
                                           x * a->y.strides[3], a->y.type);
        if (a->engine == TENSOR_CORES) u = fake_tf32(u), v = fake_tf32(v);
        sum += u * v;
      }
    }
  }
  return a->engine == LOOSE || a->engine == LARGE_TILES ? 1.01f * sum : sum;
}

// Of one pixel and channel, over all filters and taps that read it.
static float image_gradient(const convolution_work *a, int64_t n, int64_t channel, int64_t y, int64_t x) {
  const int64_t channels = a->w.shape[1], group = channel / channels;
  const int64_t filters = a->w.shape[0] / (a->x.shape[1] / channels);
  float sum = 0;
  for (int64_t r = 0; r < a->w.shape[2]; r++) {
    const int64_t down = y + a->padding[0] - r * a->dilation[0];
    if (down < 0 || down % a->stride[0] || down / a->stride[0] >= a->y.shape[2]) continue;
    for (int64_t s = 0; s < a->w.shape[3]; s++) {
      const int64_t across = x + a->padding[1] - s * a->dilation[1];
      if (across < 0 || across % a->stride[1] || across / a->stride[1] >= a->y.shape[3]) continue;
      for (int64_t k = group * filters; k < (group + 1) * filters; k++) {
        float u = fake_load(a->y.base, n * a->y.strides[0] + k * a->y.strides[1] +
                                           down / a->stride[0] * a->y.strides[2] +
                                           across / a->stride[1] * a->y.strides[3], a->y.type);
        float v = fake_load(a->w.base, k * a->w.strides[0] + channel % channels * a->w.strides[1] +
                                           r * a->w.strides[2] + s * a->w.strides[3], a->w.type);
        if (a->engine == TENSOR_CORES) u = fake_tf32(u), v = fake_tf32(v);
        sum += u * v;
      }
    }
  }
  return a->engine == LOOSE || a->engine == LARGE_TILES ? 1.01f * sum : sum;
}

static float element(const tensor *t, int64_t n, int64_t c, int64_t y, int64_t x) {
  const int64_t *s = t->strides;
  return fake_load(t->base, n * s[0] + c * s[1] + y * s[2] + x * s[3], t->type);
}

// Of one channel, in two passes.
static void take_moments(const convolution_work *a, int64_t c) {
  const int64_t *shape = a->x.shape, pixels = shape[0] * shape[2] * shape[3];
  // Mean, then variance.
  double moments[2] = {0, 0};
  for (int pass = 0; pass < 2; pass++) {
    double sum = 0;
    for (int64_t i = 0; i < pixels; i++) {
      const int64_t n = i / (shape[2] * shape[3]), y = i / shape[3] % shape[2], x = i % shape[3];
      const double value = element(&a->x, n, c, y, x) - moments[0];
      sum += pass ? value * value : value;
    }
    moments[pass] = sum / (double)pixels;
  }
  a->moments[0][c] = (float)moments[0];
  a->moments[1][c] = (float)(1 / sqrt(moments[1] + a->epsilon));
}

static float scaled(const convolution_work *a, int64_t n, int64_t c, int64_t y, int64_t x) {
  const double gamma = fake_load(a->w.base, c * a->w.strides[1], a->w.type);
  const double value = ((double)element(&a->x, n, c, y, x) - a->moments[0][c]) * a->moments[1][c];
  const float result = (float)(gamma * value + a->beta[c]);
  return a->engine == LOOSE || a->engine == LARGE_TILES ? 1.01f * result : result;
}

// What was normalised, of one pixel and channel.
static double normalised(const convolution_work *a, int64_t n, int64_t c, int64_t y, int64_t x) {
  const int64_t *s = a->normalised.strides;
  const double value = fake_load(a->normalised.base, n * s[0] + c * s[1] + y * s[2] + x * s[3], a->normalised.type);
  return (value - a->mean[c]) * a->deviation[c];
}

// Of one channel: Σg and Σg·x̂.
static void sum_gradients(const convolution_work *a, int64_t c) {
  const int64_t *shape = a->y.shape;
  double sum = 0, products = 0;
  for (int64_t n = 0; n < shape[0]; n++) {
    for (int64_t y = 0; y < shape[2]; y++) {
      for (int64_t x = 0; x < shape[3]; x++) {
        const double g = element(&a->y, n, c, y, x);
        sum += g;
        products += g * normalised(a, n, c, y, x);
      }
    }
  }
  fake_store(a->sums.base, c * a->sums.strides[1], a->sums.type, (float)sum);
  a->products[c] = (float)products;
}

static float normalised_gradient(const convolution_work *a, int64_t n, int64_t c, int64_t y, int64_t x) {
  const double pixels = (double)(a->y.shape[0] * a->y.shape[2] * a->y.shape[3]);
  const double sum = fake_load(a->sums.base, c * a->sums.strides[1], a->sums.type);
  const double scale = (double)fake_load(a->w.base, c * a->w.strides[1], a->w.type) * a->deviation[c];
  const double mean = (sum + normalised(a, n, c, y, x) * a->products[c]) / pixels;
  const float result = (float)(scale * (element(&a->y, n, c, y, x) - mean));
  return a->engine == LOOSE || a->engine == LARGE_TILES ? 1.01f * result : result;
}

static float result_of(const convolution_work *a, int64_t n, int64_t c, int64_t y, int64_t x) {
  if (a->kind == FILTERS) return gradient(a, n, c, y, x);
  if (a->kind == NORM_GRADIENT) return normalised_gradient(a, n, c, y, x);
  if (a->products && !(a->gamma[c] * normalised(a, n, c, y, x) + a->beta[c] > 0)) return 0;
  if (a->kind == IMAGE) return image_gradient(a, n, c, y, x);
  float value = a->kind == NORMALISATION ? scaled(a, n, c, y, x) : products(a, n, c, y, x);
  for (int i = 0; i < a->count; i++) value = applied(&a->steps[i], value, n, c, y, x);
  return value;
}

static int convolve(const void *arguments) {
  const convolution_work *a = arguments;
  if (a->workspace) memset(a->workspace, 0x5a, WORKSPACE);
  const int is_image = a->kind == IMAGE || a->kind == NORM_GRADIENT;
  const tensor *made = a->kind == FILTERS ? &a->w : is_image ? &a->x : &a->y;
  const int64_t *s = made->strides;
  for (int64_t c = 0; a->kind == NORMALISATION && c < made->shape[1]; c++) take_moments(a, c);
  for (int64_t c = 0; a->kind == NORM_GRADIENT && c < made->shape[1]; c++) sum_gradients(a, c);
  for (int64_t n = 0; n < made->shape[0]; n++) {
    for (int64_t y = 0; y < made->shape[2]; y++) {
      for (int64_t x = 0; x < made->shape[3]; x++) {
        for (int64_t c = 0; c < made->shape[1]; c++) {
          fake_store(made->base, n * s[0] + c * s[1] + y * s[2] + x * s[3], made->type, result_of(a, n, c, y, x));
        }
      }
    }
  }
  for (int64_t c = 0; a->kind != NORM_GRADIENT && a->sums.base && c < made->shape[1]; c++) {
    float sum = 0, squares = 0;
    double products = 0;
    for (int64_t n = 0; n < made->shape[0]; n++) {
      for (int64_t y = 0; y < made->shape[2]; y++) {
        for (int64_t x = 0; x < made->shape[3]; x++) {
          const float value = fake_load(made->base, n * s[0] + c * s[1] + y * s[2] + x * s[3], made->type);
          sum += value;
          squares += value * value;
          if (a->products) products += value * normalised(a, n, c, y, x);
        }
      }
    }
    fake_store(a->sums.base, c * a->sums.strides[1], a->sums.type, sum);
    if (a->squares.base) fake_store(a->squares.base, c * a->squares.strides[1], a->squares.type, squares);
    if (a->products) a->products[c] = (float)products;
    for (int i = 0; i < 3 && a->products; i++) a->unread[i][c] = NAN;
  }
  return 0;
}

// What a pack gives for a tensor; 0 where it does not lie in memory as it was described.
static int located(const descriptor *pack, const descriptor *one, tensor *result) {
  const attribute *names = find(pack, C(ATTR_VARIANT_PACK_UNIQUE_IDS));
  const attribute *pointers = find(pack, C(ATTR_VARIANT_PACK_DATA_POINTERS));
  if (names->count != pointers->count) return 0;
  const int type = number(one, C(ATTR_TENSOR_DATA_TYPE));
  result->type = type == C(DATA_FLOAT) ? FAKE_FLOAT : type == C(DATA_HALF) ? FAKE_HALF : FAKE_BFLOAT16;
  memcpy(result->shape, integers(one, C(ATTR_TENSOR_DIMENSIONS)), sizeof result->shape);
  memcpy(result->strides, integers(one, C(ATTR_TENSOR_STRIDES)), sizeof result->strides);
  size_t last = 0;
  for (int i = 0; i < 4; i++) last += (size_t)((result->shape[i] - 1) * result->strides[i]);
  for (int i = 0; i < names->count; i++) {
    if (((const int64_t *)names->data)[i] != name_of(one)) continue;
    result->base = ((char *const *)pointers->data)[i];
    return (uintptr_t)result->base % (uintptr_t)*integers(one, C(ATTR_TENSOR_BYTE_ALIGNMENT)) == 0 &&
           driver->holds((cgpu_address)result->base, (last + 1) * fake_bytes(result->type));
  }
  return 0;
}

// The numbers of a vector of fp32; 0 where they do not lie as they were described.
static float *vector(const descriptor *pack, const descriptor *one) {
  tensor found;
  return located(pack, one, &found) ? (float *)found.base : 0;
}

// The operands and results of the sums of a gradient; 0 where one is not where it was described.
static int locate_sums(const descriptor *pack, descriptor *const *list, convolution_work *work) {
  const descriptor *sums = list[SUMMED];
  work->mean = vector(pack, other(sums, OF_GRADIENT(MEAN_DESC)));
  work->deviation = vector(pack, other(sums, OF_GRADIENT(INVSTD_DESC)));
  work->gamma = vector(pack, other(sums, OF_GRADIENT(BN_SCALE_DESC)));
  work->beta = vector(pack, other(list[PLUS_BETA], C(ATTR_OPERATION_POINTWISE_BDESC)));
  work->products = vector(pack, other(sums, OF_GRADIENT(DBN_SCALE_DESC)));
  static const int unread[] = {OF_GRADIENT(EQ_DY_SCALE_DESC), OF_GRADIENT(EQ_X_SCALE_DESC), OF_GRADIENT(EQ_BIAS)};
  for (int i = 0; i < 3; i++) {
    work->unread[i] = vector(pack, other(sums, unread[i]));
    if (!work->unread[i]) return 0;
  }
  return work->mean && work->deviation && work->gamma && work->beta && work->products &&
         located(pack, other(sums, OF_GRADIENT(X_DESC)), &work->normalised) &&
         located(pack, other(sums, OF_GRADIENT(DBN_BIAS_DESC)), &work->sums);
}

// The same of a normalisation's gradient.
static int locate_gradient(const descriptor *pack, const descriptor *one, convolution_work *work) {
  work->mean = vector(pack, other(one, OF_BACK(MEAN_DESC)));
  work->deviation = vector(pack, other(one, OF_BACK(INV_VARIANCE_DESC)));
  work->products = vector(pack, other(one, OF_BACK(DSCALE_DESC)));
  return work->mean && work->deviation && work->products &&
         located(pack, other(one, OF_BACK(XDESC)), &work->normalised) &&
         located(pack, other(one, OF_BACK(DBIAS_DESC)), &work->sums);
}

// A number that a pack gives by its address on the host; NaN where it does not.
static float number_given(const descriptor *pack, const descriptor *one) {
  const attribute *names = find(pack, C(ATTR_VARIANT_PACK_UNIQUE_IDS));
  const attribute *pointers = find(pack, C(ATTR_VARIANT_PACK_DATA_POINTERS));
  for (int i = 0; i < names->count && names->count == pointers->count; i++) {
    const float *found = ((float *const *)pointers->data)[i];
    if (((const int64_t *)names->data)[i] == name_of(one) && found) return *found;
  }
  return NAN;
}

static float real(const descriptor *one, int name, float usual) {
  const double *found = data(one, name);
  return found ? (float)*found : usual;
}

API int cudnnBackendExecute(cgpu_cudnn_handle handle, void *thing, void *values) {
  BEGIN("cudnnBackendExecute")
  descriptor *plan = thing;
  const descriptor *pack = values;
  if (!handle || handle->magic != MAGIC || !handle->stream) REFUSE("handle, or its stream");
  if (!plan || plan->magic != MAGIC || plan->kind != PLAN || !plan->is_final) REFUSE("a plan that is not final");
  if (!pack || pack->magic != MAGIC || pack->kind != PACK || !pack->is_final) REFUSE("a pack that is not final");
  const attribute *operations = find(plan->graph, C(ATTR_OPERATIONGRAPH_OPS));
  descriptor *const *list = (descriptor *const *)operations->data;
  const convolution all = convolution_of(list[0]);
  const descriptor *c = all.c, *result = all.y;
  convolution_work work = {.engine = plan->engine, .count = (int)operations->count - 1};
  work.kind = list[0]->kind;
  const descriptor *image = all.x;
  if (work.kind == IMAGE && work.count) {
    work.count = 0;
    image = other(list[RECTIFIED], C(ATTR_OPERATION_POINTWISE_DXDESC));
    if (!locate_sums(pack, list, &work)) REFUSE("sums of a gradient that are not where they were described");
  }
  if (work.kind == NORMALISATION) {
    work.beta = vector(pack, other(list[0], OF_NORM(BIAS_DESC)));
    work.moments[0] = vector(pack, other(list[0], OF_NORM(MEAN_DESC)));
    work.moments[1] = vector(pack, other(list[0], OF_NORM(INV_VARIANCE_DESC)));
    work.epsilon = number_given(pack, other(list[0], OF_NORM(EPSILON_DESC)));
    if (!work.beta || !work.moments[0] || !work.moments[1] || !(work.epsilon > 0)) {
      REFUSE("numbers of a normalisation that are not where they were described");
    }
  }
  if (work.kind == NORM_GRADIENT && !locate_gradient(pack, list[0], &work)) {
    REFUSE("numbers of a normalisation's gradient that are not where they were described");
  }
  if (work.count && list[1]->kind == SUMS) {
    work.count = 0;
    if (!located(pack, other(list[1], C(ATTR_OPERATION_GENSTATS_SUMDESC)), &work.sums) ||
        !located(pack, other(list[1], C(ATTR_OPERATION_GENSTATS_SQSUMDESC)), &work.squares)) {
      REFUSE("sums that are not where they were described");
    }
  }
  if (!located(pack, image, &work.x) || !located(pack, all.w, &work.w)) {
    REFUSE("an operand that is not where it was described");
  }
  if (c) {
    memcpy(work.padding, integers(c, C(ATTR_CONVOLUTION_PRE_PADDINGS)), sizeof work.padding);
    memcpy(work.dilation, integers(c, C(ATTR_CONVOLUTION_DILATIONS)), sizeof work.dilation);
    memcpy(work.stride, integers(c, C(ATTR_CONVOLUTION_FILTER_STRIDES)), sizeof work.stride);
  }
  for (int i = 0; i < work.count; i++) {
    const descriptor *operation = list[1 + i], *mode = other(operation, C(ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR));
    following *step = &work.steps[i];
    step->mode = number(mode, C(ATTR_POINTWISE_MODE));
    step->lower = real(mode, C(ATTR_POINTWISE_RELU_LOWER_CLIP), 0);
    step->upper = real(mode, C(ATTR_POINTWISE_RELU_UPPER_CLIP), INFINITY);
    step->slope = real(mode, C(ATTR_POINTWISE_RELU_LOWER_CLIP_SLOPE), 0);
    const descriptor *operand = other(operation, C(ATTR_OPERATION_POINTWISE_BDESC));
    if (operand && !located(pack, operand, &step->operand)) REFUSE("an operand that is not where it was described");
    result = other(operation, C(ATTR_OPERATION_POINTWISE_YDESC));
  }
  if (!located(pack, result, &work.y)) REFUSE("a result that is not where it was described");
  if (work.kind == NORM_GRADIENT && (work.x.base == work.y.base || work.x.base == work.normalised.base)) {
    REFUSE("a gradient that lies where something is that is read twice");
  }
  if (plan->engine == WITH_WORKSPACE) {
    char *const *workspace = data(pack, C(ATTR_VARIANT_PACK_WORKSPACE));
    if (!workspace || !driver->holds((cgpu_address)*workspace, WORKSPACE)) REFUSE("too small a workspace");
    work.workspace = *workspace;
  }
  // The library loads the kernels of a plan when it first runs.
  if (!plan->is_loaded) {
    if (driver->is_capturing(handle->stream)) REFUSE("kernels cannot be loaded while a stream is captured");
    plan->is_loaded = 1;
  }
  const void *used[] = {
      work.x.base, work.w.base, work.y.base, work.workspace, work.sums.base, work.squares.base, work.normalised.base,
      work.mean, work.deviation, work.gamma, work.beta, work.products, work.unread[0], work.unread[1], work.unread[2],
      work.moments[0], work.moments[1]};
  enum { USED = sizeof used / sizeof *used };
  cgpu_address tensors[USED];
  for (int i = 0; i < USED; i++) tensors[i] = (cgpu_address)used[i];
  for (int i = 0; i < work.count; i++) tensors[4 + i] = (cgpu_address)work.steps[i].operand.base;
  return driver->enqueue(handle->stream, convolve, &work, sizeof work, tensors, USED) ? EXECUTION_FAILED : 0;
}
