#!/usr/bin/env python3
"""netc beside PyTorch on a GPU: eager, channels_last, CUDA graphs, compiled with max-autotune; autocast for bf16, fp16.

    Benchmarks/gpu.py resnet50:1 resnet50:32 lenet:1 --precision bf16 --netc PATH

Every form and netc run one after the other, round by round, each in a process of its own, from arrays in the host's
memory to arrays there. A ratio is the time of PyTorch's best form over netc's, by medians. The last columns are what
netc's kernels take by themselves, and their share of what the device does at most: the larger of the times that all
products take at the rate of a large matrix product, and all tensors at the bandwidth of a large copy, over theirs.

Without a GPU, or without PyTorch for one, it says so and ends with 1; netc alone is measured with --alone.
"""

import json
import os
import statistics
import sys
import tempfile

from checks import check
from devices import ceilings, options, peer, report, shares
from engines import HERE, run

sys.path.insert(0, os.path.join(HERE, "peers"))
from gpu_peer import FORMS

USUAL = ["lenet:1", "mnist:1"] + [f"{name}:{batch}" for name in ("resnet50", "vgg16", "mobilenetv2")
                                  for batch in (1, 32, 256)]


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


def cell(asked, network, batch, most):
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
                answer = peer(
                    asked.python, "gpu_peer.py", form, folder, asked.peer_precision, asked.seconds)
                if "error" in answer:
                    failed[form] = answer["error"]
                    continue
                forms.setdefault(form, []).append(answer["median_ms"])
                check(f"{folder}/{form}.npy", f"{folder}/reference.npy", asked.check)
        kernels = shares(command, most)
    median = statistics.median(own)
    words = [f"{network:14} {batch:4} {asked.precision:5} netc {median:9.4f} ms"]
    for form, times in forms.items():
        words.append(f"{form} {statistics.median(times):9.4f}")
    if forms:
        best = min(forms, key=lambda form: statistics.median(forms[form]))
        words.append(f"ratio {statistics.median(forms[best]) / median:.2f} ({best})")
    report(words + kernels, failed)


def main():
    parser = options(__doc__, USUAL, FORMS)
    parser.add_argument("--numerics", choices=["fast", "strict"], default="fast")
    asked = parser.parse_args()
    strict = asked.precision == "fp32" and asked.numerics == "strict"
    asked.peer_precision = "fp32-strict" if strict else asked.precision
    # TF32 and fp16 have the digits of neither; bf16's bounds hold for both.
    asked.check = "fp32" if strict else "bf16"
    most = ceilings(asked, asked.peer_precision)
    for name in asked.cells:
        network, _, batch = name.partition(":")
        cell(asked, network, int(batch or 1), most)


if __name__ == "__main__":
    main()
