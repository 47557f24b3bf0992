"""A PostgreSQL of a test's own, from Debian's packages, in a temporary folder: no cluster of the
system is touched. It refuses to run as root, so that as root it runs as nobody.

    with Postgres() as db:
        db.sql("SELECT 1"); db.url; db.stop(); db.start()
"""

import os
import pathlib
import shutil
import subprocess
import tempfile

BIN = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), default=pathlib.Path("/usr/bin"))
NOBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
FAST = ("-c fsync=off -c full_page_writes=off -c shared_buffers=64MB -c max_connections=40 "
        "-c max_wal_size=4GB -c listen_addresses=")


class Postgres:
    def __init__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
        self.data = self.dir / "data"
        self.log = self.dir / "log"
        self.running = False
        if os.geteuid() == 0:
            shutil.chown(self.dir, "nobody", "nogroup")
        self.dir.chmod(0o755)
        self.run("initdb", "-U", "shop", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")

    def run(self, program, *args):
        prefix = NOBODY if os.geteuid() == 0 else []
        with open(self.dir / "run", "ab") as out:
            subprocess.run([*prefix, str(BIN / program), "-D", str(self.data), *args], check=True,
                           cwd="/", stdin=subprocess.DEVNULL, stdout=out, stderr=out)

    def start(self):
        self.run("pg_ctl", "-w", "-l", str(self.log), "-o", f"{FAST}'' -k {self.dir}", "start")
        self.running = True
        return self

    def stop(self, mode="immediate"):
        if self.running:
            self.run("pg_ctl", "-w", "-m", mode, "stop")
        self.running = False

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.dir, ignore_errors=True)

    def link(self, database="postgres", user="shop"):
        """The folder of the socket is the host."""
        return f"postgres://{user}:top-secret@/{database}?host={self.dir}"

    @property
    def url(self):
        return self.link()

    def sql(self, *statements, database="postgres", check=True):
        """Runs them with psql; rows as lists of texts, and what it said in .stderr if check is off."""
        argv = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-At", "-F", "\x1f", "-R", "\x1e",
                self.link(database)]
        for statement in statements:
            argv += ["-c", statement]
        done = subprocess.run(argv, capture_output=True, text=True, check=False, cwd="/",
                              env={**os.environ, "LC_ALL": "C.UTF-8"})
        if not check:
            return done
        assert done.returncode == 0, done.stderr
        return [line.split("\x1f") for line in done.stdout.rstrip("\n").split("\x1e") if line]
