"""What health checks are told, of every service and of agents, by the processes themselves; and a
gateway that has just started."""

import concurrent.futures
import subprocess

import pytest

import most
import stack as stacks


@pytest.fixture
def stack():
    made = stacks.Stack(agents=1)
    made.env["HEALTH_ENDPOINT"] = f"ipc://{made.run}/health.sock"
    try:
        yield made
        made.stop()
    finally:
        made.stop(check=False)


def ping(stack, service, endpoint):
    done = subprocess.run([stacks.BIN / "ping", service, endpoint], capture_output=True, text=True,
                          env=stacks.clean_env(stack.env), cwd=stack.dir, timeout=60)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_every_process_answers_for_itself(stack):
    stack.start()
    for service in ("sessions", "catalog", "dispatcher"):
        assert ping(stack, service, stack.endpoint(service)) == (0, f"{service} is ready\n")
    health = stack.env["HEALTH_ENDPOINT"]
    most.eventually(lambda: ping(stack, "agent", health) == (0, "agent-1 is ready\n"))
    stack.kill("redis")
    most.eventually(lambda: ping(stack, "sessions", stack.endpoint("sessions")) ==
                    (1, "sessions is not ready: redis\n"))
    stack.kill("catalog")
    most.eventually(lambda: ping(stack, "agent", health) ==
                    (1, "agent-1 is not ready: catalog\n"))
    assert ping(stack, "catalog", stack.endpoint("catalog")) == (1, "catalog does not answer\n")


def test_a_new_gateway_finds_its_services_before_it_refuses(stack):
    """Beside old ones it is sent customers as soon as it listens."""
    stack.start("redis", "sessions", "gateway", wait=False)
    stack.import_csv(stack.csv)
    stack.start("catalog", wait=False)

    def ask():
        try:
            return stack.http.ask("ana", "busco un kia")
        except OSError:
            return None  # it does not listen yet
    with concurrent.futures.ThreadPoolExecutor() as pool:
        asked = pool.submit(lambda: most.eventually(ask))
        stack.start("dispatcher", "agent-1", wait=False)
        assert asked.result().status == 200
