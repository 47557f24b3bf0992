#!/usr/bin/env python3
"""Whatever may befall a shop befalls it, one after the other, while people write to it.

    python3 tests/chaos.py [--seed 1] [--only cut,kill] [--seconds 10] [--minutes 10]

After each fault: every message that was acknowledged is answered exactly once and in order, what
each person received is what the session service says they were answered, as many messages are
recorded as were acknowledged, nothing waits and nothing is on its way. Prints a table, and ends with
1 when something does not hold. With --minutes, faults that leave one of each process alive come by
chance for so long, 2 s each, and in the end no process may have grown beyond what can be explained
(tests/chaos_growth.py).
"""

import argparse
import pathlib
import random
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import chaos_faults  # noqa: E402
import chaos_growth  # noqa: E402
import chaos_redis  # noqa: E402
import chaos_shop  # noqa: E402
import firewall  # noqa: E402

SOAK_S = 2
# those after which nobody is left whose growth could be seen
DEADLY = {"everything killed", "agents lost", "dispatcher lost", "flood", "kill redis",
          "redis restart", "full disk always", "full disk everysec", *chaos_faults.WORLDS}


def one(world, name, seconds):
    """Lets one fault happen. Returns (what was done, messages, refusals, longest, problems)."""
    problems, done = [], "?"
    with world.load() as load:
        hit = chaos_faults.Hit(world, load, seconds)
        try:
            done = chaos_faults.FAULTS[name](hit)
        except Exception as error:  # told in the table; the others are tried all the same
            problems.append(f"{type(error).__name__}: {error}")
        world.heal()
    problems += load.judge()
    if load.losable:
        done += f"; of {len(load.lost)} people something was lost, as Redis documents"
    return done, load, problems


def told(name, done, load, problems):
    refusals = sum(load.refusals.values()) + load.retries
    print(f"{name:<29} {load.count():>5} {refusals:>6} {load.longest:>7.1f}  "
          f"{'holds' if not problems else 'BROKEN':<7} {done}", flush=True)
    for problem in problems[:5]:
        print(f"    {problem[:2000]}", flush=True)


def by_chance(names, seed, minutes):
    """Until the time is over; never the same two in a row."""
    chance, last, end = random.Random(seed), None, time.monotonic() + 60 * minutes
    names = [name for name in names if name not in DEADLY]
    while time.monotonic() < end:
        last = chance.choice([name for name in names if name != last] or names)
        yield last


def run_all(names, seed, seconds):
    """The same with each in the world that it needs. A partition is made by the kernel, in a network
    of its own; where none can be made it is left out, and that is said."""
    wrong, left_out = {}, {}
    kinds = {kind: [name for name in names if chaos_faults.WORLDS.get(name) == kind]
             for kind in (None, "sentinels", "network")}
    for kind, shop in ((None, chaos_shop.Shop), ("sentinels", chaos_redis.Shop)):
        if kinds[kind]:
            wrong.update(run(kinds[kind], seed, seconds, shop=shop))
    if kinds["network"]:
        why = firewall.missing()
        if why:
            left_out = dict.fromkeys(kinds["network"], why)
        elif firewall.run([__file__, "--inside", "--seed", str(seed), "--seconds", str(seconds),
                           "--only", ",".join(kinds["network"])]):
            wrong["partition"] = ["see above"]
    for name, why in left_out.items():
        print(f"{name:<29} LEFT OUT: this needs a network namespace and nft: {why}", flush=True)
    return wrong, left_out


def run(names, seed, seconds, growth=None, shop=chaos_shop.Shop):
    """One fault after the other in one shop; returns {name: problems} of those that do not hold."""
    wrong = {}
    print(f"seed {seed}\n{'fault':<29} {'acked':>5} {'again':>6} {'longest':>7}  outcome what",
          flush=True)
    with chaos_shop.World(seed, shop=shop) as world:
        for name in names:
            done, load, problems = one(world, name, seconds)
            told(name, done, load, problems)
            if problems:
                wrong[name] = problems
            if growth:
                growth.sample(world.shop)
        if growth and (grown := growth.tell()):
            wrong["growth"] = grown
        reports = world.reports()
        if reports:
            wrong["reports"] = reports
            print("\n".join(reports[:20]))
        if wrong:
            kept = pathlib.Path(tempfile.mkdtemp(prefix="chaos"))
            shutil.copytree(world.shop.logs, kept, dirs_exist_ok=True)
            print(f"logs are kept in {kept}")
    return wrong


def chosen(only):
    wanted = [word for word in only.split(",") if word]
    names = [name for name in chaos_faults.FAULTS
             if not wanted or any(word in name for word in wanted)]
    if not names:
        raise SystemExit(f"no fault is called {only}; there are: {', '.join(chaos_faults.FAULTS)}")
    return names


def options(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="faults whose names contain one of these")
    parser.add_argument("--seconds", type=float, default=10, help="what a fault lasts")
    parser.add_argument("--minutes", type=float, help="faults by chance for so long")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def main():
    wanted = options()
    started = time.monotonic()
    names, left_out = chosen(wanted.only), {}
    if wanted.inside:
        firewall.start()
        return 1 if run(names, wanted.seed, wanted.seconds) else 0
    if wanted.minutes:
        wrong = run(by_chance(names, wanted.seed, wanted.minutes), wanted.seed, SOAK_S,
                    chaos_growth.Growth())
    else:
        wrong, left_out = run_all(names, wanted.seed, wanted.seconds)
    if left_out:
        print(f"{len(left_out)} faults LEFT OUT, because this machine cannot do them")
    print(f"{len(wrong)} do not hold" if wrong else
          "after each: every acknowledged message answered once and in order, counts equal, nothing "
          "left over", f"({time.monotonic() - started:.0f} s)")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
