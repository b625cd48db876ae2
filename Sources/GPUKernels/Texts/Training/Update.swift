extension KernelText {
  /// How parameters follow their gradients: the rules of `UpdateRule`, over pieces of all parameters in one launch, with
  /// numbers of the step that lie in memory, so that the same launches serve every step. Sums of squares are in double
  /// precision and have a fixed order.
  ///
  /// `judge_loss` stops everything behind it, now and in later steps, once a loss is none or too large.
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
      float rate, corrected, a, b, epsilon, decay, limit, most_norm, divergence;
    };

    // `first_loss` is not-a-number before the first step.
    struct Progress {
      float first_loss, factor;
      int is_halted, steps;
    };

    struct UpdateArguments {
      const void *table;
      const StepNumbers *numbers;
      Progress *progress;
      double *squares;
      const float *loss;
      int count, rule;
    };

    NETC_KERNEL(judge_loss, UpdateArguments, 5) {
      if (threadIdx.x > 0 || a.progress->is_halted) return;
      const float loss = *a.loss, known = a.progress->first_loss, first = known == known ? known : loss;
      if (loss - loss == 0 && loss <= a.numbers->divergence * (first > 1 ? first : 1)) {
        a.progress->first_loss = first;
        a.progress->factor = 1;
        a.progress->steps++;
      } else {
        a.progress->is_halted = 1;
      }
    }

    // The gradient with its penalty, within the limit; no bound hides not-a-number.
    NETC_DEVICE float bounded(const Piece &piece, float limit, float p, float g) {
      const float penalty = p * piece.l2 + (p > 0 ? piece.l1 : p < 0 ? -piece.l1 : 0), v = g + penalty;
      return v < -limit ? -limit : v > limit ? limit : v;
    }

    NETC_DEVICE double block_sum_of_doubles(double *shared, double value) {
      const int thread = threadIdx.x;
      shared[thread] = value;
      __syncthreads();
      for (int half = 128; half > 0; half /= 2) {
        if (thread < half) shared[thread] += shared[thread + half];
        __syncthreads();
      }
      const double sum = shared[0];
      __syncthreads();
      return sum;
    }

    // A block per piece.
    NETC_KERNEL(gradient_squares, UpdateArguments, 5) {
      NETC_SHARED double shared[256];
      const Piece piece = ((const Piece *)a.table)[blockIdx.x];
      double part = 0;
      for (int i = threadIdx.x; i < piece.count; i += 256) {
        const double v = bounded(piece, a.numbers->limit, piece.p[i], piece.g[i]);
        part += v * v;
      }
      const double sum = block_sum_of_doubles(shared, part);
      if (threadIdx.x == 0) a.squares[blockIdx.x] = sum;
    }

    // One block, over the pieces in their order.
    NETC_KERNEL(gradient_factor, UpdateArguments, 5) {
      NETC_SHARED double shared[256];
      const int each = (a.count + 255) / 256, begin = (int)threadIdx.x * each;
      double part = 0;
      for (int i = begin; i < begin + each && i < a.count; i++) part += a.squares[i];
      const double norm = sqrt(block_sum_of_doubles(shared, part)), most = a.numbers->most_norm;
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
      if (a.progress->is_halted) return;
      const Piece piece = ((const Piece *)a.table)[blockIdx.x];
      const StepNumbers numbers = *a.numbers;
      for (int i = threadIdx.x; i < piece.count; i += 256) {
        const float p = piece.p[i], g = a.progress->factor * bounded(piece, numbers.limit, p, piece.g[i]);
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
      if (a.progress->is_halted) return;
      const Unit unit = ((const Unit *)a.table)[blockIdx.x];
      double part = 0;
      for (int i = threadIdx.x; i < unit.count; i += 256) part += (double)unit.weights[i] * unit.weights[i];
      const double norm = sqrt(block_sum_of_doubles(shared, part)), limit = unit.limit;
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
      if (a.progress->is_halted) return;
      const Statistics s = ((const Statistics *)a.table)[blockIdx.x];
      for (int c = threadIdx.x; c < s.channels; c += 256) {
        s.mean[c] = (1 - s.alpha) * s.mean[c] + s.alpha * s.moments[c];
        s.variance[c] = (1 - s.alpha) * s.variance[c] + s.alpha * s.unbiased * s.moments[s.channels + c];
      }
    }

    """#
}
