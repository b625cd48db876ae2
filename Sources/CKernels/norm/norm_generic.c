#include "../common/isa_generic.h"

#include "lrn.h"
#include "standardize.h"
#include "lrn_gradient.h"
#include "standardize_gradient.h"
