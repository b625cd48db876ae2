// zlib (https://zlib.net/manual.html), whose DEFLATE, gzip and CRC-32 netc uses.
#pragma once
#include <zlib.h>
