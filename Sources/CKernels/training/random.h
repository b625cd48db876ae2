// What is random: dropout, noise, random slopes. A unit is a piece of a span (spans.h).
//
// Bits are a function of a place, which follows from where an element is, not from how its tensor lies: lanes of a
// block count on their own.
#include "../common/lanes.h"
#include "../common/spans.h"
#include "../common/vmath.h"

// Vectors longer than registers are passed to functions that are inlined.
#pragma clang diagnostic ignored "-Wpsabi"

typedef uint32_t vu32 __attribute__((ext_vector_type(CK_VL)));
typedef uint64_t vu64 __attribute__((ext_vector_type(CK_VL)));
typedef uint64_t ck_half __attribute__((ext_vector_type(CK_VL / 2)));

// The upper and lower words of x·m: of even and odd lanes apart, which is what CPUs can multiply.
CK_INLINE void ck_wide_product(vu32 x, uint32_t m, vu32 *high, vu32 *low) {
  union { vu32 words; ck_half pairs; } in = {.words = x}, even, odd;
  even.pairs = (in.pairs & 0xFFFFFFFFu) * m;
  odd.pairs = (in.pairs >> 32) * m;
  *low = CK_PAIR_FIRST(even.words, odd.words);
  *high = CK_PAIR_SECOND(even.words, odd.words);
}

typedef struct {
  uint32_t k0, k1, stream;
} ck_generator;

// A key is four numbers of 16 bits; what is none counts as 0.
static ck_generator ck_generator_of(const ck_random *r) {
  uint32_t words[4];
  for (int i = 0; i < 4; i++) words[i] = r->key[i] >= 0 && r->key[i] < 65536 ? (uint32_t)r->key[i] : 0;
  return (ck_generator){words[0] | words[1] << 16, words[2] | words[3] << 16, (uint32_t)r->stream};
}

// The blocks of two counters in each lane: out[i][k] holds word k of counters[i]. Neither waits for the other.
CK_INLINE void ck_philox(const ck_generator *g, const vu64 counters[2], vu32 out[2][4]) {
  vu32 x[2][4];
  CK_UNROLL for (int i = 0; i < 2; i++) {
    x[i][0] = __builtin_convertvector(counters[i], vu32);
    x[i][1] = __builtin_convertvector(counters[i] >> 32, vu32);
    x[i][2] = (vu32)g->stream;
    x[i][3] = (vu32)0x72616E64u;
  }
  uint32_t k0 = g->k0, k1 = g->k1;
  CK_UNROLL for (int round = 0; round < 10; round++) {
    CK_UNROLL for (int i = 0; i < 2; i++) {
      vu32 h0, l0, h2, l2;
      ck_wide_product(x[i][0], 0xD2511F53u, &h0, &l0);
      ck_wide_product(x[i][2], 0xCD9E8D57u, &h2, &l2);
      x[i][0] = h2 ^ x[i][1] ^ k0;
      x[i][1] = l2;
      x[i][2] = h0 ^ x[i][3] ^ k1;
      x[i][3] = l0;
    }
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  CK_UNROLL for (int i = 0; i < 2; i++) {
    CK_UNROLL for (int k = 0; k < 4; k++) out[i][k] = x[i][k];
  }
}

// Elements that are drawn for at a time: a multiple of four vectors, whatever their length.
enum { CK_DRAWN = 1024 };

// Blocks of four words, which lie one behind the other.
CK_INLINE void ck_store_blocks(const vu32 words[4], uint32_t *to) {
  const vu32 a = CK_ZIP_FIRST(words[0], words[2]), b = CK_ZIP_FIRST(words[1], words[3]);
  const vu32 c = CK_ZIP_SECOND(words[0], words[2]), d = CK_ZIP_SECOND(words[1], words[3]);
  const vu32 rows[4] = {CK_ZIP_FIRST(a, b), CK_ZIP_SECOND(a, b), CK_ZIP_FIRST(c, d), CK_ZIP_SECOND(c, d)};
  memcpy(to, rows, sizeof rows);
}

// The words of `count` places from `place` on, at the address that is returned, within `memory`.
static const uint32_t *ck_draw_line(const ck_generator *g, int64_t place, int64_t count,
                                    uint32_t memory[CK_DRAWN + 8 * CK_VL]) {
  const int64_t before = place % 4;
  vu64 counters[2];
  for (int lane = 0; lane < CK_VL; lane++) counters[0][lane] = (uint64_t)(place / 4 + lane);
  counters[1] = counters[0] + CK_VL;
  for (int64_t i = 0; i < before + count; i += 8 * CK_VL) {
    vu32 words[2][4];
    ck_philox(g, counters, words);
    CK_UNROLL for (int k = 0; k < 2; k++) {
      ck_store_blocks(words[k], memory + i + k * 4 * CK_VL);
      counters[k] += 2 * CK_VL;
    }
  }
  return memory + before;
}

// The same for `pixels` of a block's channels, lane by lane from places[lane] on: vectors of one pixel each.
static const uint32_t *ck_draw_lanes(const ck_generator *g, vu64 places, int64_t pixels,
                                     uint32_t memory[CK_DRAWN + 8 * CK_VL]) {
  const vu32 before = __builtin_convertvector(places & 3, vu32);
  vu64 counters[2] = {places >> 2, (places >> 2) + 1};
  int64_t most = 0, least = 3;
  for (int lane = 0; lane < CK_VL; lane++) {
    most = ck_most(most, before[lane]);
    least = ck_least(least, before[lane]);
  }
  for (int64_t i = 0; i < most + pixels; i += 8) {
    vu32 words[2][4];
    ck_philox(g, counters, words);
    memcpy(memory + i * CK_VL, words, sizeof words);
    counters[0] += 2;
    counters[1] += 2;
  }
  if (most == least) return memory + most * CK_VL;
  // Lanes begin at different words of their blocks.
  for (int64_t i = 0; i < pixels; i++) {
    vu32 row[4];
    memcpy(row, memory + i * CK_VL, sizeof row);
    const vu32 word = before == 0 ? row[0] : before == 1 ? row[1] : before == 2 ? row[2] : row[3];
    memcpy(memory + i * CK_VL, &word, sizeof word);
  }
  return memory;
}

// Whether pixels of a plane are one line of places, however it is cut in rows; or have all the same place.
CK_INLINE int ck_places_merge(const ck_random *r, int64_t w) { return r->places[2] == w * r->places[3]; }

static ck_spans ck_random_spans(const ck_random *r, const ck_tensor *out, ck_merge merge) {
  const int together = merge >= CK_BY_BLOCK && ck_places_merge(r, out->w);
  return ck_spans_of(out, together ? CK_BY_BLOCK : CK_BY_ROW);
}

// Random words for the elements of a part of a span: at `words`, or the same ones for each vector.
typedef struct {
  const uint32_t *words;
  int64_t step;
} ck_drawn;

CK_INLINE vu32 ck_word(const ck_drawn *d, int64_t i) {
  vu32 v;
  memcpy(&v, d->words + i * d->step, sizeof v);
  return v;
}

// `length` ≤ CK_DRAWN elements from `start` on.
//
// - scale: how many words make an element's number: a place is of the element, times this.
CK_INLINE ck_drawn ck_draw(const ck_generator *g, const ck_random *r, const ck_tensor *t, const ck_span *p,
                           int64_t start, int64_t length, int64_t scale, uint32_t memory[CK_DRAWN + 8 * CK_VL]) {
  const int64_t pixel = start / t->block, line = r->places[3];
  const int64_t first = p->n * r->places[0] + p->row * r->places[2] + pixel * line;
  if (t->block == 1) {
    const int64_t place = first + p->block * r->places[1];
    if (line) return (ck_drawn){ck_draw_line(g, place * scale, length * scale, memory), 1};
    const uint32_t *word = ck_draw_line(g, place * scale, scale, memory);
    const vu32 all = (vu32)word[0];
    memcpy(memory, &all, sizeof all);
    return (ck_drawn){memory, 0};
  }
  vu64 places;
  for (int lane = 0; lane < CK_VL; lane++) {
    places[lane] = (uint64_t)((first + (p->block * CK_VL + lane) * r->places[1]) * scale);
  }
  const int64_t pixels = line ? length / CK_VL : 1;
  return (ck_drawn){ck_draw_lanes(g, places, pixels * scale, memory), line ? 1 : 0};
}

// Uniform in (0, 1): 23 bits and a half.
CK_INLINE vf ck_uniform(vu32 word) {
  const vi upper = __builtin_convertvector(word >> 9, vi);
  return (__builtin_convertvector(upper, vf) + 0.5f) * 0x1p-23f;
}

int64_t CK_NAME(drop_span, units)(const void *args) {
  const ck_drop_args *a = args;
  const ck_merge merge = ck_mergeable_together((const ck_tensor *[]){&a->x, &a->out}, 2);
  const ck_spans spans = ck_random_spans(&a->random, &a->out, merge);
  return ck_span_units(&spans);
}

void CK_NAME(drop_span, run)(const void *args, int64_t begin, int64_t end) {
  const ck_drop_args *a = args;
  const ck_merge merge = ck_mergeable_together((const ck_tensor *[]){&a->x, &a->out}, 2);
  const ck_spans spans = ck_random_spans(&a->random, &a->out, merge);
  const ck_generator generator = ck_generator_of(&a->random);
  // u < probability, as whole numbers.
  const uint32_t least = (uint32_t)__builtin_ceil((double)a->probability * 0x1p23 - 0.5);
  const float scale = a->probability < 1 ? (float)(1 / (1 - (double)a->probability)) : 0;
  uint32_t memory[CK_DRAWN + 8 * CK_VL];
  for (int64_t u = begin; u < end; u++) {
    const ck_span p = ck_span_at(&spans, u);
    const ck_elem *from = ck_span_data(&a->x, &p);
    ck_elem *to = ck_span_data(&a->out, &p);
    for (int64_t start = 0; start < p.length; start += CK_DRAWN) {
      const int64_t length = ck_least(CK_DRAWN, p.length - start);
      const ck_drawn d = ck_draw(&generator, &a->random, &a->out, &p, p.start + start, length, 1, memory);
      for (int64_t i = 0; i < length; i += CK_VL) {
        const vf x = ck_get_upto(from + start + i, length - i);
        ck_put_upto(to + start + i, ck_word(&d, i) >> 9 < least ? ck_splat(0) : x * scale, length - i);
      }
    }
    ck_span_zero_halo(&a->out, &p);
  }
}

// Box and Muller's transform of two uniform numbers (1958), the cosine of the two.
CK_INLINE vf ck_normal(vu32 a, vu32 b) { return ck_sqrt(ck_log(ck_uniform(a)) * -2.0f) * ck_cos_turns(ck_uniform(b)); }

// The two words of each element: neighbours in a line, vectors behind each other in blocks.
CK_INLINE vf ck_normal_at(const ck_drawn *d, int is_blocked, int64_t i) {
  const vu32 first = ck_word(d, 2 * i), second = ck_word(d, 2 * i + CK_VL);
  if (is_blocked) return ck_normal(first, second);
  return ck_normal(CK_EVENS(first, second), CK_ODDS(first, second));
}

int64_t CK_NAME(noise_span, units)(const void *args) {
  const ck_noise_args *a = args;
  const ck_merge merge = ck_mergeable_together((const ck_tensor *[]){&a->x, &a->out}, 2);
  const ck_spans spans = ck_random_spans(&a->random, &a->out, merge);
  return ck_span_units(&spans);
}

void CK_NAME(noise_span, run)(const void *args, int64_t begin, int64_t end) {
  const ck_noise_args *a = args;
  const ck_merge merge = ck_mergeable_together((const ck_tensor *[]){&a->x, &a->out}, 2);
  const ck_spans spans = ck_random_spans(&a->random, &a->out, merge);
  const ck_generator generator = ck_generator_of(&a->random);
  enum { drawn = CK_DRAWN / 2 };
  uint32_t memory[CK_DRAWN + 8 * CK_VL];
  for (int64_t u = begin; u < end; u++) {
    const ck_span p = ck_span_at(&spans, u);
    const ck_elem *from = ck_span_data(&a->x, &p);
    ck_elem *to = ck_span_data(&a->out, &p);
    for (int64_t start = 0; start < p.length; start += drawn) {
      const int64_t length = ck_least(drawn, p.length - start);
      const ck_drawn d = ck_draw(&generator, &a->random, &a->out, &p, p.start + start, length, 2, memory);
      for (int64_t i = 0; i < length; i += CK_VL) {
        const vf x = ck_get_upto(from + start + i, length - i);
        ck_put_upto(to + start + i, ck_normal_at(&d, a->out.block > 1, i) * a->sigma + x, length - i);
      }
    }
    ck_span_zero_halo(&a->out, &p);
  }
}

int64_t CK_NAME(random_slopes_span, units)(const void *args) {
  const ck_random_slopes_args *a = args;
  const ck_merge merge = ck_mergeable_together((const ck_tensor *[]){&a->x, &a->y, &a->out}, 3);
  const ck_spans spans = ck_random_spans(&a->random, &a->out, merge);
  return ck_span_units(&spans);
}

void CK_NAME(random_slopes_span, run)(const void *args, int64_t begin, int64_t end) {
  const ck_random_slopes_args *a = args;
  const ck_merge merge = ck_mergeable_together((const ck_tensor *[]){&a->x, &a->y, &a->out}, 3);
  const ck_spans spans = ck_random_spans(&a->random, &a->out, merge);
  const ck_generator generator = ck_generator_of(&a->random);
  const float width = a->upper - a->lower;
  uint32_t memory[CK_DRAWN + 8 * CK_VL];
  for (int64_t u = begin; u < end; u++) {
    const ck_span p = ck_span_at(&spans, u);
    const ck_elem *x = ck_span_data(&a->x, &p), *y = ck_span_data(&a->y, &p);
    ck_elem *to = ck_span_data(&a->out, &p);
    for (int64_t start = 0; start < p.length; start += CK_DRAWN) {
      const int64_t length = ck_least(CK_DRAWN, p.length - start);
      const ck_drawn d = ck_draw(&generator, &a->random, &a->out, &p, p.start + start, length, 1, memory);
      for (int64_t i = 0; i < length; i += CK_VL) {
        const vf v = ck_get_upto(y + start + i, length - i), slope = ck_uniform(ck_word(&d, i)) * width + a->lower;
        const vf chosen = ck_get_upto(x + start + i, length - i) > 0.0f ? v : v / slope;
        ck_put_upto(to + start + i, chosen, length - i);
      }
    }
    ck_span_zero_halo(&a->out, &p);
  }
}
