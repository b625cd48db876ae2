#!/usr/bin/env python3
"""netc beside PyTorch on a GPU: eager, channels_last, CUDA graphs, compiled with max-autotune; autocast for bf16, fp16.

    Benchmarks/gpu.py resnet50:1 resnet50:32 lenet:1 --precision bf16 --netc PATH

Every form and netc run one after the other, round by round, each in a process of its own, from arrays in the host's
memory to arrays there. A ratio is the time of PyTorch's best form over netc's, by medians. The last columns are what
netc's kernels take by themselves, and their share of what the device does at most: the larger of the times that all
products take at the rate of a large matrix product, and all tensors at the bandwidth of a large copy, over theirs.

Without a GPU, or without PyTorch for one, it says so and ends with 1; netc alone is measured with --alone.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

from checks import check
from engines import HERE, run

sys.path.insert(0, os.path.join(HERE, "peers"))
from gpu_peer import FORMS

USUAL = ["lenet:1", "mnist:1"] + [f"{name}:{batch}" for name in ("resnet50", "vgg16", "mobilenetv2")
                                  for batch in (1, 32, 256)]


def peer(python, form, folder, asked):
    """The facts of one line of `gpu_peer.py`."""
    command = [python, os.path.join(HERE, "peers", "gpu_peer.py"), form, folder, asked.peer_precision,
               str(asked.seconds)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        return json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        return {"error": (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]}


def prepare(asked, network, batch, folder):
    """Writes weights, an input and the result that is right; checks netc on the device."""
    spec = os.path.join(asked.specs, network + ".yaml")
    drawn = f"{folder}/drawn.netc"
    run([asked.netc, "compile", spec, "--batch", str(batch), "-o", drawn, "--quiet"])
    run([asked.python, os.path.join(HERE, "peers", "prepare.py"), drawn, folder])
    weights = ["--weights", f"{folder}/weights.safetensors"]
    arithmetic = ["--batch", str(batch), "--precision", asked.precision, "--numerics", asked.numerics]
    run([asked.netc, "run", spec] + weights + arithmetic
        + ["--device", "gpu", "--input", f"{folder}/input.npy", "--output", f"{folder}/netc.npy"])
    check(f"{folder}/netc.npy", f"{folder}/reference.npy", asked.check)
    return [asked.netc, "bench", spec] + weights + arithmetic + ["--device", "gpu"]


def cell(asked, network, batch, ceilings):
    with tempfile.TemporaryDirectory() as folder:
        spec = os.path.join(asked.specs, network + ".yaml")
        arithmetic = ["--batch", str(batch), "--precision", asked.precision, "--numerics", asked.numerics]
        command = [asked.netc, "bench", spec, "--device", "gpu"] + arithmetic
        if not asked.alone:
            command = prepare(asked, network, batch, folder)
        command += ["--seconds", str(asked.seconds), "--json"]
        own, forms, failed = [], {}, {}
        for _ in range(asked.rounds):
            facts = json.loads(run(command))
            own.append(facts["median_ms"])
            for form in [] if asked.alone else asked.forms:
                if form in failed:
                    continue
                answer = peer(asked.python, form, folder, asked)
                if "error" in answer:
                    failed[form] = answer["error"]
                    continue
                forms.setdefault(form, []).append(answer["median_ms"])
                check(f"{folder}/{form}.npy", f"{folder}/reference.npy", asked.check)
    median = statistics.median(own)
    launches = json.loads(run(command + ["--profile"]))["launches"]
    kernels = sum(launch["median_us"] for launch in launches) / 1e6
    words = [f"{network:14} {batch:4} {asked.precision:5} netc {median:9.4f} ms"]
    for form, times in forms.items():
        words.append(f"{form} {statistics.median(times):9.4f}")
    if forms:
        best = min(forms, key=lambda form: statistics.median(forms[form]))
        words.append(f"ratio {statistics.median(forms[best]) / median:.2f} ({best})")
    words.append(f"{len(launches)} kernels {1e3 * kernels:9.4f}")
    if ceilings:
        floors = {
            "matrix rate": sum(launch["gflop"] for launch in launches) * 1e9 / ceilings["flop_per_s"],
            "bandwidth": sum(launch["bytes"] for launch in launches) / ceilings["bytes_per_s"]}
        bound = max(floors, key=floors.get)
        words.append(f"{100 * floors[bound] / kernels:.1f} % of the {bound}")
    print("  ".join(words), flush=True)
    for form, reason in failed.items():
        print(f"{'':14}      {form} failed: {reason}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cells", nargs="*", default=USUAL, help="network:batch")
    parser.add_argument("--netc", default=".build/release/netc")
    parser.add_argument("--specs", default="specs")
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has PyTorch for GPUs")
    parser.add_argument("--precision", choices=["fp32", "bf16", "fp16"], default="bf16")
    parser.add_argument("--numerics", choices=["fast", "strict"], default="fast")
    parser.add_argument("--forms", type=lambda text: text.split(","), default=FORMS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--alone", action="store_true", help="without PyTorch")
    asked = parser.parse_args()
    strict = asked.precision == "fp32" and asked.numerics == "strict"
    asked.peer_precision = "fp32-strict" if strict else asked.precision
    # TF32 and fp16 have the digits of neither; bf16's bounds hold for both.
    asked.check = "fp32" if strict else "bf16"

    doctor = json.loads(run([asked.netc, "doctor", "--json"]))
    gpu = doctor.get("gpu") or {}
    if not gpu.get("usable"):
        sys.exit(f"gpu: there is no device: {gpu.get('problem') or 'nothing of NVIDIA was found'}")
    ceilings = None
    if not asked.alone:
        ceilings = peer(asked.python, "ceilings", "-", asked)
        if "error" in ceilings:
            sys.exit(f"gpu: PyTorch cannot use the device: {ceilings['error']}")
        print(f"{ceilings['device']}, PyTorch {ceilings['version']}: {ceilings['flop_per_s'] / 1e12:.1f} TFLOP/s in "
              f"{asked.peer_precision}, copies {ceilings['bytes_per_s'] / 1e12:.2f} TB/s", flush=True)
    for name in asked.cells:
        network, _, batch = name.partition(":")
        cell(asked, network, int(batch or 1), ceilings)


if __name__ == "__main__":
    main()
