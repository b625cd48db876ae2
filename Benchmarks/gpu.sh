#!/bin/sh
# Everything that is worth knowing of netc on a GPU, in one call: what there is, whether every network of specs/ computes
# what its graph says in double precision (fp32 strictly and in TF32, bf16, fp16), whether a small one is clean under
# compute-sanitizer, where time goes, and times beside PyTorch's where a Python has that. Writes to standard
# output. With --train in front: a training of digits beside the CPU's, one of MNIST where specs/training has its files,
# and times of steps beside PyTorch's.
#
# usage: Benchmarks/gpu.sh [--train] [path of netc] [python with PyTorch]
set -u
cd "$(dirname "$0")/.."
trains=
if [ "${1:-}" = --train ]; then trains=1; shift; fi
netc=${1:-.build/release/netc}
python=${2:-python3}

"$netc" doctor || exit 1
if ! "$netc" doctor --json | grep -q '"usable":true'; then
  echo "gpu.sh: there is no device: nothing was measured" >&2
  exit 1
fi

# train_once DEVICE PRECISION: the last line of a training says what was best.
train_once() {
  rm -rf "$folder"
  "$netc" train specs/digits.yaml --device "$1" --precision "$2" --output "$folder" --epochs 20 2>&1 |
    grep 'best epoch' || echo FAILED
}

alone=
"$python" -c 'import torch, sys; sys.exit(not torch.cuda.is_available())' 2>/dev/null || alone=--alone

train() {
  printf '\n== digits, 20 epochs\n'
  folder=$(mktemp -d)/run
  for precision in fp32 bf16 fp16; do printf 'gpu, %s: %s\n' $precision "$(train_once gpu $precision)"; done
  printf 'cpu: %s\n' "$(train_once cpu fp32)"
  if command -v compute-sanitizer >/dev/null 2>&1; then
    printf '\n== compute-sanitizer memcheck\n'
    compute-sanitizer --error-exitcode 1 "$netc" bench specs/lenet.yaml --train --batch 8 --device gpu --seconds 0.01 ||
      failed=1
  fi
  if [ -e specs/training/data/mnist ]; then
    printf '\n== MNIST, 10 epochs: test accuracy\n'
    rm -rf "$folder"
    "$netc" train specs/training/mnist.yaml --device gpu --output "$folder" &&
      "$netc" eval specs/training/mnist.yaml --device gpu --weights "$folder/best.safetensors" || failed=1
  fi
  printf '\n== steps of training\n'
  for precision in bf16 fp16 fp32; do
    # shellcheck disable=SC2086
    "$python" -B Benchmarks/gpu_train.py --netc "$netc" --python "$python" --precision $precision $alone || failed=1
  done
}

failed=0
if [ -n "$trains" ]; then
  train
  exit $failed
fi

printf '\n== against double precision\n'
for spec in specs/*.yaml; do
  for arithmetic in "fp32 --numerics strict" fp32 bf16 fp16; do
    # shellcheck disable=SC2086
    if result=$("$netc" bench "$spec" --device gpu --precision $arithmetic --check --seconds 0.01 2>&1); then
      printf '%-24s %-22s %s\n' "$(basename "$spec" .yaml)" "$arithmetic" "$(printf '%s\n' "$result" | grep check)"
    else
      failed=$((failed + 1))
      printf '%-24s %-22s FAILED\n%s\n' "$(basename "$spec" .yaml)" "$arithmetic" "$result"
    fi
  done
done

if command -v compute-sanitizer >/dev/null 2>&1; then
  for tool in memcheck racecheck synccheck; do
    printf '\n== compute-sanitizer %s\n' $tool
    for precision in fp32 bf16 fp16; do
      compute-sanitizer --tool $tool --error-exitcode 1 "$netc" bench specs/lenet.yaml --device gpu --batch 64 \
        --precision $precision --seconds 0.01 || failed=$((failed + 1))
    done
  done
fi

printf '\n== by netc'"'"'s own kernels, by rule, and tuned\n'
for spec in lenet resnet50 mobilenetv2; do
  for precision in bf16 fp32; do
    NETC_GPU_LIBRARIES=none "$netc" bench specs/$spec.yaml --device gpu --precision $precision --batch 32 ||
      failed=$((failed + 1))
    "$netc" bench specs/$spec.yaml --device gpu --precision $precision --batch 32 || failed=$((failed + 1))
    "$netc" bench specs/$spec.yaml --device gpu --precision $precision --batch 32 --tune || failed=$((failed + 1))
  done
done

printf '\n== where time goes\n'
for spec in lenet resnet50; do
  "$netc" bench specs/$spec.yaml --device gpu --precision bf16 --batch 32 --profile
done

printf '\n== times\n'
for precision in bf16 fp16 fp32; do
  # shellcheck disable=SC2086
  "$python" -B Benchmarks/gpu.py --netc "$netc" --python "$python" --precision $precision $alone ||
    failed=$((failed + 1))
done
exit $((failed > 0))
