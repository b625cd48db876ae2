#!/usr/bin/env python3
"""One step of training, forward, backward and update with momentum: netc against PyTorch and TensorFlow, in turns.

    Benchmarks/train.py lenet:128 resnet18:16 --threads 2 --numerics strict

Each round every form of a peer and netc have a turn; a ratio is the peer's time over netc's of the same round, of its
form that is the quickest by its median. Above 1 netc is faster. TensorFlow takes part where `install_peers.sh
tensorflow` has put it, with networks that `train_tensorflow.py` has. In bf16, PyTorch alone does, under autocast.
"""

import argparse
import json
import os
import statistics
import subprocess

from engines import HERE, pinned, run

# By the peer that has them.
FORMS = {
    "PyTorch": ["eager", "eager-last", "compile", "compile-last"],
    "TensorFlow": ["tensorflow", "tensorflow-xla"],
}
ALL_FORMS = [form for forms in FORMS.values() for form in forms]


class Peer:
    """A form of a peer in a process of its own, asleep between its turns."""

    def __init__(self, python, form, network, batch, threads, precision):
        self.process = subprocess.Popen(
            [python, os.path.join(HERE, "peers", "train_peer.py"), form, network, str(threads), str(batch), precision],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=dict(os.environ, OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads)),
            preexec_fn=pinned(threads))
        self.version = self.answer()["version"]

    def answer(self):
        line = self.process.stdout.readline()
        facts = json.loads(line) if line else {"error": "it ended without a word"}
        if "error" in facts:
            raise RuntimeError(facts["error"])
        return facts

    def turn(self, seconds):
        print(seconds, file=self.process.stdin, flush=True)
        return self.answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def cell(asked, network, batch):
    command = [
        asked.netc, "bench", os.path.join(asked.specs, network + ".yaml"), "--train", "--batch", str(batch),
        "--numerics", asked.numerics, "--precision", asked.precision, "--threads", str(asked.threads),
        "--seconds", str(asked.seconds), "--json"]
    peers = {}
    for form in asked.forms:
        python = asked.tensorflow if form in FORMS["TensorFlow"] else asked.python
        if not os.path.exists(python) or form in FORMS["TensorFlow"] and asked.precision == "bf16":
            continue
        try:
            peers[form] = Peer(python, form, network, batch, asked.threads, asked.precision)
        except RuntimeError as fault:
            print(f"{network} {form} failed: {fault}", flush=True)
    rounds = []
    for _ in range(asked.rounds):
        own = json.loads(run(command, asked.threads))
        rounds.append((own, {form: peer.turn(asked.seconds) for form, peer in peers.items()}))
    for peer in peers.values():
        peer.close()
    own = statistics.median(first["median_ms"] for first, _ in rounds)
    own_memory = max(first["peak_rss_bytes"] for first, _ in rounds)
    print(f"{network:10s} batch {batch:<4d} {asked.threads} thr {asked.precision} {asked.numerics:6s} netc {own:8.2f} ms, "
          f"{own_memory / 2**20:.0f} MiB", flush=True)
    medians = {form: statistics.median(others[form]["median_ms"] for _, others in rounds) for form in peers}
    for name, forms in FORMS.items():
        own_forms = {form: medians[form] for form in forms if form in medians}
        if not own_forms:
            continue
        best = min(own_forms, key=own_forms.get)
        ratios = sorted(others[best]["median_ms"] / first["median_ms"] for first, others in rounds)
        memory = max(others[best]["peak_rss_bytes"] for _, others in rounds)
        print(f"  {name} {'  '.join(f'{form} {time:.2f}' for form, time in own_forms.items())}   "
              f"×{statistics.median(ratios):.2f} ({ratios[0]:.2f}..{ratios[-1]:.2f}) of {best}, "
              f"{memory / 2**20:.0f} MiB", flush=True)


def main():
    home = os.path.expanduser("~/.cache/netc/peers/bin/python")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cells", nargs="+", metavar="NETWORK:BATCH")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--numerics", choices=["fast", "strict"], default="fast")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--forms", nargs="+", choices=ALL_FORMS, default=ALL_FORMS)
    parser.add_argument("--netc", default=os.path.join(HERE, "..", ".build", "release", "netc"))
    parser.add_argument("--specs", default=os.path.join(HERE, "..", "specs"))
    parser.add_argument("--python", default=home)
    parser.add_argument("--tensorflow", default=os.path.expanduser("~/.cache/netc/peers-tensorflow/bin/python"))
    asked = parser.parse_args()
    for name in asked.cells:
        network, _, batch = name.partition(":")
        cell(asked, network, int(batch or 1))


if __name__ == "__main__":
    main()
