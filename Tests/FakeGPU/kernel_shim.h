// What stands in for CUDA when the host's compiler reads a kernel text: indices, shared memory, barriers.
//
// A block's threads are fibres of one thread, which the fake driver switches at barriers; blocks run one after the
// other. So indices and shared memory are plain variables of the module.
#ifndef KERNEL_SHIM_H
#define KERNEL_SHIM_H

extern "C" {
float expf(float);
float expm1f(float);
float log1pf(float);
float tanhf(float);
float erfcf(float);
float logf(float);
float cosf(float);
double sqrt(double);
float powf(float, float);
float sqrtf(float);
float fabsf(float);
}

struct shim_index {
  unsigned x, y, z;
};

// How the fake driver and a module reach each other.
struct shim_interface {
  shim_index *thread, *block, *block_size, *grid_size;
  void (**barrier)(int line);
  char *shared_begin, *shared_end;
  // Set by the driver that runs a kernel of the module: several may have loaded it.
  unsigned char *is_busy;
};

static shim_index threadIdx, blockIdx, blockDim, gridDim;
static void (*shim_barrier)(int line);
static unsigned char shim_is_busy;
// The linker knows where a section begins and ends, if its name is one of C.
extern char __start_kernel_shared __attribute__((weak, visibility("hidden")));
extern char __stop_kernel_shared __attribute__((weak, visibility("hidden")));

extern "C" __attribute__((visibility("default"))) void shim_connect(shim_interface *interface) {
  *interface = {&threadIdx, &blockIdx, &blockDim, &gridDim, &shim_barrier, &__start_kernel_shared,
                &__stop_kernel_shared, &shim_is_busy};
}

#define __syncthreads() shim_barrier(__LINE__)
#define NETC_SHARED static __attribute__((section("kernel_shared")))
#define NETC_DEVICE static inline __attribute__((unused))
#define NETC_FUNCTION static __attribute__((unused, noinline))

static inline float half_to_float(unsigned short bits) {
  _Float16 number;
  __builtin_memcpy(&number, &bits, 2);
  return (float)number;
}

static inline unsigned short float_to_half(float number) {
  const _Float16 half = (_Float16)number;
  unsigned short bits;
  __builtin_memcpy(&bits, &half, 2);
  return bits;
}

// MARK: tensor cores and asynchronous copies: the words of TensorWords

enum { SHIM_THREADS = 1024, SHIM_COPIES = 64, SHIM_WORDS = 24 };

// Copies are made when their thread waits for them, not before: who reads too early finds what was there.
struct shim_copy {
  void *to;
  const void *from;
  bool inside;
  unsigned group;
};
static shim_copy shim_copies[SHIM_THREADS][SHIM_COPIES] __attribute__((unused));
// Of each thread: how many copies are under way, and the number of their newest group.
static unsigned shim_pending[SHIM_THREADS] __attribute__((unused)), shim_group[SHIM_THREADS] __attribute__((unused));

static inline __attribute__((unused)) void copy16(void *shared, const void *global, bool inside) {
  const unsigned thread = threadIdx.x;
  // A device faults; here the program does.
  if ((__UINTPTR_TYPE__)shared % 16 || (__UINTPTR_TYPE__)global % 16 || shim_pending[thread] == SHIM_COPIES) {
    __builtin_trap();
  }
  shim_copies[thread][shim_pending[thread]++] = {shared, global, inside, shim_group[thread]};
}

static inline __attribute__((unused)) void end_copies() { shim_group[threadIdx.x]++; }

template <int N>
static inline __attribute__((unused)) void await_copies() {
  const unsigned thread = threadIdx.x;
  unsigned left = 0;
  for (unsigned i = 0; i < shim_pending[thread]; i++) {
    const shim_copy one = shim_copies[thread][i];
    if (shim_group[thread] - one.group <= (unsigned)N) {
      shim_copies[thread][left++] = one;
    } else if (one.inside) {
      __builtin_memcpy(one.to, one.from, 16);
    } else {
      __builtin_memset(one.to, 0, 16);
    }
  }
  shim_pending[thread] = left;
}

static inline __attribute__((unused)) unsigned tf32(unsigned bits) { return (bits + 0x1000u) & ~0x1fffu; }

// What the threads of a block show each other: two sets, so that one barrier is enough.
static unsigned shim_shown[2][SHIM_THREADS][SHIM_WORDS] __attribute__((unused));
static unsigned char shim_set[SHIM_THREADS] __attribute__((unused));

// The numbers of a word, behind each other.
template <int STORAGE>
static inline __attribute__((unused)) void shim_numbers(unsigned word, float *numbers) {
  if (STORAGE == 0) {
    // The device leaves out the bits that TF32 does not have.
    word &= ~0x1fffu;
    __builtin_memcpy(numbers, &word, 4);
    return;
  }
  for (int i = 0; i < 2; i++) {
    const unsigned short half = (unsigned short)(word >> 16 * i);
    if (STORAGE == 2) {
      numbers[i] = half_to_float(half);
    } else {
      const unsigned bits = (unsigned)half << 16;
      __builtin_memcpy(&numbers[i], &bits, 4);
    }
  }
}

template <int STORAGE, int MT, int NT>
static inline __attribute__((unused)) void warp_multiply(float (&c)[MT][NT][4], const unsigned (&a)[MT][4],
                                                         const unsigned (&b)[NT][2]) {
  static_assert(4 * MT + 2 * NT <= SHIM_WORDS, "fragments of a thread");
  constexpr int EACH = STORAGE == 0 ? 1 : 2, K = 8 * EACH;
  const unsigned thread = threadIdx.x, set = shim_set[thread], first = thread / 32 * 32;
  shim_set[thread] ^= 1;
  __builtin_memcpy(shim_shown[set][thread], a, sizeof a);
  __builtin_memcpy(shim_shown[set][thread] + 4 * MT, b, sizeof b);
  shim_barrier(__LINE__);
  const unsigned g = thread % 32 / 4, t = thread % 4;
  // Rows g and g + 8 of each tile of a, columns 2t and 2t + 1 of each of b, from the threads that hold them.
  float rows[2 * MT][K], columns[K][2 * NT];
  for (int word = 0; word < 8; word++) {
    const unsigned *row = shim_shown[set][first + 4 * g + word % 4];
    for (int i = 0; i < MT; i++) {
      for (int half = 0; half < 2; half++) {
        shim_numbers<STORAGE>(row[4 * i + word / 4 * 2 + half], &rows[2 * i + half][EACH * word]);
      }
    }
    for (int column = 0; column < 2; column++) {
      const unsigned *words = shim_shown[set][first + 4 * (2 * t + column) + word % 4] + 4 * MT;
      for (int j = 0; j < NT; j++) {
        float numbers[2];
        shim_numbers<STORAGE>(words[2 * j + word / 4], numbers);
        for (int e = 0; e < EACH; e++) columns[EACH * word + e][2 * j + column] = numbers[e];
      }
    }
  }
  for (int r = 0; r < 2 * MT; r++) {
    float sums[2 * NT];
    for (int s = 0; s < 2 * NT; s++) sums[s] = c[r / 2][s / 2][r % 2 * 2 + s % 2];
    for (int k = 0; k < K; k++) {
      for (int s = 0; s < 2 * NT; s++) sums[s] += rows[r][k] * columns[k][s];
    }
    for (int s = 0; s < 2 * NT; s++) c[r / 2][s / 2][r % 2 * 2 + s % 2] = sums[s];
  }
}

// A kernel takes one structure by value, which begins with `pointers` addresses of device memory. Beside the function
// stand its sizes, as the driver finds them in a real binary.
#define NETC_KERNEL(name, Arguments, pointers)                                                              \
  static void name##_of(const Arguments &a);                                                                \
  extern "C" __attribute__((visibility("default"))) const unsigned name##_sizes[2] = {sizeof(Arguments), pointers}; \
  extern "C" __attribute__((visibility("default"))) void name(const void *a) {                              \
    name##_of(*(const Arguments *)a);                                                                       \
  }                                                                                                         \
  static void name##_of(const Arguments &a)

#endif
