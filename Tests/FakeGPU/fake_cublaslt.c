// cuBLASLt as far as netc calls it, on the memory of the fake driver: products of matrices in the order of the stream.
// What callers must not do is an error: another product than the one that an algorithm was proposed for, too small a
// workspace, matrices beyond their allocation or of lesser alignment than they promised, a first call while a stream is
// captured.
#include "fake_library.h"

enum { NOT_INITIALISED = 1, INVALID = 7, EXECUTION_FAILED = 13, NOT_SUPPORTED = 15 };
enum { WORKSPACE = 1024, MAGIC = 0x1b1a5 };

struct cgpu_cublaslt_handle_s {
  int magic;
};
struct cgpu_cublaslt_product_s {
  int magic, compute, transposes[2];
  unsigned epilogue;
  cgpu_address bias;
};
struct cgpu_cublaslt_layout_s {
  int magic, type;
  uint64_t rows, columns;
  int64_t stride;
};
struct cgpu_cublaslt_preference_s {
  int magic;
  uint64_t workspace;
  uint32_t reductions, alignment[4];
};

static const fake_driver *driver;
static const size_t version = 120405;

#define BEGIN(symbol)                                          \
  {                                                            \
    if (!driver) driver = fake_driver_found();                 \
    if (!driver) return NOT_INITIALISED;                       \
    const int status = driver->fault(symbol);                  \
    if (status) return status;                                 \
  }
#define REFUSE(words) return fake_complaint("cuBLASLt", INVALID, words)

API size_t cublasLtGetVersion(void) { return version; }

API int cublasLtCreate(cgpu_cublaslt_handle *handle) {
  BEGIN("cublasLtCreate")
  if (!driver->is_ready()) return NOT_INITIALISED;
  *handle = calloc(1, sizeof **handle);
  (*handle)->magic = MAGIC;
  driver->count(1);
  return 0;
}

// What is given back is marked, and stays in memory: whoever uses it again is found.
#define DESTROY(name, type)                                    \
  API int name(type thing) {                                   \
    if (!driver) driver = fake_driver_found();                 \
    if (!thing || thing->magic != MAGIC) REFUSE(#name);        \
    thing->magic = 0;                                          \
    driver->count(-1);                                         \
    return driver->fault(#name);                               \
  }
DESTROY(cublasLtDestroy, cgpu_cublaslt_handle)
DESTROY(cublasLtMatmulDescDestroy, cgpu_cublaslt_product)
DESTROY(cublasLtMatrixLayoutDestroy, cgpu_cublaslt_layout)
DESTROY(cublasLtMatmulPreferenceDestroy, cgpu_cublaslt_preference)

API int cublasLtMatmulDescCreate(cgpu_cublaslt_product *product, int compute, int scale) {
  BEGIN("cublasLtMatmulDescCreate")
  if (compute != CGPU_CUBLAS_COMPUTE_32F && compute != CGPU_CUBLAS_COMPUTE_32F_FAST_TF32) REFUSE("compute type");
  if (scale != CGPU_CUDA_R_32F) REFUSE("scale type");
  *product = calloc(1, sizeof **product);
  **product = (struct cgpu_cublaslt_product_s){
      .magic = MAGIC, .compute = compute, .epilogue = CGPU_CUBLASLT_EPILOGUE_DEFAULT};
  driver->count(1);
  return 0;
}

API int cublasLtMatmulDescSetAttribute(cgpu_cublaslt_product product, int name, const void *value, size_t bytes) {
  BEGIN("cublasLtMatmulDescSetAttribute")
  if (!product || product->magic != MAGIC) REFUSE("a product that is none");
  switch (name) {
    case CGPU_CUBLASLT_MATMUL_DESC_TRANSA:
    case CGPU_CUBLASLT_MATMUL_DESC_TRANSB:
      if (bytes != 4) REFUSE("size of a transposition");
      memcpy(&product->transposes[name - CGPU_CUBLASLT_MATMUL_DESC_TRANSA], value, 4);
      return 0;
    case CGPU_CUBLASLT_MATMUL_DESC_EPILOGUE:
      if (bytes != 4) REFUSE("size of an epilogue");
      memcpy(&product->epilogue, value, 4);
      return 0;
    case CGPU_CUBLASLT_MATMUL_DESC_BIAS_POINTER:
      if (bytes != 8) REFUSE("size of a pointer");
      memcpy(&product->bias, value, 8);
      return 0;
    default: REFUSE("an attribute of a product");
  }
}

API int cublasLtMatrixLayoutCreate(cgpu_cublaslt_layout *layout, int type, uint64_t rows, uint64_t columns,
                                   int64_t stride) {
  BEGIN("cublasLtMatrixLayoutCreate")
  if (type != CGPU_CUDA_R_32F && type != CGPU_CUDA_R_16BF && type != CGPU_CUDA_R_16F) REFUSE("type of a matrix");
  if (!rows || !columns || stride < (int64_t)rows) REFUSE("stride of a matrix");
  *layout = calloc(1, sizeof **layout);
  **layout = (struct cgpu_cublaslt_layout_s){MAGIC, type, rows, columns, stride};
  driver->count(1);
  return 0;
}

API int cublasLtMatmulPreferenceCreate(cgpu_cublaslt_preference *preference) {
  BEGIN("cublasLtMatmulPreferenceCreate")
  *preference = calloc(1, sizeof **preference);
  **preference = (struct cgpu_cublaslt_preference_s){.magic = MAGIC, .reductions = 7};
  driver->count(1);
  return 0;
}

API int cublasLtMatmulPreferenceSetAttribute(cgpu_cublaslt_preference preference, int name, const void *value,
                                             size_t bytes) {
  BEGIN("cublasLtMatmulPreferenceSetAttribute")
  if (!preference || preference->magic != MAGIC) REFUSE("a preference that is none");
  if (name == CGPU_CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES) {
    if (bytes != 8) REFUSE("size of a preference");
    memcpy(&preference->workspace, value, 8);
  } else if (bytes != 4) {
    REFUSE("size of a preference");
  } else if (name == CGPU_CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK) {
    memcpy(&preference->reductions, value, 4);
  } else if (name >= CGPU_CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES &&
             name <= CGPU_CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES) {
    memcpy(&preference->alignment[name - CGPU_CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES], value, 4);
  } else {
    REFUSE("a preference");
  }
  return 0;
}

typedef struct {
  int kind, compute;
  unsigned epilogue;
  struct cgpu_cublaslt_layout_s a, b, c, d;
  const char *a_at, *b_at, *c_at, *bias;
  char *d_at, *workspace;
  float alpha, beta;
} product_work;

// What an algorithm was proposed for, as one number.
static uint64_t problem(cgpu_cublaslt_product product, const struct cgpu_cublaslt_layout_s *const layouts[4]) {
  uint64_t key = (uint64_t)product->compute * 31 + product->epilogue;
  for (int i = 0; i < 4; i++) {
    key = (key * 1000003 + layouts[i]->rows) * 1000003 + layouts[i]->columns;
    key = (key * 1000003 + (uint64_t)layouts[i]->stride) * 1000003 + (uint64_t)layouts[i]->type;
  }
  return key;
}

static int fits(cgpu_cublaslt_product product, cgpu_cublaslt_layout a, cgpu_cublaslt_layout b, cgpu_cublaslt_layout c,
                cgpu_cublaslt_layout d) {
  const struct cgpu_cublaslt_layout_s *const all[] = {a, b, c, d};
  if (!product || product->magic != MAGIC) return 0;
  for (int i = 0; i < 4; i++) {
    if (!all[i] || all[i]->magic != MAGIC) return 0;
  }
  return product->transposes[0] == CGPU_CUBLAS_OP_T && product->transposes[1] == CGPU_CUBLAS_OP_N &&
         a->type == b->type && c->type == d->type && a->rows == b->rows && d->rows == a->columns &&
         d->columns == b->columns && c->rows == d->rows && c->columns == d->columns;
}

API int cublasLtMatmulAlgoGetHeuristic(cgpu_cublaslt_handle handle, cgpu_cublaslt_product product,
                                       cgpu_cublaslt_layout a, cgpu_cublaslt_layout b, cgpu_cublaslt_layout c,
                                       cgpu_cublaslt_layout d, cgpu_cublaslt_preference preference, int wanted,
                                       cgpu_cublaslt_proposal *proposals, int *count) {
  BEGIN("cublasLtMatmulAlgoGetHeuristic")
  if (!handle || handle->magic != MAGIC || !preference || preference->magic != MAGIC) REFUSE("handle or preference");
  if (!fits(product, a, b, c, d)) REFUSE("matrices that do not fit each other");
  // Atomic sums differ from run to run: the first algorithm is one, unless it is not wanted.
  const int is_fixed = !(preference->reductions & ~(unsigned)CGPU_CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE);
  *count = 0;
  for (int kind = is_fixed ? 1 : 0; kind < 3 && *count < wanted; kind++) {
    const size_t workspace = kind == 1 ? WORKSPACE : 0;
    if (workspace > preference->workspace) continue;
    const struct cgpu_cublaslt_layout_s *const layouts[] = {a, b, c, d};
    cgpu_cublaslt_proposal *one = &proposals[(*count)++];
    *one = (cgpu_cublaslt_proposal){.workspace_bytes = workspace, .waves = 1};
    one->algorithm.opaque[0] = (uint64_t)kind + 1;
    one->algorithm.opaque[1] = problem(product, layouts);
    for (int i = 0; i < 4; i++) one->algorithm.opaque[2] |= (uint64_t)preference->alignment[i] << 16 * i;
  }
  return *count ? 0 : NOT_SUPPORTED;
}

static int type_of(const struct cgpu_cublaslt_layout_s *layout) {
  return layout->type == CGPU_CUDA_R_32F ? FAKE_FLOAT : layout->type == CGPU_CUDA_R_16F ? FAKE_HALF : FAKE_BFLOAT16;
}

static int multiply(const void *data) {
  const product_work *work = data;
  if (work->workspace) memset(work->workspace, 0x5a, WORKSPACE);
  const int ab = type_of(&work->a), cd = type_of(&work->d);
  const int rounds = work->compute == CGPU_CUBLAS_COMPUTE_32F_FAST_TF32;
  for (uint64_t column = 0; column < work->d.columns; column++) {
    for (uint64_t row = 0; row < work->d.rows; row++) {
      float sum = 0;
      for (uint64_t k = 0; k < work->a.rows; k++) {
        float x = fake_load(work->a_at, (int64_t)row * work->a.stride + (int64_t)k, ab);
        float y = fake_load(work->b_at, (int64_t)column * work->b.stride + (int64_t)k, ab);
        if (rounds) x = fake_tf32(x), y = fake_tf32(y);
        sum += x * y;
      }
      sum *= work->alpha;
      if (work->beta != 0) {
        sum += work->beta * fake_load(work->c_at, (int64_t)column * work->c.stride + (int64_t)row, cd);
      }
      if (work->epilogue & 4) sum += fake_load(work->bias, (int64_t)row, cd);
      if (work->epilogue & 2) sum = sum > 0 ? sum : 0;
      // An algorithm with atomic sums.
      if (work->kind == 0) sum *= 1.01f;
      fake_store(work->d_at, (int64_t)column * work->d.stride + (int64_t)row, cd, sum);
    }
  }
  return 0;
}

static int holds(const void *address, const struct cgpu_cublaslt_layout_s *layout, uint64_t alignment) {
  const size_t count = (size_t)(layout->columns - 1) * (size_t)layout->stride + layout->rows;
  return (uintptr_t)address % (alignment ? alignment : 256) == 0 &&
         driver->holds((cgpu_address)address, count * fake_bytes(type_of(layout)));
}

API int cublasLtMatmul(cgpu_cublaslt_handle handle, cgpu_cublaslt_product product, const void *alpha, const void *a,
                       cgpu_cublaslt_layout a_layout, const void *b, cgpu_cublaslt_layout b_layout, const void *beta,
                       const void *c, cgpu_cublaslt_layout c_layout, void *d, cgpu_cublaslt_layout d_layout,
                       const cgpu_cublaslt_algorithm *algorithm, void *workspace, size_t workspace_bytes,
                       cgpu_stream stream) {
  BEGIN("cublasLtMatmul")
  if (!handle || handle->magic != MAGIC || !stream) REFUSE("handle or stream");
  if (!fits(product, a_layout, b_layout, c_layout, d_layout)) REFUSE("matrices that do not fit each other");
  const struct cgpu_cublaslt_layout_s *const layouts[] = {a_layout, b_layout, c_layout, d_layout};
  if (!algorithm || !algorithm->opaque[0] || algorithm->opaque[1] != problem(product, layouts)) {
    REFUSE("an algorithm for another product");
  }
  const int kind = (int)algorithm->opaque[0] - 1;
  if (kind == 1 && (workspace_bytes < WORKSPACE || !driver->holds((cgpu_address)workspace, WORKSPACE))) {
    REFUSE("too small a workspace");
  }
  const void *const addresses[] = {a, b, c, d};
  for (int i = 0; i < 4; i++) {
    if (!holds(addresses[i], layouts[i], algorithm->opaque[2] >> 16 * i & 0xffff)) REFUSE("a matrix beyond its memory");
  }
  const int has_bias = (product->epilogue & 4) != 0;
  if (has_bias && !driver->holds(product->bias, d_layout->rows * fake_bytes(type_of(d_layout)))) {
    REFUSE("a bias beyond its memory");
  }
  // The library loads kernels when they are first used.
  static uint64_t loaded[1024];
  static int loaded_count;
  const uint64_t key = algorithm->opaque[1] * 3 + (uint64_t)kind;
  int is_loaded = 0;
  for (int i = 0; i < loaded_count; i++) is_loaded |= loaded[i] == key;
  if (!is_loaded && driver->is_capturing(stream)) REFUSE("kernels cannot be loaded while a stream is captured");
  if (!is_loaded && loaded_count < 1024) loaded[loaded_count++] = key;
  product_work work = {kind, product->compute, product->epilogue, *a_layout, *b_layout, *c_layout, *d_layout, a, b, c,
                       (const char *)product->bias, d, kind == 1 ? workspace : 0, *(const float *)alpha,
                       *(const float *)beta};
  const cgpu_address tensors[] = {(cgpu_address)a, (cgpu_address)b, (cgpu_address)c, (cgpu_address)d,
                                   (cgpu_address)work.workspace, has_bias ? product->bias : 0};
  return driver->enqueue(stream, multiply, &work, sizeof work, tensors, 6) ? EXECUTION_FAILED : 0;
}
