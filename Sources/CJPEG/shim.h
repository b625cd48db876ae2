// libjpeg-turbo, which only CImages calls: its errors jump, and Swift must not be jumped across.

#include <stddef.h>
#include <stdio.h>

#include <jpeglib.h>
