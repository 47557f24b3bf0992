"""Do processes grow? Memory and descriptors of each, sampled when nothing is under way, from the time
it has warmed up to the end of the run."""

import collections
import os
import statistics

PAGE = os.sysconf("SC_PAGE_SIZE")
WARM = 0.25        # of a process's samples: caches and pools fill
ENOUGH = 8         # samples, below which nothing is said
FDS = 8            # connections that are just being made or given up
RSS = 8 << 20      # allocators keep what they had, and arenas are as large as the largest request
SHARE = 0.05


class Growth:
    def __init__(self):
        self.samples = collections.defaultdict(list)  # (name, pid): [(fds, rss)]

    def sample(self, shop):
        """Call when the shop rests. What Redis was given to keep is taken off its memory."""
        with shop.redis() as redis:
            kept = redis.info("memory")["used_memory"]
        for name in shop.order:
            for pid in pids(shop.processes[name].pid):
                fds, rss = measure(pid)
                self.samples[name, pid].append((fds, rss - kept if name == "redis" else rss))

    def rows(self):
        """(name, pid, samples, fds then, fds now, rss then, rss now, what is wrong or None)."""
        for (name, pid), samples in sorted(self.samples.items()):
            if len(samples) < ENOUGH:
                continue
            warm = samples[int(len(samples) * WARM):]
            part = max(2, len(warm) // 3)
            then, now = warm[:part], warm[-part:]
            # the fewest: clients keep connections for a while, with whichever gateway they came to
            fds = [min(s[0] for s in each) for each in (then, now)]
            rss = [statistics.median(s[1] for s in each) for each in (then, now)]
            wrong = None
            if fds[1] > fds[0] + FDS:
                wrong = "descriptors grow"
            elif rss[1] > rss[0] + RSS + SHARE * abs(rss[0]):
                wrong = "memory grows"
            yield (name, pid, len(samples), *fds, *rss, wrong)

    def tell(self):
        """Prints the table; returns what grows."""
        grown = []
        print(f"\n{'process':<14} {'rests':>5} {'descriptors':>15} {'memory, MB':>17}")
        for name, pid, count, fds0, fds1, rss0, rss1, wrong in self.rows():
            print(f"{name:<14} {count:>5} {fds0:>6.0f} → {fds1:>6.0f} {rss0 / 1e6:>7.1f} → "
                  f"{rss1 / 1e6:>7.1f}  {wrong or ''}")
            if wrong:
                grown.append(f"{name} ({pid}): {wrong}")
        return grown


def pids(parent):
    """A process and what it started: the gateway's workers."""
    with open(f"/proc/{parent}/task/{parent}/children", encoding="ascii") as children:
        return [parent, *map(int, children.read().split())]


def measure(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
        return len(os.listdir(f"/proc/{pid}/fd")), int(statm.read().split()[1]) * PAGE
