#include "../common/isa_generic.h"

#include "softmax.h"
