"""Everything over TCP and encrypted: the whole shop works with its keys, and nobody without one is
heard. What the handshake itself refuses is in tests/unit/test_common_curve.c."""

import subprocess

import pytest
import zmq

import most
import stack as stacks


class SecuredStack(stacks.Stack):
    """Each process has its own KEYS_DIR; nothing uses ipc."""

    ENDPOINTS = ("SESSIONS_ENDPOINT", "CATALOG_ENDPOINT", "DISPATCHER_ENDPOINT",
                 "DISPATCHER_AGENTS_ENDPOINT")

    def _env(self, name):
        return {**super()._env(name), "KEYS_DIR": str(self.dir / "keys" / name.split("-")[0])}


@pytest.fixture
def secured():
    stack = SecuredStack(agents=1, env={
        name: f"tcp://127.0.0.1:{stacks.free_port()}" for name in SecuredStack.ENDPOINTS})
    make_keys(stack)
    with_csv, stack.csv = stack.csv, None  # its import would look for a service without keys
    try:
        import_cars(stack, with_csv)
        stack.start(*stack.order, wait=False)
        most.eventually(lambda: ready(stack), stacks.START_S)
        yield stack
    finally:
        stack.stop()


def make_keys(stack):
    subprocess.run([stacks.BIN / "keys", stack.dir / "keys"], check=True, capture_output=True)


def import_cars(stack, csv):
    subprocess.run([stacks.BIN / "catalog-import", csv or stacks.ROOT / "catalog" / "sample.csv"],
                   env=stack._env("catalog"), cwd=stack.dir, check=True, capture_output=True)


def ready(stack):
    try:
        return stack.http.get("/readyz").status == 200
    except OSError:
        return False


def test_the_whole_shop_over_encrypted_tcp(secured):
    answer = secured.http.ask("ana", "busco un nissan")
    assert answer.status == 200
    assert {car["make"] for car in answer.json()["cars"]} == {"Nissan"}
    assert not list((secured.dir / "run").glob("*sessions.sock")), "nothing goes by ipc"


def test_an_import_reaches_the_running_catalog_with_its_keys(secured):
    done = subprocess.run([stacks.BIN / "catalog-import", stacks.ROOT / "catalog" / "sample.csv"],
                          env=secured._env("catalog"), cwd=secured.dir, check=True,
                          capture_output=True, text=True)
    assert "now serves" in done.stdout


@pytest.mark.parametrize("service", SecuredStack.ENDPOINTS)
def test_a_stranger_is_not_heard(secured, service):
    """Well-formed requests without keys, or with keys nobody knows: no answer, nothing served."""
    context = zmq.Context()
    try:
        for with_keys in (False, True):
            dealer = context.socket(zmq.DEALER)
            dealer.linger = 0
            if with_keys:
                dealer.curve_publickey, dealer.curve_secretkey = zmq.curve_keypair()
                dealer.curve_serverkey = server_key(secured, service)
            monitor = dealer.get_monitor_socket()
            dealer.connect(secured.env[service])
            assert refused(monitor)
            dealer.disable_monitor()
            dealer.close()
    finally:
        context.destroy(linger=0)
    assert secured.http.ask("eva", "hola").status == 200


def test_a_peer_that_is_cut_off_does_not_keep_its_connection(secured):
    """The kernel asks after a while whether it is still there: each connection has a timer for that,
    which can be seen while no other one runs."""
    ports = {int(secured.env[name].rpartition(":")[2]) for name in SecuredStack.ENDPOINTS}
    asked = set()

    def all_are_asked():
        found = set()
        with open("/proc/net/tcp", encoding="ascii") as lines:
            for _, local, remote, state, _, timer, *_ in map(str.split, list(lines)[1:]):
                port = int(local.rpartition(":")[2], 16)
                if port in ports and state == "01":  # established, at the end that listens
                    found.add((port, remote))
                    if timer.startswith("02:"):
                        asked.add((port, remote))
        return {port for port, _ in found} == ports and found <= asked
    most.eventually(all_are_asked)


def server_key(stack, service):
    name = "dispatcher" if service.startswith("DISPATCHER") else service.split("_")[0].lower()
    text = (stack.dir / "keys" / "agent" / "services" / f"{name}.public").read_text()
    return text.split('public-key = "')[1].split('"')[0].encode()


def refused(monitor):
    """The handshake ends, and not well."""
    failed = (zmq.EVENT_HANDSHAKE_FAILED_AUTH | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL |
              zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL | zmq.EVENT_DISCONNECTED)
    while monitor.poll(20000):
        frames = monitor.recv_multipart()
        event = int.from_bytes(frames[0][:2], "little")
        if event == zmq.EVENT_HANDSHAKE_SUCCEEDED:
            return False
        if event & failed:
            return True
    return False


def test_the_network_without_keys_is_refused_at_the_start():
    for name in SecuredStack.ENDPOINTS:
        done = subprocess.run([stacks.BIN / "sessions"], capture_output=True, text=True, cwd="/",
                              env=stacks.clean_env({name: "tcp://*:5570"}))
        assert done.returncode == 1
        assert done.stderr == (f"mostrador: {name}=tcp://*:5570 can be reached from outside: set "
                               "KEYS_DIR (make keys), or use ipc or 127.0.0.1\n")


def test_a_missing_key_is_one_clear_line(tmp_path):
    done = subprocess.run([stacks.BIN / "sessions"], capture_output=True, text=True, cwd=tmp_path,
                          env=stacks.clean_env({"SESSIONS_ENDPOINT": "tcp://127.0.0.1:1",
                                                "KEYS_DIR": str(tmp_path)}))
    assert done.returncode == 1
    assert done.stderr.endswith(f"KEYS_DIR: {tmp_path}/own.secret: No such file or directory\n")
