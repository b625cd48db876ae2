#include "../common/isa_generic.h"

#include "softmax.h"
#include "gradient.h"
