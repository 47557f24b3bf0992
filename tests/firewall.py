"""A network of one's own, whose packets can be dropped: a namespace of the kernel, in which a test runs
as a whole. Needs privileges, util-linux, iproute2 and nftables; what is missing says missing()."""

import subprocess
import sys

TABLE = "chaos"


def missing():
    """Why there is no such network here; None if there is."""
    try:
        done = subprocess.run(["unshare", "--net", sys.executable, __file__], capture_output=True,
                              text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None if done.returncode == 0 else (done.stderr.strip().splitlines() or ["?"])[-1]


def run(arguments):
    """A Python program in a network of its own; returns how it ended."""
    return subprocess.run(["unshare", "--net", sys.executable, *arguments], check=False).returncode


def start():
    """In the new network: its loopback, and a table without a rule."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    nft(f"add table inet {TABLE}; add chain inet {TABLE} in "
        "{ type filter hook input priority 0; }")


def nft(rules):
    subprocess.run(["nft", rules], check=True)


def drop(ports):
    """From now on no packet comes to these ports or from them, and nobody is told."""
    among = "{ " + ", ".join(map(str, ports)) + " }"
    nft(f"add rule inet {TABLE} in tcp dport {among} drop; "
        f"add rule inet {TABLE} in tcp sport {among} drop")


def pass_all():
    nft(f"flush chain inet {TABLE} in")


if __name__ == "__main__":
    start()
    drop([1])
    pass_all()
