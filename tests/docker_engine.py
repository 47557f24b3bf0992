"""A Docker engine for tests: the one that answers on this machine, or one of our own, with
everything it has in one folder, ended by its process id and with it all that it made.

Ours has mounts of its own, so that it also runs where nobody has mounted control groups and inside
a chroot. Where the kernel, or the container we may be in, does not let it run at all, `missing`
says what is missing: that is looked for by doing it, not by guessing from what the place is called.
"""

import collections
import contextlib
import ctypes
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BASE = "debian:bookworm-slim"
MIRROR = "http://deb.debian.org/debian"
KEPT_BASE = ROOT / "build/docker/base.tar.gz"  # made once, for all runs
DOCKER = "/usr/bin/docker"
NET = pathlib.Path("/sys/class/net")
BRIDGES = ("docker0", "docker_gwbridge")  # left behind by an engine that has ended

# of sys/mount.h and sched.h
MS_BIND, MS_REC, MS_PRIVATE, MNT_DETACH, CLONE_NEWNS = 4096, 16384, 1 << 18, 2, 0x00020000

# What an engine and its containers do, each on its own: (what, commands)
ABILITIES = (
    ("namespaces for mounts, processes and the network",
     "unshare --mount --pid --net --ipc --uts --fork true"),
    ("control groups for memory and CPU",
     "place=$(echo /sys/fs/cgroup/*memory*/);"
     " if grep -qw memory /sys/fs/cgroup/cgroup.controllers; then place=/sys/fs/cgroup; fi;"
     " mkdir $place/$NAME && rmdir $place/$NAME"),
    ("file systems laid over one another",
     "cd $PLACE && mkdir -p lower upper work both &&"
     " mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay both && umount both"),
    ("a root that a container can leave",
     "cd $PLACE && mkdir -p inside && unshare --mount sh -c"
     " 'mount --bind inside inside && cd inside && mkdir -p old && pivot_root . old'"),
    ("bridges and pairs of network interfaces",
     "unshare --net sh -ec 'ip link add probe type bridge;"
     " ip link add one type veth peer name two; ip link set one master probe'"),
    ("translation of addresses",
     "unshare --net sh -ec 'iptables -t nat -N PROBE;"
     " iptables -t nat -A PROBE -m addrtype --dst-type LOCAL -j RETURN;"
     " iptables -t nat -A POSTROUTING -s 10.9.8.0/24 ! -o lo -j MASQUERADE'"),
)


def run(*argv, env=None, whole_env=False, check=True, timeout=600, both=False,
        **options):
    env = {**({} if whole_env else os.environ), **(env or {})}
    done = subprocess.run([str(part) for part in argv], env=env,
                          capture_output=True, text=True, timeout=timeout, **options)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(map(str, argv))}: exit {done.returncode}\n"
                           f"{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout + (done.stderr if both else "")


def call(name, *args):
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*args) != 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")


def with_own_mounts(*argv):
    """Becomes argv, in a namespace of its own for mounts, with control groups where there are none.
    From a chroot that namespace is made to begin there: who enters a container (exec) gets to where
    its namespace begins."""
    call("unshare", CLONE_NEWNS)
    root, own = os.open("/", os.O_RDONLY), os.open("/proc/self/ns/mnt", os.O_RDONLY)
    call("setns", own, 0)  # leaves a chroot, in which nothing could be made private
    call("mount", None, b"/", None, MS_REC | MS_PRIVATE, None)
    where = os.readlink(f"/proc/self/fd/{root}")
    if where != "/":
        call("mount", where.encode(), where.encode(), None, MS_BIND | MS_REC, None)
        os.chdir(where)
        call("pivot_root", b".", b".")
        call("umount2", b".", MNT_DETACH)
        os.chdir("/")
    os.close(root)
    os.close(own)
    mounted = {line.split()[4] for line in pathlib.Path("/proc/self/mountinfo").open()}
    if not any(each.startswith("/sys/fs/cgroup") for each in mounted):
        mount_cgroups()
    os.execvp(argv[0], argv)


def mount_cgroups():
    """Those of version 1 that the kernel has, as it has put them together, or else version 2."""
    top = pathlib.Path("/sys/fs/cgroup")
    hierarchies = collections.defaultdict(list)
    for line in pathlib.Path("/proc/cgroups").read_text().splitlines()[1:]:
        name, hierarchy, _, enabled = line.split()
        if hierarchy != "0" and enabled == "1":
            hierarchies[hierarchy].append(name)
    if not hierarchies:
        call("mount", b"cgroup", os.fsencode(top), b"cgroup2", 0, None)
        return
    call("mount", b"cgroup", os.fsencode(top), b"tmpfs", 0, None)
    for names in map(",".join, hierarchies.values()):
        (top / names).mkdir()
        call("mount", b"cgroup", os.fsencode(top / names), b"cgroup", 0, names.encode())


def own_mounts(*argv):
    return [sys.executable, __file__, *map(str, argv)]


def answers(env=None):
    return subprocess.run([DOCKER, "info"], env={**os.environ, **(env or {})},
                          capture_output=True).returncode == 0


def missing():
    """What is not there of what an engine needs, as a sentence, or None."""
    if answers():
        return None
    if os.geteuid():
        return "no Docker engine answers, and only root can start one"
    place = pathlib.Path(tempfile.mkdtemp(prefix="mostrador-probe-"))
    try:
        for what, commands in ABILITIES:
            env = {**os.environ, "NAME": place.name, "PLACE": str(place)}
            done = subprocess.run(own_mounts("sh", "-ec", commands), env=env,
                                  capture_output=True, text=True)
            if done.returncode:
                said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
                return f"this kernel, or what we run in, has no {what} for us ({said})"
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return None


class Engine:
    def __init__(self):
        self.folder = self.child = self.firewall = None
        self.bridges = ()
        self.env = {name: value for name, value in os.environ.items()
                    if name.startswith("DOCKER_")}

    def __enter__(self):
        try:
            if not answers(self.env):
                self._start()
            self._base()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mostrador-docker-"))
        self.env = {"DOCKER_HOST": f"unix://{self.folder}/docker.sock"}
        self.bridges = [name for name in BRIDGES if not (NET / name).exists()]
        self.firewall = subprocess.run(["iptables-save"], capture_output=True, check=True).stdout
        dockerd = ["dockerd", "--data-root", self.folder / "data", "--exec-root",
                   self.folder / "exec", "--pidfile", self.folder / "pid", "-H",
                   self.env["DOCKER_HOST"]]
        with open(self.folder / "log", "w") as log:
            self.child = subprocess.Popen(own_mounts(*dockerd), stdout=log, stderr=log,
                                          start_new_session=True)
        end = time.monotonic() + 120
        while not answers(self.env):
            if self.child.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"dockerd does not run:\n{(self.folder / 'log').read_text()[-3000:]}")
            time.sleep(0.2)

    def _base(self):
        """Pulled, or from a run before, or made."""
        if self.docker("images", "-q", BASE).strip():
            return
        with contextlib.suppress(RuntimeError, subprocess.TimeoutExpired):
            self.docker("pull", "-q", BASE, timeout=60)
            return
        if not KEPT_BASE.exists():
            print(f"{BASE} cannot be pulled; debootstrap makes it", flush=True)
            KEPT_BASE.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix="mostrador-base-") as folder:
                run("debootstrap", "--variant=minbase", "bookworm", folder, MIRROR)
                made = KEPT_BASE.with_suffix(f".{os.getpid()}")
                run("tar", "-C", folder, "--use-compress-program=gzip -1", "-cf", made,
                          "--exclude=./var/cache/apt/archives/*.deb",
                          "--exclude=./var/lib/apt/lists/*", ".")
                made.rename(KEPT_BASE)
        self.docker("import", KEPT_BASE, BASE)

    def docker(self, *argv, **options):
        return run(DOCKER, *argv, env=self.env, **options)

    def __exit__(self, *_):
        if self.child is None:
            return
        self.child.terminate()
        try:
            self.child.wait(60)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        for name in self.bridges:
            subprocess.run(["ip", "link", "delete", name], capture_output=True)
        subprocess.run(["iptables-restore"], input=self.firewall, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.child = None


if __name__ == "__main__":
    with_own_mounts(*sys.argv[1:])
