#!/bin/sh
# Builds, demonstrates and tests netc on Debian and Ubuntu; installs what is missing.
set -eu
cd "$(dirname "$0")"

usage() {
  cat <<'TEXT'
usage: ./netc.sh COMMAND

  demo      check, count, train, judge, compile and run a network on handwritten digits
  test      run all tests
  build     make .build/release/netc, one static binary
  bench     time the networks of specs/, beside other runtimes where they are installed;
            `bench --help` tells the options, `bench SPEC …` is `netc bench`
  cross     compile the kernels for arm64 and check them under an emulator, where there is one
  gpu-compile-check
            compile the GPU's kernels with NVIDIA's compiler, from a wheel in a virtual environment; needs no GPU
  gpu-library-check
            hold netc's prototypes against the headers of cuDNN and cuBLASLt, and make cuDNN's engines for a GPU that is
            only described, with wheels in a virtual environment (2.3 GB); needs no GPU
  onnx-check
            hold exported models against onnx's checker and onnxruntime, from wheels in a virtual environment
  onnx-tests
            import and run the test cases that the onnx package has for its operators, from such an environment
  sanitize  run kernels and runtime under the address, undefined-behaviour and thread sanitizers (an hour)
TEXT
}

say() { printf '%s\n' "$*" >&2; }

# The libraries that netc links, and what finds them. Swift itself has to be there.
install_missing() {
  if ! command -v swift >/dev/null 2>&1; then
    say "netc.sh: Swift 6.3 is not on the PATH; see https://www.swift.org/install/linux"
    exit 1
  fi
  if command -v pkg-config >/dev/null 2>&1 && pkg-config --exists yaml-0.1 zlib libpng libjpeg; then return; fi
  packages="libyaml-dev zlib1g-dev libpng-dev libjpeg-dev pkg-config"
  if ! command -v apt-get >/dev/null 2>&1; then
    say "netc.sh: please install libyaml, zlib, libpng, libjpeg (with headers) and pkg-config; there is no apt-get here"
    exit 1
  fi
  root=""
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
      say "netc.sh: as root, run: apt-get install $packages"
      exit 1
    fi
    root="sudo"
    say "netc.sh: installing $packages with sudo"
  else
    say "netc.sh: installing $packages"
  fi
  $root apt-get update -qq
  $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
}

build() {
  say "netc.sh: building (a minute or two the first time)"
  log=$(mktemp)
  # Without a dynamic linker a process starts two milliseconds sooner; some systems have no libraries for that.
  # It could not load NVIDIA's driver either.
  whole=""
  if [ -z "${NETC_CUDA_PATH:-}" ] && ! ldconfig -p 2>/dev/null | grep -q libcuda.so.1 &&
    printf 'int main(void) { return 0; }\n' |
    clang -x c - -static -fuse-ld=lld -lyaml -lpng16 -ljpeg -lz -lstdc++ -lm -o "$log.out" >/dev/null 2>&1; then
    whole="-Xswiftc -static-executable -Xswiftc -use-ld=lld"
  fi
  rm -f "$log.out"
  # Linkers remark on functions that Foundation has and netc does not call: the log is for failures.
  # shellcheck disable=SC2086
  if ! swift build -c release --static-swift-stdlib $whole -Xlinker -s --product netc >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    exit 1
  fi
  rm -f "$log"
  netc=.build/release/netc
}

step() {
  printf '\n\033[1m$ %s\033[0m\n' "$*" | if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then cat; else sed 's/\x1b\[[0-9]*m//g'; fi
}

demo() {
  out=$(mktemp -d)
  trap 'rm -rf "$out"' EXIT
  digits=specs/digits
  step netc check specs/digits.yaml
  $netc check specs/digits.yaml
  step netc report specs/digits.yaml
  $netc report specs/digits.yaml
  step netc train specs/digits.yaml --output digits
  $netc train specs/digits.yaml --output "$out/digits" | sed "s|$out/||"
  step netc eval specs/digits.yaml --weights digits/best.safetensors
  $netc eval specs/digits.yaml --weights "$out/digits/best.safetensors" | tee "$out/judged"
  # 98.06 % where it was measured; another CPU rounds otherwise, and an image is worth 0.28.
  if ! awk '$1 == "accuracy" { found = 1; good = $2 + 0 >= 97.5 } END { exit !(found && good) }' "$out/judged"; then
    say "netc.sh: expected at least 97.5 % of the test images: this build learns something else"
    exit 1
  fi
  printf '\nNow with the published weights.\n'
  step netc compile specs/digits.yaml --weights $digits/weights.safetensors -o digits.netc
  $netc compile specs/digits.yaml --weights $digits/weights.safetensors -o "$out/digits.netc" 2>&1 | sed "s|$out/||"
  step netc run digits.netc --input $digits/test-images-idx3-ubyte.gz --labels $digits/test-labels-idx1-ubyte.gz --draw 8
  $netc run "$out/digits.netc" --input $digits/test-images-idx3-ubyte.gz \
    --labels $digits/test-labels-idx1-ubyte.gz --draw 8 | tee "$out/result"
  expected="354 of 360 right; wrong are 116, 136, 221, 225, 292, 328"
  if ! grep -q "$expected" "$out/result"; then
    say "netc.sh: expected $expected: this build computes something else"
    exit 1
  fi
  printf '\nThe accuracy is the published one, to the last image.\n'
}

# Suites of threads have limits of time, and would wait for the long ones: they run on their own.
threads="RuntimeTests|NetcTests"

run_tests() {
  swift format lint --strict --recursive Sources Tests Package.swift
  swift build --build-tests
  swift test --skip-build --filter "$threads"
  swift test --skip-build --skip "$threads"
}

# NVRTC compiles without a device. The wheel takes 220 MB on disk.
gpu_compile_check() {
  python=.build/nvrtc
  if ! [ -x "$python/bin/python3" ]; then python3 -m venv "$python"; fi
  "$python/bin/python3" -m pip install --quiet nvidia-cuda-nvrtc-cu12
  swift build --build-tests
  NETC_NVRTC="$PWD/$python" swift test --skip-build --filter NVRTCTests
}

# cuDNN and cuBLASLt with their headers. cuDNN wants some driver beside it, even to make engines for a device that is
# only described to it.
gpu_library_check() {
  python=.build/gpu-libraries
  if ! [ -x "$python/bin/python3" ]; then python3 -m venv "$python"; fi
  "$python/bin/python3" -m pip install --quiet nvidia-cudnn-cu12 nvidia-cublas-cu12 nvidia-cuda-runtime-cu12 \
    nvidia-cuda-nvrtc-cu12
  wheels=$(echo "$python"/lib/python3*/site-packages/nvidia)
  clang++ -std=c++17 -fsyntax-only -Wno-deprecated-declarations -I Tests/FakeGPU/headers -I Sources/CGPU/include \
    -isystem "$wheels/cudnn/include" -isystem "$wheels/cublas/include" -isystem "$wheels/cuda_runtime/include" \
    -isystem "$wheels/cuda_nvrtc/include" Tests/FakeGPU/library_facts.cpp
  mkdir -p .build/no-device
  clang -shared -fPIC -Wl,-soname,libcuda.so.1 -o .build/no-device/libcuda.so.1 Tests/FakeGPU/no_device.c
  swift build --build-tests
  NETC_GPU_WHEELS="$PWD/$python" LD_LIBRARY_PATH="$PWD/.build/no-device${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" \
    swift test --skip-build --filter RealLibrariesTests
}

# onnx_suite SUITE
onnx_suite() {
  python=.build/onnx
  if ! [ -x "$python/bin/python3" ]; then python3 -m venv "$python"; fi
  "$python/bin/python3" -m pip install --quiet onnx onnxruntime numpy
  swift build --build-tests
  NETC_ONNX="$PWD/$python" swift test --skip-build --filter "$1"
}

# What is written in C, and what runs on several threads. Swift's globals are never freed: no leaks are sought. Swift
# has no undefined-behaviour sanitizer on Linux; that of the C code traps. Whole networks of specs/ would take hours, and
# call no kernel in another way than the tests of kernels and layers do. An argument names one of the three.
sanitize() {
  all="$threads KernelTests\.|CPUBackendTests\."
  for kind in ${1:-address undefined thread}; do
    case $kind in
      address) sanitized address "$all" --sanitize=address ;;
      undefined) sanitized undefined "$all" -Xcc -fsanitize=undefined -Xcc -fsanitize-trap=undefined ;;
      thread) sanitized thread "$threads CPUExecutableTests|TrainingPlanTests" --sanitize=thread ;;
      *) usage >&2; exit 64 ;;
    esac
  done
}

# sanitized KIND SUITES OPTION…: one group of suites after the other, for those of threads have limits of time and would
# wait for the long ones.
sanitized() {
  kind=$1
  suites=$2
  shift 2
  say "netc.sh: $kind sanitizer"
  swift build --build-tests --scratch-path ".build/$kind" "$@"
  for group in $suites; do
    ASAN_OPTIONS=detect_leaks=0 TSAN_OPTIONS=halt_on_error=1 \
      swift test --skip-build --scratch-path ".build/$kind" --filter "$group" --skip "ZooTests|SplitPlanTests" "$@"
  done
}

# The kernels of another architecture, held against double precision by a program in C: no Swift is needed for it.
cross() {
  missing=""
  for tool in clang ld.lld qemu-aarch64; do command -v $tool >/dev/null 2>&1 || missing="$missing $tool"; done
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  arm="clang --target=aarch64-linux-gnu -fuse-ld=lld -static -std=c17 -O3 -fno-math-errno -Wall -Wextra"
  printf '#include <math.h>\nint main(void) { return 0; }\n' >"$folder/empty.c"
  if [ -n "$missing" ] || ! $arm "$folder/empty.c" -lm -o "$folder/empty" 2>/dev/null; then
    say "netc.sh: SKIPPED: no compiler or emulator for arm64 (missing:${missing:- its C library}); on Debian:"
    say "  apt-get install qemu-user libc6-dev-arm64-cross libgcc-12-dev-arm64-cross, and clang with lld"
    return
  fi
  sources=$(find Sources/CKernels Tests/Cross -name '*.c')
  # shellcheck disable=SC2086
  $arm -I Sources/CKernels/include $sources -lm -o "$folder/rows"
  qemu-aarch64 "$folder/rows"
}

bench() {
  case "${1:-}" in
    "" | -*) ;;
    *) exec $netc bench "$@" ;;
  esac
  if command -v python3 >/dev/null 2>&1; then exec python3 -B Benchmarks/bench.py --netc "$netc" "$@"; fi
  say "netc.sh: there is no python3 to run other runtimes with: netc alone"
  for spec in lenet mnist squeezenet mobilenetv2 resnet18 resnet50 vgg16; do
    $netc bench specs/$spec.yaml --check
  done
}

command=${1:-}
[ $# -gt 0 ] && shift
case "$command" in
  demo) install_missing; build; demo ;;
  test) install_missing; run_tests "$@" ;;
  build) install_missing; build; say "netc.sh: $(pwd)/$netc" ;;
  bench) install_missing; build; bench "$@" ;;
  cross) cross ;;
  gpu-compile-check) install_missing; gpu_compile_check ;;
  gpu-library-check) install_missing; gpu_library_check ;;
  onnx-check)
    install_missing; onnx_suite ONNXRuntimeTests; build
    "$python/bin/python3" -B Tests/ONNXTests/zoo_check.py "$netc" specs/*.yaml ;;
  onnx-tests) install_missing; onnx_suite ONNXTests.NodeTests ;;
  sanitize) install_missing; sanitize "$@" ;;
  -h | --help | help) usage ;;
  *) usage >&2; exit 64 ;;
esac
