#include "../common/isa_amx_model.h"

#include "conv.h"
#include "dense.h"
#include "weights_gradient.h"
