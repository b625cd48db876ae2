// Pairs of vectors, lane by lane.
#ifndef CK_LANES_H
#define CK_LANES_H

#include "vector.h"

// Lanes 0, 2, 4, … and 1, 3, 5, … of two vectors behind each other; a[0], b[0], a[1], b[1], …, the first half of these
// and the second; of each pair of lanes the first of a and of b, and the second.
#if CK_VL == 16
#define CK_EVENS(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define CK_ODDS(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)
#define CK_ZIP_FIRST(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define CK_ZIP_SECOND(a, b) __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define CK_PAIR_FIRST(a, b) __builtin_shufflevector(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30)
#define CK_PAIR_SECOND(a, b) __builtin_shufflevector(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31)
#elif CK_VL == 8
#define CK_EVENS(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define CK_ODDS(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15)
#define CK_ZIP_FIRST(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define CK_ZIP_SECOND(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define CK_PAIR_FIRST(a, b) __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14)
#define CK_PAIR_SECOND(a, b) __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15)
#else
#define CK_EVENS(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6)
#define CK_ODDS(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7)
#define CK_ZIP_FIRST(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define CK_ZIP_SECOND(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define CK_PAIR_FIRST(a, b) __builtin_shufflevector(a, b, 0, 4, 2, 6)
#define CK_PAIR_SECOND(a, b) __builtin_shufflevector(a, b, 1, 5, 3, 7)
#endif

#endif
