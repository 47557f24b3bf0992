"""`common/run`, as `make run` starts it: ready with one line, two side by side, nothing left behind."""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import pytest

import most
import stack as stacks

READY_S = stacks.START_S


class Run:
    """A running common/run in a folder of its own."""

    def __init__(self, var, port, **env):
        self.var, self.port = var, port
        self.http = stacks.Http(port)
        self.child = subprocess.Popen(
            [most.ROOT / "common" / "run"], cwd=most.ROOT, text=True, start_new_session=True,
            env=stacks.clean_env({"VAR": str(var), "PORT": str(port), **env}),
            # what is started in the background inherits an ignored SIGINT, which no shell can trap
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def ready(self):
        line = self.child.stdout.readline()
        assert line.startswith(f"Mostrador listens on http://127.0.0.1:{self.port}/"), \
            line + self.child.stderr.read()
        return self

    def processes(self):
        """Pids of all that have a file in the folder open: everybody logs there."""
        mine = []
        for entry in pathlib.Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and any(os.readlink(fd).startswith(f"{self.var}/")
                                                for fd in (entry / "fd").iterdir()):
                    mine.append(int(entry.name))
            except OSError:
                pass  # it has just ended
        return mine

    def stop(self, number=signal.SIGTERM):
        self.child.send_signal(number)
        out, err = self.child.communicate(timeout=stacks.STOP_S)
        assert self.child.returncode == 0, err
        assert self.processes() == []
        left = [p.name for p in (pathlib.Path(self.var) / "run").iterdir()]
        assert [name for name in left if not name.endswith(".conf")] == []
        return out, err


@pytest.fixture
def new_run():
    made = []

    def make(folder="/tmp", relative=False, **env):
        var = tempfile.mkdtemp(prefix="m", dir=folder)
        if relative:
            env["VAR"] = os.path.relpath(var, most.ROOT)
        made.append(Run(var, stacks.free_port(), **env))
        return made[-1]

    yield make
    for run in made:
        if run.child.poll() is None:
            run.child.kill()
        for pid in run.processes():
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(run.var)


def test_two_instances_import_and_a_part_that_dies(new_run):
    one, two = new_run(AGENTS="1"), new_run(AGENTS="1")
    one.ready(), two.ready()
    cars = one.http.get("/catalog/cars?make=Nissan").json()
    assert cars["list"]["total"] > 0

    # a catalog is loaded into the running one, and only there
    csv = pathlib.Path(one.var) / "cars.csv"
    csv.write_text("stock_id,km,price,make,model,year,version,bluetooth,largo,ancho,altura,car_play\n"
                   "7,1000,123456.78,Tesla,Model 3,2022,Long Range,Sí,4694,1849,1443,\n")
    loaded = subprocess.run([most.BIN / "catalog-import", csv], cwd=most.ROOT, text=True,
                            capture_output=True, env=stacks.clean_env(
                                {"VAR": one.var, "PORT": str(one.port)}))
    assert loaded.returncode == 0, loaded.stderr
    assert one.http.get("/catalog/cars").json()["cars"][0]["price"] == 123456.78
    assert two.http.get("/catalog/cars?make=Nissan").json()["list"] == cars["list"]

    # a part that dies is started again, and people are answered
    pid = next(pid for pid in one.processes()
               if b"/sessions\0" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(pid, signal.SIGKILL)
    reply = one.http.ask("ana", "busco un tesla")
    assert reply.status == 200 and reply.json()["cars"][0]["stock_id"] == 7
    assert "sessions died, started again" in one.child.stderr.readline()

    one.stop(signal.SIGTERM)
    two.stop(signal.SIGINT)


def test_the_folder_may_be_relative_as_it_is_by_default(new_run):
    """Regression 2: Redis looked for its socket's folder below its own."""
    run = new_run(folder=most.ROOT / "build", relative=True, AGENTS="1")
    assert run.ready().http.ask("ana", "busco un nissan").status == 200
    run.stop()


def test_a_wrong_start_is_one_clear_line(new_run):
    taken = new_run(AGENTS="1").ready()

    def refused(run, *words):
        out, err = run.child.communicate(timeout=READY_S)
        assert run.child.returncode == 1 and out == ""
        assert len(err.splitlines()) == 1, err
        assert all(word in err for word in words), err

    refused(new_run(PORT=str(taken.port)), str(taken.port), "in use")
    refused(new_run(VAR=str(taken.var)), "VAR", "in use")
    refused(new_run(AGENTS="many"), "AGENTS=many", "1..63")
    refused(new_run(VAR="/tmp/" + "x" * 90), "shorter VAR")
    refused(new_run(HTTP_ADDR="0.0.0.0"), "API_TOKEN")
    taken.stop()
