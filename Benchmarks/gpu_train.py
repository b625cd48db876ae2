#!/usr/bin/env python3
"""Steps of training on a GPU, netc beside PyTorch: eager, channels_last, CUDA graphs, compiled with max-autotune.

    Benchmarks/gpu_train.py resnet50:128 lenet:128 --precision bf16 --netc PATH

Every form and netc run one after the other, round by round, each in a process of its own. A ratio is the time of
PyTorch's best form over netc's, by medians; memory is the device's, what netc allocates and what PyTorch reserved at most.

Without a GPU, or without PyTorch for one, it says so and ends with 1; netc alone is measured with --alone.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

from engines import HERE, run

sys.path.insert(0, os.path.join(HERE, "peers"))
from gpu_train_peer import FORMS

USUAL = ["lenet:128", "mnist:128", "resnet20:128", "resnet50:128", "resnet50:256", "vgg16:64"]


def peer(asked, form, network, batch):
    """The facts of one line of `gpu_train_peer.py`."""
    command = [asked.python, os.path.join(HERE, "peers", "gpu_train_peer.py"), form, network, str(batch),
               asked.precision, str(asked.seconds)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        return json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        return {"error": (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]}


def cell(asked, network, batch):
    command = [asked.netc, "bench", os.path.join(asked.specs, network + ".yaml"), "--train", "--device", "gpu",
               "--batch", str(batch), "--precision", asked.precision, "--seconds", str(asked.seconds), "--json"]
    own, forms, failed = [], {}, {}
    for _ in range(asked.rounds):
        own.append(json.loads(run(command)))
        for form in [] if asked.alone else asked.forms:
            if form in failed:
                continue
            answer = peer(asked, form, network, batch)
            if "error" in answer:
                failed[form] = answer["error"]
            else:
                forms.setdefault(form, []).append(answer)

    def median(answers):
        return statistics.median(answer["median_ms"] for answer in answers)

    sizes = own[0]["memory"]
    bytes_on_device = sum(sizes[key] for key in ("weight_bytes", "arena_bytes", "input_output_bytes"))
    words = [f"{network:10} {batch:4} {asked.precision:5} netc {median(own):9.4f} ms {bytes_on_device / 2**20:.0f} MiB"]
    words += [f"{form} {median(answers):9.4f}" for form, answers in forms.items()]
    if forms:
        best = min(forms, key=lambda form: median(forms[form]))
        memory = max(answer["peak_device_bytes"] for answer in forms[best])
        words.append(f"ratio {median(forms[best]) / median(own):.2f} ({best}, {memory / 2**20:.0f} MiB)")
    print("  ".join(words), flush=True)
    for form, reason in failed.items():
        print(f"{'':10}      {form} failed: {reason}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cells", nargs="*", default=USUAL, help="network:batch")
    parser.add_argument("--netc", default=".build/release/netc")
    parser.add_argument("--specs", default="specs")
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has PyTorch for GPUs")
    parser.add_argument("--precision", choices=["fp32", "bf16", "fp16"], default="bf16")
    parser.add_argument("--forms", type=lambda text: text.split(","), default=FORMS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--alone", action="store_true", help="without PyTorch")
    asked = parser.parse_args()
    gpu = json.loads(run([asked.netc, "doctor", "--json"])).get("gpu") or {}
    if not gpu.get("usable"):
        sys.exit(f"gpu_train: there is no device: {gpu.get('problem') or 'nothing of NVIDIA was found'}")
    for name in asked.cells:
        network, _, batch = name.partition(":")
        cell(asked, network, int(batch or 1))


if __name__ == "__main__":
    main()
