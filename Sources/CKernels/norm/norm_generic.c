#include "../common/isa_generic.h"

#include "lrn.h"
#include "standardize.h"
