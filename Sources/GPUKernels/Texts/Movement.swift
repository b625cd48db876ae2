extension KernelText {
  /// `rearrange`: result[i₀, i₁, …] = x[start + Σ i_d·stride_d], a thread per result.
  ///
  /// `pad`: a constant around a tensor of up to eight axes, a thread per result.
  ///
  /// `upscale_bilinear`: a thread per result, between pixel centres.
  static let movement = #"""
    struct RearrangeArguments {
      const void *x;
      void *y;
      int count, start, rank, x_storage, y_storage;
      int counts[8], strides[8];
    };

    NETC_KERNEL(rearrange, RearrangeArguments, 2) {
      EACH(i, a.count) {
        long long rest = i, from = a.start;
        for (int d = a.rank - 1; d >= 0; d--) {
          from += rest % a.counts[d] * a.strides[d];
          rest /= a.counts[d];
        }
        store(a.y, i, a.y_storage, load(a.x, from, a.x_storage));
      }
    }

    struct PadArguments {
      const void *x;
      void *y;
      int count, rank, x_storage, y_storage;
      int counts[8], sizes[8], before[8];
      float value;
    };

    NETC_KERNEL(pad, PadArguments, 2) {
      EACH(i, a.count) {
        long long rest = i, from = 0, stride = 1;
        bool inside = true;
        for (int d = a.rank - 1; d >= 0; d--) {
          const int place = (int)(rest % a.counts[d]) - a.before[d];
          inside = inside && place >= 0 && place < a.sizes[d];
          from += place * stride;
          stride *= a.sizes[d];
          rest /= a.counts[d];
        }
        store(a.y, i, a.y_storage, inside ? load(a.x, from, a.x_storage) : a.value);
      }
    }

    struct UpscaleArguments {
      const void *x;
      void *y;
      View xs, ys;
      int images, channels, height, width, scale_h, scale_w, x_storage, y_storage;
    };

    // The first of the two neighbours of output i, and how much the second weighs.
    NETC_DEVICE int between(int i, int scale, int size, float *weight) {
      float place = ((float)i + 0.5f) / (float)scale - 0.5f;
      if (place < 0) place = 0;
      if (place > (float)(size - 1)) place = (float)(size - 1);
      const int first = (int)place;
      *weight = place - (float)first;
      return first;
    }

    NETC_KERNEL(upscale_bilinear, UpscaleArguments, 2) {
      const int out_height = a.height * a.scale_h, out_width = a.width * a.scale_w;
      EACH(i, (long long)a.images * a.channels * out_height * out_width) {
        const int x = (int)(i % out_width), y = (int)(i / out_width % out_height);
        const int c = (int)(i / out_width / out_height % a.channels);
        const int n = (int)(i / out_width / out_height / a.channels);
        float down, across;
        const int y0 = between(y, a.scale_h, a.height, &down), x0 = between(x, a.scale_w, a.width, &across);
        const int y1 = y0 + 1 < a.height ? y0 + 1 : y0, x1 = x0 + 1 < a.width ? x0 + 1 : x0;
        const float top = load(a.x, at(a.xs, n, c, y0, x0), a.x_storage) * (1 - across) +
                          load(a.x, at(a.xs, n, c, y0, x1), a.x_storage) * across;
        const float bottom = load(a.x, at(a.xs, n, c, y1, x0), a.x_storage) * (1 - across) +
                             load(a.x, at(a.xs, n, c, y1, x1), a.x_storage) * across;
        store(a.y, at(a.ys, n, c, y, x), a.y_storage, top * (1 - down) + bottom * down);
      }
    }

    """#
}
