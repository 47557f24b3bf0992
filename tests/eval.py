#!/usr/bin/python3
"""Plays the regression plan and reports. `make eval` starts it:

    make eval                            every conversation once, with the offline seller
    make eval RUNS=5                     five times each
    make eval ONLY='financing|paging/'   those whose group/name matches
    make eval OPENAI_API_KEY=sk-…        with a model; any of its settings works
    make eval BASE=v1 CAND=v2            two versions of the rules, case by case
    make eval CASES=var/recorded         recorded conversations instead of tests/regression

It ends with 1 when a conversation fails that needs no language model's freedom.
"""

import argparse
import pathlib
import sys
import time

import eval_cases
import eval_report
import eval_run
import eval_stats


def progress(done, of):
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done}/{of}" + ("\n" if done == of else ""))


def play(cases, options, rules=None):
    env = eval_run.model_env()
    if rules:
        env["RULES_VERSION"] = rules
    return eval_run.play(cases, env, options.runs, options.workers, progress)


def describe(played, rules, runs):
    models = ", ".join({name.split(" (")[0] for name in eval_stats.costs(played).models}) or "nobody"
    return (f"Mostrador evaluation: {models}, rules {rules}, {runs} run{'s' if runs > 1 else ''}, "
            f"{time.strftime('%Y-%m-%d %H:%M')}")


def write_page(path, page):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    print(f"\nwritten to {path}")


def main(arguments=None):
    options = argparse.ArgumentParser(description="Plays the regression plan")
    options.add_argument("--runs", type=int, default=1)
    options.add_argument("--only", default="", help="regular expression over group/name")
    options.add_argument("--cases", default=str(eval_cases.FOLDER))
    options.add_argument("--base", help="a version of the rules")
    options.add_argument("--cand", help="the version to compare it with")
    options.add_argument("--workers", type=int, default=8, help="conversations at once")
    options.add_argument("--html", default="build/eval.html")
    options = options.parse_args(arguments)
    cases = eval_cases.read_all(options.cases, options.only)
    if not cases:
        print("no conversation is called so", file=sys.stderr)
        return 2
    rules = options.cand or options.base or eval_run.model_env().get("RULES_VERSION", "v1")
    if options.base and options.cand:
        base = play(cases, options, options.base)
        played = play(cases, options, options.cand)
        compared = (options.base, options.cand, eval_stats.compare(base, played))
    else:
        played, compared = play(cases, options, options.base or options.cand), None
    title = describe(played, rules, options.runs)
    print(eval_report.text(title, played))
    if compared:
        print(eval_report.compare_text(*compared))
    write_page(options.html, eval_report.page(title, played, compared))
    return int(any(not one.passed for one in played if not one.case.freedom))


if __name__ == "__main__":
    sys.exit(main())
