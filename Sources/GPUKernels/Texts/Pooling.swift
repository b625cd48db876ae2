extension KernelText {
  /// `pool2d`: a thread per result. Modes: 0 maximum, 1 mean of the image's pixels, 2 mean of the padded image's, 3 √Σx².
  ///
  /// `global_pool`: a block per image and 32 channels, eight threads per channel. Modes: 0 mean, 1 maximum, 2 √Σx².
  static let pooling = #"""
    struct PoolArguments {
      const void *x;
      void *y;
      View xs, ys;
      int images, channels, height, width, out_height, out_width;
      int window_h, window_w, stride_h, stride_w, pad_top, pad_bottom, pad_left, pad_right;
      int x_storage, y_storage, mode;
    };

    NETC_DEVICE int most(int a, int b) { return a > b ? a : b; }
    NETC_DEVICE int least(int a, int b) { return a < b ? a : b; }

    NETC_KERNEL(pool2d, PoolArguments, 2) {
      EACH(i, (long long)a.images * a.out_height * a.out_width * a.channels) {
        const int c = (int)(i % a.channels), x = (int)(i / a.channels % a.out_width);
        const int y = (int)(i / a.channels / a.out_width % a.out_height);
        const int n = (int)(i / a.channels / a.out_width / a.out_height);
        const int top = y * a.stride_h - a.pad_top, left = x * a.stride_w - a.pad_left;
        const int y0 = most(top, 0), y1 = least(top + a.window_h, a.height);
        const int x0 = most(left, 0), x1 = least(left + a.window_w, a.width);
        float result = 0;
        bool any = false;
        for (int from_y = y0; from_y < y1; from_y++) {
          for (int from_x = x0; from_x < x1; from_x++) {
            const float v = load(a.x, at(a.xs, n, c, from_y, from_x), a.x_storage);
            if (a.mode == 0) {
              if (!any || !(v <= result)) result = v;
            } else {
              result += a.mode == 3 ? v * v : v;
            }
            any = true;
          }
        }
        if (any && a.mode == 1) result /= (float)((y1 - y0) * (x1 - x0));
        if (any && a.mode == 2) {
          const int rows = least(top + a.window_h, a.height + a.pad_bottom) - most(top, -a.pad_top);
          const int columns = least(left + a.window_w, a.width + a.pad_right) - most(left, -a.pad_left);
          result /= (float)(rows * columns);
        }
        if (a.mode == 3) result = sqrtf(result);
        store(a.y, at(a.ys, n, c, y, x), a.y_storage, result);
      }
    }

    struct GlobalPoolArguments {
      const void *x;
      void *y;
      View xs, ys;
      int channels, height, width, x_storage, y_storage, mode;
    };

    NETC_DEVICE float joined(float a, float b, int mode) { return mode == 1 ? (b <= a ? a : b) : a + b; }

    NETC_KERNEL(global_pool, GlobalPoolArguments, 2) {
      NETC_SHARED float parts[8][33];
      const int lane = threadIdx.x % 32, line = threadIdx.x / 32;
      const int n = blockIdx.y, c = blockIdx.x * 32 + lane, pixels = a.height * a.width;
      float result = 0;
      for (int p = line; p < pixels && c < a.channels; p += 8) {
        const float v = load(a.x, at(a.xs, n, c, p / a.width, p % a.width), a.x_storage);
        const float value = a.mode == 2 ? v * v : v;
        result = p == line ? value : joined(result, value, a.mode);
      }
      parts[line][lane] = result;
      __syncthreads();
      if (line > 0 || c >= a.channels) return;
      for (int i = 1; i < 8 && i < pixels; i++) result = joined(result, parts[i][lane], a.mode);
      if (a.mode == 0) result /= (float)pixels;
      if (a.mode == 2) result = sqrtf(result);
      store(a.y, at(a.ys, n, c, 0, 0), a.y_storage, result);
    }

    """#
}
