extension KernelText {
  /// Gradients that gather: a thread per pixel of the image, which adds up what the windows that it lies in give it.
  ///
  /// `conv2d_data`: of a convolution. Weights: filter, tap, channel. Threads side by side have neighbouring channels,
  /// whose weights they read side by side.
  ///
  /// `pool2d_gradient`. Modes as in `pool2d`. A maximum that stands twice in a window counts where it comes first.
  ///
  /// `lrn_gradient`: with d_c = k + α·Σx²: g_c·d_c^−β − 2αβ·x_c·Σ g_j·x_j·d_j^(−β−1) over the windows j that c lies in.
  ///
  /// `upscale_bilinear_gradient`: over the pixels that were interpolated with this one.
  static let imageGradients = #"""
    struct PoolGradientArguments {
      const void *g, *x, *y;
      void *out;
      View gs, xs, ys, outs;
      int images, channels, height, width, out_height, out_width;
      int window_h, window_w, stride_h, stride_w, pad_top, pad_bottom, pad_left, pad_right;
      int g_storage, x_storage, y_storage, out_storage, mode;
    };

    // `channels` and `filters` are those of a group.
    struct ImageGradientArguments {
      const void *g, *w;
      void *out;
      View gs, outs;
      int images, channels, height, width;
      int filters, groups, out_height, out_width;
      int kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left;
      int g_storage, w_storage, out_storage;
    };

    // The result that a tap reads a place for; -1 where there is none.
    NETC_DEVICE int reader(int place, int stride, int count) {
      return place >= 0 && place % stride == 0 && place / stride < count ? place / stride : -1;
    }

    NETC_KERNEL(conv2d_data, ImageGradientArguments, 3) {
      const int all = a.groups * a.channels, taps = a.kernel_h * a.kernel_w;
      EACH(i, (long long)a.images * a.height * a.width * all) {
        const int channel = (int)(i % all), x = (int)(i / all % a.width);
        const int y = (int)(i / all / a.width % a.height), n = (int)(i / all / a.width / a.height);
        const int group = channel / a.channels, c = channel % a.channels;
        float sum = 0;
        for (int ky = 0; ky < a.kernel_h; ky++) {
          const int oy = reader(y + a.pad_top - ky * a.dilation_h, a.stride_h, a.out_height);
          if (oy < 0) continue;
          for (int kx = 0; kx < a.kernel_w; kx++) {
            const int ox = reader(x + a.pad_left - kx * a.dilation_w, a.stride_w, a.out_width);
            if (ox < 0) continue;
            for (int f = group * a.filters; f < (group + 1) * a.filters; f++) {
              const long long weight = ((long long)f * taps + ky * a.kernel_w + kx) * a.channels + c;
              sum += load(a.g, at(a.gs, n, f, oy, ox), a.g_storage) * load(a.w, weight, a.w_storage);
            }
          }
        }
        store(a.out, at(a.outs, n, channel, y, x), a.out_storage, sum);
      }
    }

    // The first of the windows that reach a place.
    NETC_DEVICE int first_window(int place, int window, int stride) {
      return place < window ? 0 : (place - window) / stride + 1;
    }

    NETC_DEVICE float pool_share(const PoolGradientArguments &a, int n, int c, int y, int x, int oy, int ox) {
      const float g = load(a.g, at(a.gs, n, c, oy, ox), a.g_storage);
      const int top = oy * a.stride_h - a.pad_top, left = ox * a.stride_w - a.pad_left;
      const int y0 = larger(top, 0), y1 = smaller(top + a.window_h, a.height);
      const int x0 = larger(left, 0), x1 = smaller(left + a.window_w, a.width);
      if (a.mode == 1) return g / (float)((y1 - y0) * (x1 - x0));
      if (a.mode == 2) {
        const int rows = smaller(top + a.window_h, a.height + a.pad_bottom) - top;
        const int columns = smaller(left + a.window_w, a.width + a.pad_right) - left;
        return g / (float)(rows * columns);
      }
      const float v = load(a.x, at(a.xs, n, c, y, x), a.x_storage);
      const float pooled = load(a.y, at(a.ys, n, c, oy, ox), a.y_storage);
      if (a.mode == 3) return pooled > 0 ? g * v / pooled : 0;
      if (!(v == pooled)) return 0;
      for (int from_y = y0; from_y <= y; from_y++) {
        const int end = from_y == y ? x : x1;
        for (int from_x = x0; from_x < end; from_x++) {
          if (load(a.x, at(a.xs, n, c, from_y, from_x), a.x_storage) == pooled) return 0;
        }
      }
      return g;
    }

    NETC_KERNEL(pool2d_gradient, PoolGradientArguments, 4) {
      EACH(i, (long long)a.images * a.height * a.width * a.channels) {
        const int c = (int)(i % a.channels), x = (int)(i / a.channels % a.width);
        const int y = (int)(i / a.channels / a.width % a.height), n = (int)(i / a.channels / a.width / a.height);
        const int last_y = smaller((y + a.pad_top) / a.stride_h, a.out_height - 1);
        const int last_x = smaller((x + a.pad_left) / a.stride_w, a.out_width - 1);
        float sum = 0;
        for (int oy = first_window(y + a.pad_top, a.window_h, a.stride_h); oy <= last_y; oy++) {
          for (int ox = first_window(x + a.pad_left, a.window_w, a.stride_w); ox <= last_x; ox++) {
            sum += pool_share(a, n, c, y, x, oy, ox);
          }
        }
        store(a.out, at(a.outs, n, c, y, x), a.out_storage, sum);
      }
    }

    struct LRNGradientArguments {
      const void *g, *x;
      void *y;
      View gs, xs, ys;
      int images, channels, height, width, size, g_storage, x_storage, y_storage;
      float alpha, beta, k;
    };

    NETC_KERNEL(lrn_gradient, LRNGradientArguments, 3) {
      const int half = a.size / 2;
      EACH(i, (long long)a.images * a.height * a.width * a.channels) {
        const int c = (int)(i % a.channels), x = (int)(i / a.channels % a.width);
        const int y = (int)(i / a.channels / a.width % a.height), n = (int)(i / a.channels / a.width / a.height);
        const int first = larger(c - half, 0), last = smaller(c + half, a.channels - 1);
        float sum = 0, own = 0;
        for (int j = first; j <= last; j++) {
          float squares = 0;
          for (int w = larger(j - half, 0); w <= smaller(j + half, a.channels - 1); w++) {
            const float v = load(a.x, at(a.xs, n, w, y, x), a.x_storage);
            squares += v * v;
          }
          const float d = a.k + a.alpha * squares, power = powf(d, -a.beta);
          const float g = load(a.g, at(a.gs, n, j, y, x), a.g_storage);
          sum += g * load(a.x, at(a.xs, n, j, y, x), a.x_storage) * power / d;
          if (j == c) own = g * power;
        }
        const float v = load(a.x, at(a.xs, n, c, y, x), a.x_storage);
        store(a.y, at(a.ys, n, c, y, x), a.y_storage, own - 2 * a.alpha * a.beta * v * sum);
      }
    }

    struct UpscaleGradientArguments {
      const void *g;
      void *y;
      View gs, ys;
      int images, channels, height, width, scale_h, scale_w, g_storage, y_storage;
    };

    // How much pixel `place` of `size` counts in interpolated pixel i.
    NETC_DEVICE float share(int i, int place, int scale, int size) {
      float at = ((float)i + 0.5f) / (float)scale - 0.5f;
      if (at < 0) at = 0;
      if (at > (float)(size - 1)) at = (float)(size - 1);
      const int first = (int)at, second = smaller(first + 1, size - 1);
      const float weight = at - (float)first;
      return (first == place ? 1 - weight : 0) + (second == place ? weight : 0);
    }

    NETC_KERNEL(upscale_bilinear_gradient, UpscaleGradientArguments, 2) {
      EACH(i, (long long)a.images * a.height * a.width * a.channels) {
        const int x = (int)(i % a.width), y = (int)(i / a.width % a.height);
        const int c = (int)(i / a.width / a.height % a.channels), n = (int)(i / a.width / a.height / a.channels);
        float sum = 0;
        const int y1 = smaller((y + 2) * a.scale_h, a.height * a.scale_h);
        const int x1 = smaller((x + 2) * a.scale_w, a.width * a.scale_w);
        for (int oy = larger((y - 1) * a.scale_h, 0); oy < y1; oy++) {
          const float down = share(oy, y, a.scale_h, a.height);
          for (int ox = larger((x - 1) * a.scale_w, 0); ox < x1; ox++) {
            sum += load(a.g, at(a.gs, n, c, oy, ox), a.g_storage) * down * share(ox, x, a.scale_w, a.width);
          }
        }
        store(a.y, at(a.ys, n, c, y, x), a.y_storage, sum);
      }
    }

    """#
}
