"""Two builds of netc, in turns: did a change make anything slower?"""

import json
import os
import statistics
import tempfile

import quiet
from engines import run

# A ratio that this many parts from 1 in most rounds is a change; smaller ones are noise on most machines.
NOTICED = 0.03
LEAST_ROUNDS = 7


def compare(asked, batch_of):
    """Prints a line per cell, and returns 1 when something became slower, else 0."""
    rounds, slower = max(asked.rounds, LEAST_ROUNDS), []
    print(f"{asked.netc} in milliseconds, and the time of {asked.against} over it: above 1 the first is faster")
    for network in asked.networks:
        for batch in dict.fromkeys(batch_of(word, network) for word in asked.batches):
            for threads in asked.threads:
                try:
                    pairs = _cell(asked, network, batch, threads, rounds)
                except (RuntimeError, ValueError) as fault:
                    print(f"{network:13s} batch {batch:<3d} failed: {fault}", flush=True)
                    continue
                own = statistics.median(first for first, _ in pairs)
                ratios = sorted(other / first for first, other in pairs)
                words, is_slower = verdict(ratios)
                print(
                    f"{network:13s} batch {batch:<3d} {threads} thr  {own:.4g}  ×{statistics.median(ratios):.3f} "
                    f"({ratios[0]:.3f}..{ratios[-1]:.3f})  {words}", flush=True)
                if is_slower:
                    slower.append(f"{network} {batch} {threads}")
    if slower:
        print(f"slower: {', '.join(slower)}")
    return 1 if slower else 0


def verdict(ratios):
    """Words on sorted ratios other/own, and whether they mean that the first build is slower.

    All but one of four rounds have to agree, whatever the median says: one disturbed round proves nothing.
    """
    quarter = len(ratios) // 4
    low, high, median = ratios[quarter], ratios[-1 - quarter], statistics.median(ratios)
    if high < 1 and median < 1 - NOTICED:
        return f"SLOWER by {100 * (1 / median - 1):.0f} %", True
    if low > 1 and median > 1 + NOTICED:
        return f"faster by {100 * (1 - 1 / median):.0f} %", False
    return "alike", False


def _cell(asked, network, batch, threads, rounds):
    """(milliseconds of the first, of the other) per round; each with an artefact of its own making."""
    spec, patience, pairs = os.path.join(asked.specs, network + ".yaml"), quiet.Patience(asked.patience), []
    with tempfile.TemporaryDirectory(prefix="netc-against-") as folder:
        builds = []
        for number, binary in enumerate((asked.netc, asked.against)):
            artefact = f"{folder}/{number}.netc"
            run([
                binary, "compile", spec, "--batch", str(batch), "--numerics", asked.numerics, "--quiet", "-o", artefact])
            builds.append([
                binary, "bench", artefact, "--threads", str(threads), "--seconds", str(asked.seconds / 2), "--json"])
        for number in range(rounds):
            turns = {}
            for build in (0, 1) if number % 2 == 0 else (1, 0):
                (turns[build], _), _ = patience.turn(lambda: _turn(builds[build], threads), 0.05)
            pairs.append((turns[0], turns[1]))
    return pairs


def _turn(command, threads):
    """Milliseconds, and the CPU seconds that the process used."""
    before = os.times()
    median = json.loads(run(command, threads))["median_ms"]
    after = os.times()
    return median, after.children_user + after.children_system - before.children_user - before.children_system
