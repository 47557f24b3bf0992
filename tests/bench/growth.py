#!/usr/bin/env python3
"""make check-growth: four agents do nearly four times what one does. See README.md beside it.

    growth.py [--seconds 16] [--factor 3.8]

The model takes 1 s for each of a turn's two calls, and an agent is given 200 turns at once, so one
can do 100 turns a second and no more. A quarter more people write than there is room for; those
wait at the dispatcher. Prints a table, and ends with 1 if there was a single error or four agents
did less than the factor times one. Everything that makes a turn safe is on.
"""
import argparse
import sys

from world import World

AGENTS = (1, 2, 4)
CREDIT = 200
LATENCY_MS = 1000
TURN_S = 2 * LATENCY_MS / 1000


def measure(agents, seconds):
    env = {"AGENT_CREDIT": str(CREDIT), "GATEWAY_CONNECTIONS": "4096"}
    people = agents * CREDIT * 5 // 4
    with World(agents=agents, latency_ms=LATENCY_MS, env=env) as world:
        result = world.load(clients=people, people=people, ramp=TURN_S, warm=3 * TURN_S, seconds=seconds)
        found = world.wrong()
    if found:
        result["errors"] += sum(found.values())
        result["first_error"] = result["first_error"] or f"{found}"
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=16)
    parser.add_argument("--factor", type=float, default=3.8)
    options = parser.parse_args()
    print("agents  turns/s  of what waiting allows  factor  CPU cores  errors", flush=True)
    first, last, errors = None, None, 0
    for agents in AGENTS:
        result = measure(agents, options.seconds)
        last = result["rate"]
        first = first or last
        errors += result["errors"]
        share = last / (agents * CREDIT / TURN_S)
        print(f"{agents:6}  {last:7.1f}  {share:22.1%}  {last / first:6.2f}  {result['cpu_cores']:9.2f}  "
              f"{result['errors']:6}", flush=True)
        if result["errors"]:
            print(f"        {result['first_error']}", flush=True)
    factor = last / first
    print(f"from {AGENTS[0]} to {AGENTS[-1]} agents {factor:.2f} times the turns a second; asked for are "
          f"{options.factor}")
    return 0 if factor >= options.factor and not errors else 1


if __name__ == "__main__":
    sys.exit(main())
