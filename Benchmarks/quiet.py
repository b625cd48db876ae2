"""Whether anything else runs on this machine while an engine is timed; all is quiet where the system does not tell."""

import os
import time

# Cores that others may use on average before a turn counts as disturbed.
TOLERANCE = 0.15


def busy_seconds():
    """CPU seconds that all processes have used so far; what a hypervisor took away counts as used."""
    try:
        with open("/proc/stat", encoding="ascii") as file:
            user, nice, system, _, _, interrupts, soft, steal = (int(word) for word in file.readline().split()[1:9])
    except (OSError, ValueError):
        return None
    return (user + nice + system + interrupts + soft + steal) / os.sysconf("SC_CLK_TCK")


class Watch:
    """What others do from its making on."""

    def __init__(self):
        self.begin, self.used = time.monotonic(), busy_seconds()

    def others(self, own=0.0):
        """Cores that others used on average, when `own` CPU seconds were ours."""
        used = busy_seconds()
        if used is None or self.used is None:
            return 0.0
        return max(0.0, used - self.used - own) / max(1e-3, time.monotonic() - self.begin)


class Patience:
    """Seconds that may be spent on waiting for a quiet machine, and on taking disturbed turns again."""

    def __init__(self, seconds):
        self.left = seconds

    def wait(self, pause):
        """Sleeps for `pause` seconds, and on until nobody else works or patience ends."""
        while True:
            watch = Watch()
            time.sleep(pause)
            if watch.others() <= TOLERANCE or self.left <= 0:
                return
            self.left -= pause

    def turn(self, take, pause):
        """`take()` while nothing else runs, if that can be had: what it gives, and whether that was so.

        The last thing that `take` gives is how many CPU seconds it used.
        """
        while True:
            self.wait(pause)
            watch = Watch()
            result = take()
            if watch.others(result[-1]) <= TOLERANCE:
                return result, True
            if self.left <= 0:
                return result, False
            self.left -= time.monotonic() - watch.begin
