"""tests/chaos_preload.c for a process: what it is told of the time of day and of names, and moments
in which it stands still.

    world = Preload(folder)
    env |= world.env("gateway")
    world.tell("gateway", clock=3600, names=1)
    with world.hold("gateway", preload.BEFORE_ANSWER):   # until it has come there once, and then on
        ...
"""

import contextlib
import os
import struct
import subprocess

import most
import stack as stacks

FIELDS = ("clock", "names", "hold", "held", "sync")
AFTER_EVENT, BEFORE_ANSWER = 1, 2


class Preload:
    def __init__(self, folder):
        self.folder, self.library = folder, folder / "preload.so"
        subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-D_GNU_SOURCE", "-o", self.library,
                        stacks.ROOT / "tests" / "chaos_preload.c"], check=True)

    def path(self, name):
        return self.folder / f"world-{name}"

    def env(self, name):
        """Of a process, which may start now."""
        self.tell(name)
        return {"LD_PRELOAD": str(self.library), "CHAOS_FILE": str(self.path(name))}

    def tell(self, name, **fields):
        """Changes fields from now on. The file is mapped there: it must not be cut short."""
        path = self.path(name)
        if not path.exists():
            path.write_bytes(bytes(8 * len(FIELDS)))
        with path.open("r+b") as out:
            for field, value in fields.items():
                os.pwrite(out.fileno(), struct.pack("q", value), 8 * FIELDS.index(field))

    def read(self, name, field):
        with self.path(name).open("rb") as text:
            return struct.unpack("q", os.pread(text.fileno(), 8, 8 * FIELDS.index(field)))[0]

    @contextlib.contextmanager
    def hold(self, name, where):
        """Asks a process to stand still where it comes next; in the end it goes on. What is done
        inside waits with held() until it stands."""
        self.tell(name, held=0, hold=where)
        try:
            yield lambda: most.eventually(lambda: self.read(name, "held"))
        finally:
            self.tell(name, hold=0)
