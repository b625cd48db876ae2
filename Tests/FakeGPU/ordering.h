// What is ordered before what, by vector clocks: a stream's operations after each other, what waits for an event after
// what was in front of it, what the host enqueues after what it waited for. Two operations on the same allocation of
// which neither is ordered before the other are a mistake of the program, however they happen to run.
#ifndef ORDERING_H
#define ORDERING_H

enum { MOST_STREAMS = 64 };

// How many operations of each stream are known to be done; number 0 is the host itself.
typedef struct {
  unsigned done[MOST_STREAMS];
} clocks;

// The last operation on an allocation.
typedef struct {
  int stream;
  unsigned number;
} last_use;

static inline void join(clocks *one, const clocks *other) {
  for (int i = 0; i < MOST_STREAMS; i++) {
    if (other->done[i] > one->done[i]) one->done[i] = other->done[i];
  }
}

static inline int is_ordered(const clocks *now, last_use last) { return now->done[last.stream] >= last.number; }

#endif
