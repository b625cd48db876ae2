// A type that the C++ part of cuBLAS names, and netc does not.
struct __half;
