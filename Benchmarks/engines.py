"""netc and its peers as processes that take turns."""

import json
import os
import resource
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))


def pinned(threads):
    """Keeps a child on as many cores as it has threads."""
    cores = sorted(os.sched_getaffinity(0))[:threads]
    return lambda: os.sched_setaffinity(0, cores)


def run(command, threads=None):
    """Standard output; raises RuntimeError with the last words of a command that fails."""
    done = subprocess.run(
        command, capture_output=True, text=True, preexec_fn=pinned(threads) if threads else None, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or [f"{command[0]} ended with {done.returncode}"]
        # netc begins with the error and goes on with help, Python ends with it.
        raise RuntimeError(next((text for text in said if text.startswith("error")), said[-1]))
    return done.stdout


class Netc:
    """netc with one artefact or spec: a process per turn."""

    name = "netc"

    def __init__(self, command, threads):
        self.command, self.threads = command, threads
        self.version = run([command[0], "--version"]).split("(")[0].split()[1]
        self.facts = {}

    def turn(self, seconds):
        """Milliseconds, median and least of one turn, and the CPU seconds that it took."""
        words = ["--threads", str(self.threads), "--seconds", str(seconds), "--json"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        result = json.loads(run(self.command + words, self.threads))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.facts = {key: result[key] for key in ("load_ms", "first_ms", "peak_rss_bytes", "gflop")}
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return result["median_ms"], result["min_ms"], used

    def close(self):
        pass


class Peer:
    """A peer in a process of its own, asleep between its turns."""

    def __init__(self, python, name, folder, threads, precision="fp32"):
        self.name = name
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
        self.process = subprocess.Popen(
            [python, os.path.join(HERE, "peers", "peer.py"), name, folder, str(threads), precision],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment,
            preexec_fn=pinned(threads))
        self.facts = self.answer()
        self.version = self.facts.pop("version")

    def answer(self):
        line = self.process.stdout.readline()
        facts = json.loads(line) if line else {"error": "it ended without a word"}
        if "error" in facts:
            self.close()
            raise RuntimeError(facts["error"])
        return facts

    def turn(self, seconds):
        print(seconds, file=self.process.stdin, flush=True)
        facts = self.answer()
        self.facts["peak_rss_bytes"] = facts["peak_rss_bytes"]
        return facts["median_ms"], facts["min_ms"], facts["cpu_s"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()
