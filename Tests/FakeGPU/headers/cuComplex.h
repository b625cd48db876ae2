// Types that cuBLAS's header names, and netc does not.
typedef struct { float x, y; } cuComplex;
typedef struct { double x, y; } cuDoubleComplex;
