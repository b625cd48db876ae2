// libpng, which only CImages calls: its errors jump, and Swift must not be jumped across.

#include <png.h>
