// What the fake libraries share: the fake driver that lies beside them, and the numbers of its memory.
#ifndef FAKE_LIBRARY_H
#define FAKE_LIBRARY_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cgpu.h"

#define API __attribute__((visibility("default")))

typedef struct {
  int (*fault)(const char *symbol);
  void (*count)(int more);
  int (*holds)(cgpu_address address, size_t bytes);
  int (*is_ready)(void);
  int (*is_capturing)(cgpu_stream stream);
  int (*enqueue)(cgpu_stream stream, int (*work)(const void *), const void *data, size_t bytes,
                 const cgpu_address *tensors, int count);
} fake_driver;

// The driver of this folder; 0 where nobody has loaded it.
const fake_driver *fake_driver_found(void);

// Says on the standard error what a caller did wrong, and returns the status.
int fake_complaint(const char *library, int status, const char *words);

enum { FAKE_FLOAT, FAKE_BFLOAT16, FAKE_HALF };

static inline size_t fake_bytes(int type) { return type == FAKE_FLOAT ? 4 : 2; }

static inline float fake_load(const char *base, int64_t index, int type) {
  if (type == FAKE_FLOAT) return ((const float *)base)[index];
  if (type == FAKE_HALF) return (float)((const _Float16 *)base)[index];
  const uint32_t bits = (uint32_t)((const uint16_t *)base)[index] << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline void fake_store(char *base, int64_t index, int type, float value) {
  if (type == FAKE_FLOAT) {
    ((float *)base)[index] = value;
    return;
  }
  if (type == FAKE_HALF) {
    ((_Float16 *)base)[index] = (_Float16)value;
    return;
  }
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  const uint32_t rounded = value != value ? bits | 0x400000u : bits + 0x7fff + ((bits >> 16) & 1);
  ((uint16_t *)base)[index] = (uint16_t)(rounded >> 16);
}

// As tensor cores read fp32: with 10 bits behind the point.
static inline float fake_tf32(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  bits = (bits + 0x1000) & ~0x1fffu;
  memcpy(&value, &bits, sizeof value);
  return value;
}

#endif
