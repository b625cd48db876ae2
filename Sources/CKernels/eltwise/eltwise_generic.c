#include "../common/isa_generic.h"

#include "activation.h"
#include "scale_shift.h"
#include "parametric_rectify.h"
#include "elementwise.h"
