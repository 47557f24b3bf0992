"""Fixtures every black-box test may use. A failing test shows the tail of the log of every process that
it had to do with: of stacks that are its fixtures, and of those that were watched."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import agent_world  # noqa: E402
import openai_sim  # noqa: E402
import stack as stacks  # noqa: E402
import twilio_sim  # noqa: E402

_alive = []  # stacks whose logs a failure shows, beside those that are fixtures


def watch(stack):
    """Shows the logs of a stack, or of what has a dir and tails() like one, when a test fails. For one
    that is no fixture itself."""
    _alive.append(stack)


def forget(stack):
    if stack in _alive:
        _alive.remove(stack)


def end(stack):
    forget(stack)
    stack.stop()


@pytest.fixture(scope="session")
def stack():
    """A whole Mostrador with the offline seller, for tests that do it no harm."""
    shared = stacks.Stack().start()
    yield shared
    end(shared)


@pytest.fixture
def talk(service):
    """A conversation of its own in a test's session service (its module's fixture)."""
    made = service.conversation()
    yield made
    made.client.close()


@pytest.fixture(scope="module")
def carrier():
    with twilio_sim.TwilioSim() as running:
        yield running


@pytest.fixture
def sim(carrier):
    """Twilio (tests/twilio_sim.py), as new. What it was sent must have been right."""
    carrier.control(reset=True)
    yield carrier
    assert carrier.stats()["violations"] == []


@pytest.fixture
def new_stack():
    """new_stack(agents=1, env={…}) starts one that the test may kill and freeze at will. With
    start=False the test starts the parts itself."""
    mine = []

    def make(*args, start=True, **options):
        made = stacks.Stack(*args, **options)
        mine.append(made)
        watch(made)
        return made.start() if start else made

    yield make
    wrong = []
    for made in mine:
        try:
            end(made)
        except AssertionError as error:
            wrong.append(str(error))
    assert not wrong, "\n".join(wrong)


@pytest.fixture
def new_simulator():
    """new_simulator(latency_ms=2000) starts tests/openai_sim.py; its .env goes into a stack's env.
    What it was sent must have been right."""
    mine = []

    def make(**settings):
        mine.append(openai_sim.Sim(**settings).start())
        return mine[-1]

    yield make
    violations = []
    for simulator in mine:
        violations += simulator.stats()["violations"]
        simulator.stop()
    assert violations == []


@pytest.fixture
def new_world():
    """new_world(env={…}) starts an agent among fakes; it must end well."""
    mine = []

    def make(**options):
        mine.append(agent_world.World(**options))
        return mine[-1]

    yield make
    wrong = [world.close() for world in mine]
    assert not any(wrong), wrong


@pytest.fixture
def modelled(new_world, new_simulator):
    """modelled(env={…}, latency_ms=0 …) is (world, simulator)."""

    def make(env=None, **settings):
        simulator = new_simulator(**settings)
        return new_world(env={**simulator.env, "OPENAI_HTTP": "1.1", **(env or {})}), simulator

    return make


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        mine = [used for used in item.funcargs.values() if hasattr(used, "tails")]
        for made in {id(shown): shown for shown in _alive + mine}.values():
            report.sections.append((f"processes in {made.dir}", made.tails()))
