#!/bin/sh
# Everything that is worth knowing of netc on a GPU, in one call: what there is, whether every network of specs/ computes
# what its graph says in double precision (fp32 and bf16), whether a small one is clean under compute-sanitizer, and
# times. Writes to standard output. With --train: a training of digits beside the CPU's, and times of steps.
#
# usage: Benchmarks/gpu.sh [--train] [path of netc]
set -u
cd "$(dirname "$0")/.."
trains=
if [ "${1:-}" = --train ]; then trains=1; shift; fi
netc=${1:-.build/release/netc}

"$netc" doctor || exit 1

# train_once DEVICE: the last line of a training says what was best.
train_once() {
  rm -rf "$folder"
  "$netc" train specs/digits.yaml --device "$1" --output "$folder" --epochs 20 2>&1 | grep 'best epoch' || echo FAILED
}

train() {
  printf '\n== digits, 20 epochs\n'
  folder=$(mktemp -d)/run
  for device in gpu cpu; do printf '%s: %s\n' $device "$(train_once $device)"; done
  if command -v compute-sanitizer >/dev/null 2>&1; then
    printf '\n== compute-sanitizer memcheck\n'
    compute-sanitizer --error-exitcode 1 "$netc" bench specs/lenet.yaml --train --batch 8 --device gpu --seconds 0.01 ||
      failed=1
  fi
  printf '\n== steps of training, milliseconds: median, least, 90th percentile\n'
  for cell in lenet:128 mnist:128 resnet20:128 resnet50:128 resnet50:256 vgg16:64; do
    for precision in fp32 bf16; do
      "$netc" bench "specs/${cell%:*}.yaml" --train --device gpu --precision $precision --batch "${cell#*:}" --json |
        sed -E 's/.*"name":"([^"]*)".*"batch":([0-9]+).*"precision":"([^"]*)".*"median_ms":([^,]*),"min_ms":([^,]*),.*"p90_ms":([^,]*),.*/\1 batch \2 \3: \4 \5 \6/'
    done
  done
}

failed=0
if [ -n "$trains" ]; then
  train
  exit $failed
fi

printf '\n== against double precision\n'
for spec in specs/*.yaml; do
  for precision in fp32 bf16; do
    if result=$("$netc" bench "$spec" --device gpu --precision $precision --check --seconds 0.01 2>&1); then
      printf '%-24s %s %s\n' "$(basename "$spec" .yaml)" $precision "$(printf '%s\n' "$result" | grep check)"
    else
      failed=$((failed + 1))
      printf '%-24s %s FAILED\n%s\n' "$(basename "$spec" .yaml)" $precision "$result"
    fi
  done
done

if command -v compute-sanitizer >/dev/null 2>&1; then
  for tool in memcheck racecheck synccheck; do
    printf '\n== compute-sanitizer %s\n' $tool
    compute-sanitizer --tool $tool --error-exitcode 1 "$netc" bench specs/lenet.yaml --device gpu --seconds 0.01 ||
      failed=$((failed + 1))
  done
fi

printf '\n== times, milliseconds: median, least, 90th percentile\n'
for spec in lenet mnist resnet50 vgg16 mobilenetv2; do
  for precision in fp32 bf16; do
    for batch in 1 32 256; do
      "$netc" bench specs/$spec.yaml --device gpu --precision $precision --batch $batch --json |
        sed -E 's/.*"name":"([^"]*)".*"batch":([0-9]+).*"precision":"([^"]*)".*"median_ms":([^,]*),"min_ms":([^,]*),.*"p90_ms":([^,]*),.*"gflop_per_s":([^,}]*).*/\1 batch \2 \3: \4 \5 \6, \7 GFLOP\/s/'
    done
  done
done
exit $((failed > 0))
