#!/bin/sh
# Everything that is worth knowing of netc on a GPU, in one call: what there is, whether every network of specs/ computes
# what its graph says in double precision (fp32 and bf16), whether a small one is clean under compute-sanitizer, and
# times. Writes to standard output.
#
# usage: Benchmarks/gpu.sh [path of netc]
set -u
cd "$(dirname "$0")/.."
netc=${1:-.build/release/netc}

"$netc" doctor || exit 1

printf '\n== against double precision\n'
failed=0
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
