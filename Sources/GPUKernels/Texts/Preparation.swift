extension KernelText {
  /// `prepare`: bytes N×C×pixels to floats of the same order, through steps of preprocessing. Each has one number, one per
  /// channel or one per element; `flips` tells whether channels lie the other way round when it is applied.
  static let preparation = #"""
    struct PreparationArguments {
      const void *x, *numbers;
      void *y;
      int images, channels, pixels, steps, is_reversed;
      int kinds[8], offsets[8], counts[8], flips[8];
    };

    NETC_KERNEL(prepare, PreparationArguments, 3) {
      const float *numbers = (const float *)a.numbers;
      EACH(i, (long long)a.images * a.channels * a.pixels) {
        const int pixel = (int)(i % a.pixels), c = (int)(i / a.pixels % a.channels);
        const long long n = i / a.pixels / a.channels;
        const int source = a.is_reversed ? a.channels - 1 - c : c;
        float v = (float)((const unsigned char *)a.x)[(n * a.channels + source) * a.pixels + pixel];
        for (int s = 0; s < a.steps; s++) {
          const int channel = a.flips[s] ? a.channels - 1 - c : c, count = a.counts[s];
          const int place =
              count == 1 ? 0 : count == a.channels * a.pixels && a.pixels > 1 ? channel * a.pixels + pixel : channel;
          const float number = numbers[a.offsets[s] + place];
          switch (a.kinds[s]) {
            case 0: v *= number; break;
            case 1: v /= number; break;
            case 2: v -= number; break;
            default: v = number + v * numbers[a.offsets[s] + 1]; break;
          }
        }
        ((float *)a.y)[i] = v;
      }
    }

    """#
}
