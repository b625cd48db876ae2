#!/usr/bin/env python3
"""Steps of training on a GPU, netc beside PyTorch: eager, channels_last, CUDA graphs, compiled with max-autotune.

    Benchmarks/gpu_train.py resnet50:128 lenet:128 --precision bf16 --netc PATH

Every form and netc run one after the other, round by round, each in a process of its own. A ratio is the time of
PyTorch's best form over netc's, by medians; memory is the device's, what netc allocates and what PyTorch reserved at most.
The last columns are what netc's kernels take by themselves, and their share of what the device does at most, as in gpu.py.

Without a GPU, or without PyTorch for one, it says so and ends with 1; netc alone is measured with --alone.
"""

import json
import os
import statistics
import sys

from devices import ceilings, options, peer, report, shares
from engines import HERE, run

sys.path.insert(0, os.path.join(HERE, "peers"))
from gpu_train_peer import FORMS

USUAL = ["lenet:128", "mnist:128", "resnet20:128", "resnet50:128", "resnet50:256", "vgg16:64"]


def cell(asked, network, batch, most):
    command = [asked.netc, "bench", os.path.join(asked.specs, network + ".yaml"), "--train", "--device", "gpu",
               "--batch", str(batch), "--precision", asked.precision, "--seconds", str(asked.seconds), "--json"]
    own, forms, failed = [], {}, {}
    for _ in range(asked.rounds):
        own.append(json.loads(run(command)))
        for form in [] if asked.alone else asked.forms:
            if form in failed:
                continue
            answer = peer(
                asked.python, "gpu_train_peer.py", form, network, batch, asked.precision, asked.seconds)
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
    report(words + shares(command, most), failed)


def main():
    asked = options(__doc__, USUAL, FORMS).parse_args()
    most = ceilings(asked, asked.precision)
    for name in asked.cells:
        network, _, batch = name.partition(":")
        cell(asked, network, int(batch or 1), most)


if __name__ == "__main__":
    main()
