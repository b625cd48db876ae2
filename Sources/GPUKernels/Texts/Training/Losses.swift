extension KernelText {
  /// Losses of `Loss` and their gradients. Predictions are examples × classes × terms, or examples × 1 × terms of losses
  /// that know no classes; a target holds as many numbers, or the number of the right class of each term.
  ///
  /// Kinds: 0 cross-entropy of softmax, 1 of probabilities, 2 multiclass hinge, 3 cross-entropy of sigmoid, 4 of binary
  /// probabilities, 5 squared, 6 absolute error, 7 Huber, 8 binary hinge.
  ///
  /// `loss_row`, `loss_row_gradient`: kinds 0 and 1 with one term, a block per example that goes over its classes
  /// together. `loss_terms`: a block per example, a thread for every so many-th term; `loss_terms_gradient`: a thread
  /// per term.
  static let losses = #"""
    struct LossArguments {
      const void *x, *target;
      const float *g;
      void *y;
      int examples, classes, terms, kind, is_class, x_storage, target_storage, y_storage;
      // Smoothing or delta.
      float p;
    };

    // Not-a-number stays one.
    NETC_DEVICE float limited(float probability) { return probability < 1e-7f ? 1e-7f : probability; }

    NETC_DEVICE long long place_of(const LossArguments &a, int example, int c, int term) {
      return ((long long)example * a.classes + c) * a.terms + term;
    }

    NETC_DEVICE float score(const LossArguments &a, int example, int c, int term) {
      return load(a.x, place_of(a, example, c, term), a.x_storage);
    }

    NETC_DEVICE int right_class(const LossArguments &a, int example, int term) {
      return (int)load(a.target, (long long)example * a.terms + term, a.target_storage);
    }

    // The smoothed probability that the target gives a class.
    NETC_DEVICE float wanted(const LossArguments &a, int example, int c, int term, int right) {
      const float q =
          a.is_class ? (c == right ? 1 : 0) : load(a.target, place_of(a, example, c, term), a.target_storage);
      return (1 - a.p) * q + a.p / (float)a.classes;
    }

    // Of one number.
    NETC_DEVICE float loss_value(int kind, float x, float t, float p) {
      const float d = fabsf(x - t);
      switch (kind) {
        case 3: return (x > 0 ? x : 0) + log1pf(expf(-fabsf(x))) - t * x;
        case 4: return -t * logf(limited(x)) - (1 - t) * logf(limited(1 - x));
        case 5: return d * d;
        case 6: return d;
        case 7: return d <= p ? d * d / 2 : p * (d - p / 2);
        default: {
          const float margin = p - x * (2 * t - 1);
          return margin <= 0 ? 0 : margin;
        }
      }
    }

    NETC_DEVICE float loss_slope(int kind, float x, float t, float p) {
      const float d = x - t;
      switch (kind) {
        case 3: return sigmoid(x) - t;
        case 4: return (1 - t) / limited(1 - x) - t / limited(x);
        case 5: return 2 * d;
        case 6: return d > 0 ? 1 : d < 0 ? -1 : 0;
        case 7: return d < -p ? -p : d > p ? p : d;
        default: return p - x * (2 * t - 1) > 0 ? 1 - 2 * t : 0;
      }
    }

    // The largest score, and the logarithm of Σ exp(score): of one term, by one thread.
    NETC_DEVICE float logarithm_of_sum(const LossArguments &a, int example, int term) {
      float most = score(a, example, 0, term), sum = 0;
      for (int c = 1; c < a.classes; c++) {
        const float v = score(a, example, c, term);
        most = v <= most ? most : v;
      }
      for (int c = 0; c < a.classes; c++) sum += expf(score(a, example, c, term) - most);
      return most + logf(sum);
    }

    // The first of the wrong classes with the highest score; −1 where there is none.
    NETC_DEVICE int rival(const LossArguments &a, int example, int term, int right) {
      int best = -1;
      float most = 0;
      for (int c = 0; c < a.classes; c++) {
        const float v = score(a, example, c, term);
        if (c != right && (best < 0 || v > most)) {
          best = c;
          most = v;
        }
      }
      return best;
    }

    // delta + the rival's score − the right one's.
    NETC_DEVICE float margin(const LossArguments &a, int example, int term, int right, int other) {
      return other < 0 || right < 0 || right >= a.classes
                 ? 0
                 : a.p + score(a, example, other, term) - score(a, example, right, term);
    }

    NETC_KERNEL(loss_terms, LossArguments, 4) {
      NETC_SHARED float shared[256];
      const int example = blockIdx.x;
      float part = 0;
      for (int term = threadIdx.x; term < a.terms; term += 256) {
        if (a.kind > 2) {
          const long long place = place_of(a, example, 0, term);
          part += loss_value(a.kind, load(a.x, place, a.x_storage), load(a.target, place, a.target_storage), a.p);
          continue;
        }
        const int right = a.is_class ? right_class(a, example, term) : 0;
        if (a.kind == 2) {
          const float v = margin(a, example, term, right, rival(a, example, term, right));
          part += v <= 0 ? 0 : v;
          continue;
        }
        const float logarithm = a.kind == 0 ? logarithm_of_sum(a, example, term) : 0;
        for (int c = 0; c < a.classes; c++) {
          const float v = score(a, example, c, term), q = wanted(a, example, c, term, right);
          part += a.kind == 0 ? q * (logarithm - v) : -q * logf(limited(v));
        }
      }
      const float sum = block_sum(shared, part);
      if (threadIdx.x == 0) store(a.y, example, a.y_storage, sum / (float)a.terms);
    }

    NETC_KERNEL(loss_terms_gradient, LossArguments, 4) {
      EACH(i, (long long)a.examples * a.terms) {
        const int example = (int)(i / a.terms), term = (int)(i % a.terms);
        const float g = a.g[example] / (float)a.terms;
        if (a.kind > 2) {
          const float x = load(a.x, i, a.x_storage), t = load(a.target, i, a.target_storage);
          store(a.y, i, a.y_storage, g * loss_slope(a.kind, x, t, a.p));
          continue;
        }
        const int right = a.is_class ? right_class(a, example, term) : 0;
        if (a.kind == 2) {
          const int other = rival(a, example, term, right);
          const bool counts = margin(a, example, term, right, other) > 0;
          for (int c = 0; c < a.classes; c++) {
            store(a.y, place_of(a, example, c, term), a.y_storage,
                  !counts ? 0 : c == right ? -g : c == other ? g : 0);
          }
          continue;
        }
        const float logarithm = a.kind == 0 ? logarithm_of_sum(a, example, term) : 0;
        float total = 0;
        for (int c = 0; c < a.classes; c++) total += wanted(a, example, c, term, right);
        for (int c = 0; c < a.classes; c++) {
          const float v = score(a, example, c, term), q = wanted(a, example, c, term, right);
          store(a.y, place_of(a, example, c, term), a.y_storage,
                g * (a.kind == 0 ? total * expf(v - logarithm) - q : -q / limited(v)));
        }
      }
    }

    // As `logarithm_of_sum`, by all threads of a block.
    NETC_DEVICE float block_logarithm(const LossArguments &a, int example, float *shared) {
      const int thread = threadIdx.x;
      float most = score(a, example, 0, 0), part = 0;
      for (int c = thread; c < a.classes; c += 256) {
        const float v = score(a, example, c, 0);
        most = v <= most ? most : v;
      }
      most = block_largest(shared, most);
      for (int c = thread; c < a.classes; c += 256) part += expf(score(a, example, c, 0) - most);
      return most + logf(block_sum(shared, part));
    }

    NETC_KERNEL(loss_row, LossArguments, 4) {
      NETC_SHARED float shared[256];
      const int example = blockIdx.x, right = a.is_class ? right_class(a, example, 0) : 0;
      const float logarithm = a.kind == 0 ? block_logarithm(a, example, shared) : 0;
      float part = 0;
      for (int c = threadIdx.x; c < a.classes; c += 256) {
        const float v = score(a, example, c, 0), q = wanted(a, example, c, 0, right);
        part += a.kind == 0 ? q * (logarithm - v) : -q * logf(limited(v));
      }
      const float sum = block_sum(shared, part);
      if (threadIdx.x == 0) store(a.y, example, a.y_storage, sum);
    }

    NETC_KERNEL(loss_row_gradient, LossArguments, 4) {
      NETC_SHARED float shared[256];
      const int example = blockIdx.x, right = a.is_class ? right_class(a, example, 0) : 0;
      const float logarithm = a.kind == 0 ? block_logarithm(a, example, shared) : 0, g = a.g[example];
      float part = 0;
      for (int c = threadIdx.x; c < a.classes; c += 256) part += wanted(a, example, c, 0, right);
      const float total = block_sum(shared, part);
      for (int c = threadIdx.x; c < a.classes; c += 256) {
        const float v = score(a, example, c, 0), q = wanted(a, example, c, 0, right);
        store(a.y, place_of(a, example, c, 0), a.y_storage,
              g * (a.kind == 0 ? total * expf(v - logarithm) - q : -q / limited(v)));
      }
    }

    """#
}
