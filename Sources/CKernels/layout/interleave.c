#include "../common/isa_generic.h"

#include "interleave.h"
