extension KernelText {
  /// How parameters follow their gradients: the rules of `UpdateRule`, over pieces of all parameters in one launch, with
  /// numbers of the step that lie in memory, so that the same launches serve every step. Sums of squares are in double
  /// precision and have a fixed order.
  ///
  /// `judge_loss` stops everything behind it, now and in later steps, once a loss is none or too large. `find_overflow`
  /// stops what is behind it in this step where gradients of a scaled loss are not finite, and `adjust_scale` brings the
  /// scale to what the next step shall have (`LossScale`).
  ///
  /// Rules: 0 sgd, 1 momentum, 2 nesterov, 3 adagrad, 4 rmsprop, 5 adadelta, 6 adam, 7 adamax, 8 amsgrad, 9 adamw.
  static let update = #"""
    // Up to 4096 neighbouring elements of a parameter, with what belongs to them.
    struct Piece {
      float *p;
      const float *g;
      float *s0, *s1, *s2;
      int count;
      float multiplier, l1, l2;
    };

    // What changes from step to step.
    struct StepNumbers {
      float rate, corrected, a, b, epsilon, decay, limit, most_norm, divergence, most_scale;
      int number, patience;
    };

    // `scale` is what gradients were multiplied by, and stands first: the graph of a step reads it. `first_loss` is
    // not-a-number before the first step.
    struct Progress {
      float scale, first_loss, factor, corrected;
      int is_halted, is_skipped, good_steps, skipped_steps;
    };

    struct UpdateArguments {
      const void *table;
      const StepNumbers *numbers;
      Progress *progress;
      double *squares;
      const float *loss;
      int count, rule;
    };

    NETC_DEVICE double power(double base, int exponent) {
      double result = 1;
      for (; exponent > 0; exponent /= 2, base *= base) {
        if (exponent % 2) result *= base;
      }
      return result;
    }

    // The rate with the correction of Adam's means, which are of so many steps.
    NETC_DEVICE float corrected_rate(const StepNumbers &n, int rule, int steps) {
      if (rule < 6) return n.corrected;
      const double root = rule == 7 ? 1 : sqrt(1 - power(n.b, steps));
      return (float)(n.rate * root / (1 - power(n.a, steps)));
    }

    NETC_KERNEL(judge_loss, UpdateArguments, 5) {
      if (threadIdx.x > 0 || a.progress->is_halted) return;
      // Steps that changed nothing do not count; the host's number has them.
      const int skipped = a.progress->skipped_steps;
      a.progress->corrected =
          skipped ? corrected_rate(*a.numbers, a.rule, a.numbers->number - skipped) : a.numbers->corrected;
      a.progress->is_skipped = 0;
      const float loss = *a.loss, known = a.progress->first_loss, first = known == known ? known : loss;
      if (loss - loss == 0 && loss <= a.numbers->divergence * (first > 1 ? first : 1)) {
        a.progress->first_loss = first;
        a.progress->factor = 1;
      } else {
        a.progress->is_halted = 1;
      }
    }

    // A block per piece. Who finds a gradient that is not finite says so; all say the same.
    NETC_KERNEL(find_overflow, UpdateArguments, 5) {
      const Piece piece = ((const Piece *)a.table)[blockIdx.x];
      bool is_finite = true;
      for (int i = threadIdx.x; i < piece.count; i += 256) is_finite = is_finite && piece.g[i] - piece.g[i] == 0;
      if (!is_finite) a.progress->is_skipped = 1;
    }

    // Behind everything else. Where the scale is 1, nothing is gained by half of it: the step is lost.
    NETC_KERNEL(adjust_scale, UpdateArguments, 5) {
      Progress *p = a.progress;
      if (threadIdx.x > 0 || p->is_halted) return;
      if (p->is_skipped) {
        p->is_halted = p->scale <= 1;
        if (p->is_halted) return;
        p->scale /= 2;
        p->good_steps = 0;
        p->skipped_steps++;
      } else if (++p->good_steps >= a.numbers->patience) {
        p->scale = 2 * p->scale < a.numbers->most_scale ? 2 * p->scale : a.numbers->most_scale;
        p->good_steps = 0;
      }
    }

    NETC_DEVICE bool stands_still(const Progress &p) { return p.is_halted || p.is_skipped; }

    // The gradient with its penalty, within the limit; no bound hides not-a-number.
    NETC_DEVICE float bounded(const Piece &piece, float limit, float p, float g) {
      const float penalty = p * piece.l2 + (p > 0 ? piece.l1 : p < 0 ? -piece.l1 : 0), v = g + penalty;
      return v < -limit ? -limit : v > limit ? limit : v;
    }

    // A block per piece.
    NETC_KERNEL(gradient_squares, UpdateArguments, 5) {
      NETC_SHARED double shared[256];
      const Piece piece = ((const Piece *)a.table)[blockIdx.x];
      const float whole = 1 / a.progress->scale;
      double part = 0;
      for (int i = threadIdx.x; i < piece.count; i += 256) {
        const double v = bounded(piece, a.numbers->limit, piece.p[i], whole * piece.g[i]);
        part += v * v;
      }
      const double sum = block_sum(shared, part);
      if (threadIdx.x == 0) a.squares[blockIdx.x] = sum;
    }

    // One block, over the pieces in their order.
    NETC_KERNEL(gradient_factor, UpdateArguments, 5) {
      NETC_SHARED double shared[256];
      const int each = (a.count + 255) / 256, begin = (int)threadIdx.x * each;
      double part = 0;
      for (int i = begin; i < begin + each && i < a.count; i++) part += a.squares[i];
      const double norm = sqrt(block_sum(shared, part)), most = a.numbers->most_norm;
      if (threadIdx.x == 0) a.progress->factor = norm > most ? (float)(most / (norm + 1e-7)) : 1;
    }

    // The change before the multiplier; slots take their next values.
    NETC_DEVICE float change(int rule, const StepNumbers &n, float p, float g, float *s0, float *s1, float *s2) {
      const float step = n.rate * g;
      switch (rule) {
        case 0: return -step;
        case 1: return *s0 = n.a * *s0 - step;
        case 2: *s0 = n.a * *s0 - step; return n.a * *s0 - step;
        case 3: *s0 += g * g; return -step / sqrtf(*s0 + n.epsilon);
        case 4: *s0 = n.a * *s0 + (1 - n.a) * g * g; return -step / sqrtf(*s0 + n.epsilon);
        case 5: {
          *s0 = n.a * *s0 + (1 - n.a) * g * g;
          const float u = g * sqrtf(*s1 + n.epsilon) / sqrtf(*s0 + n.epsilon);
          *s1 = n.a * *s1 + (1 - n.a) * u * u;
          return -n.rate * u;
        }
        default: break;
      }
      *s0 = n.a * *s0 + (1 - n.a) * g;
      if (rule == 7) {
        const float size = g < 0 ? -g : g, kept = n.b * *s1;
        *s1 = kept > size ? kept : size;
        return -n.corrected * *s0 / (*s1 + n.epsilon);
      }
      *s1 = n.b * *s1 + (1 - n.b) * g * g;
      if (rule == 8) {
        *s2 = *s2 > *s1 ? *s2 : *s1;
        return -n.corrected * *s0 / (sqrtf(*s2) + n.epsilon);
      }
      return -n.corrected * *s0 / (sqrtf(*s1) + n.epsilon) - n.rate * n.decay * p;
    }

    // A block per piece.
    NETC_KERNEL(update_parameters, UpdateArguments, 5) {
      if (stands_still(*a.progress)) return;
      const Piece piece = ((const Piece *)a.table)[blockIdx.x];
      StepNumbers numbers = *a.numbers;
      numbers.corrected = a.progress->corrected;
      const float whole = 1 / a.progress->scale;
      for (int i = threadIdx.x; i < piece.count; i += 256) {
        const float p = piece.p[i], g = a.progress->factor * bounded(piece, numbers.limit, p, whole * piece.g[i]);
        float s0 = piece.s0 ? piece.s0[i] : 0, s1 = piece.s1 ? piece.s1[i] : 0, s2 = piece.s2 ? piece.s2[i] : 0;
        piece.p[i] = p + piece.multiplier * change(a.rule, numbers, p, g, &s0, &s1, &s2);
        if (piece.s0) piece.s0[i] = s0;
        if (piece.s1) piece.s1[i] = s1;
        if (piece.s2) piece.s2[i] = s2;
      }
    }

    // The weights of one unit, which lie together.
    struct Unit {
      float *weights;
      int count;
      float limit;
    };

    // A block per unit.
    NETC_KERNEL(bound_units, UpdateArguments, 5) {
      NETC_SHARED double shared[256];
      if (stands_still(*a.progress)) return;
      const Unit unit = ((const Unit *)a.table)[blockIdx.x];
      double part = 0;
      for (int i = threadIdx.x; i < unit.count; i += 256) part += (double)unit.weights[i] * unit.weights[i];
      const double norm = sqrt(block_sum(shared, part)), limit = unit.limit;
      if (!(norm > limit)) return;
      const float factor = (float)(limit / (norm + 1e-7));
      for (int i = threadIdx.x; i < unit.count; i += 256) unit.weights[i] *= factor;
    }

    // Running statistics of one normalisation, and the moments that they follow.
    struct Statistics {
      float *mean, *variance;
      const float *moments;
      int channels;
      float alpha, unbiased;
      int unused;
    };

    // A block per normalisation.
    NETC_KERNEL(follow_moments, UpdateArguments, 5) {
      if (stands_still(*a.progress)) return;
      const Statistics s = ((const Statistics *)a.table)[blockIdx.x];
      for (int c = threadIdx.x; c < s.channels; c += 256) {
        s.mean[c] = (1 - s.alpha) * s.mean[c] + s.alpha * s.moments[c];
        s.variance[c] = (1 - s.alpha) * s.variance[c] + s.alpha * s.unbiased * s.moments[s.channels + c];
      }
    }

    """#
}
