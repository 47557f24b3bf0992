"""make bench runs: a second of its workloads with tiny numbers, every answer a real one."""
import json
import subprocess
import sys

import most

BENCH = most.ROOT / "tests" / "bench" / "bench.py"


def run(*options):
    return subprocess.run([sys.executable, BENCH, *map(str, options)], capture_output=True, text=True,
                          timeout=10 * most.PATIENCE, check=False)


def test_a_short_run_counts_no_error_and_is_written_down(tmp_path):
    done = run("--small", "--seconds", 2, "--repeats", 1, "--only", "W1,W5", "--out", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    written = next(tmp_path.glob("*.json"))
    result = json.loads(written.read_text())
    assert result["wrong"] == {}
    overhead = result["workloads"]["W1"]["2 agents"]
    assert overhead["errors"]["max"] == 0 and overhead["rate"]["min"] > 0
    assert set(overhead["cpu_us"]) == {"agent", "catalog", "dispatcher", "gateway", "redis", "sessions", "total"}
    assert result["workloads"]["W5"]["conversations of 2 kB"]["rate"]["min"] > 0
    assert "<svg" in written.with_suffix(".html").read_text()
    assert "goals:" in done.stdout and "turns a second" in done.stdout
    lines = run("--readme", written).stdout.splitlines()
    cells = [[cell.strip() for cell in line.split("|")] for line in lines if line.startswith("| W")]
    rate = next(cell for cell in cells if cell[1] == "W1: turns a second")
    figure = float(rate[3].split()[0].replace(",", ""))
    assert figure > 0 and rate[4] == ("met" if figure >= 2500 else "not met")
    assert next(cell for cell in cells if cell[1].startswith("W3"))[3:5] == ["–", "not measured"]
    same = run("--compare", written, written)
    assert same.returncode == 0 and "W1 2 agents rate" in same.stdout and "+0.0 %" in same.stdout


def test_what_is_no_answer_is_an_error(tmp_path):
    """Not a benchmark of refusals: with a model that is asked for a car that does not exist, no reply
    lists cars, and all of them are errors."""
    script = tmp_path / "script"
    script.write_text('get_car {"stock_id":1}\n')
    program = ("import sys; sys.path.insert(0, sys.argv[1]); import world\n"
               "with world.World(agents=1, script=sys.argv[2]) as w:\n"
               "    result = w.load(people=4, clients=4, seconds=0.3)\n"
               "    assert result['all'] == 0 and result['errors'] > 0, result\n")
    done = subprocess.run([sys.executable, "-c", program, BENCH.parent, script], capture_output=True, text=True,
                          timeout=5 * most.PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_unknown_workload_is_refused():
    done = run("--only", "W9")
    assert done.returncode == 2 and "there is no W9" in done.stderr
