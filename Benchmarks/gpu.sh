#!/bin/sh
# Everything that is worth knowing of netc on a GPU, in one call: what there is, whether every network of specs/ computes
# what its graph says in double precision (fp32 strictly and in TF32, bf16, fp16), whether a small one is clean under
# compute-sanitizer, where time goes, and times beside PyTorch's where a Python has that. Writes to standard output.
#
# usage: Benchmarks/gpu.sh [path of netc] [python with PyTorch]
set -u
cd "$(dirname "$0")/.."
netc=${1:-.build/release/netc}
python=${2:-python3}

"$netc" doctor || exit 1

printf '\n== against double precision\n'
failed=0
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
alone=
"$python" -c 'import torch, sys; sys.exit(not torch.cuda.is_available())' 2>/dev/null || alone=--alone
for precision in bf16 fp16 fp32; do
  # shellcheck disable=SC2086
  "$python" -B Benchmarks/gpu.py --netc "$netc" --python "$python" --precision $precision $alone ||
    failed=$((failed + 1))
done
exit $((failed > 0))
