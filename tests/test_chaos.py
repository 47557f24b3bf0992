"""A few of the faults of `make chaos`, each for a moment: what is acknowledged is answered once."""

import chaos
import chaos_growth
import chaos_shop


def test_faults_are_borne():
    names = ["freeze gateway", "cut agent>sessions", "shuffled wire", "storm"]
    assert chaos.run(names, seed=7, seconds=0.5) == {}


def test_what_cannot_be_done_here_is_said(monkeypatch, capsys):
    name = "partition agent>sessions"
    monkeypatch.setattr(chaos.firewall, "missing", lambda: "unshare: Operation not permitted")
    assert chaos.run_all([name], seed=1, seconds=1) == (
        {}, {name: "unshare: Operation not permitted"})
    assert f"{name:<29} LEFT OUT: " in capsys.readouterr().out


def test_what_does_not_hold_is_seen():
    """An answer that is lost, one that comes twice, and one that was never given."""
    with chaos_shop.World(3, agents=1) as world:
        with world.load() as load:
            load.more(12)
        assert load.judge() == []
        who, asker = load.writers[0], load.askers[0]
        received = world.sim.people

        def wrong(change, what):
            people = received()
            change(people)
            world.sim.people = lambda: people
            load.problems = []
            problems = load.judge()
            assert len(problems) == 1 and what in problems[0], problems
            world.sim.people = received

        wrong(lambda people: people[who].pop(), f"{who} received")
        wrong(lambda people: people[who].append(people[who][0]), f"{who} received")
        load.told[asker].append("¿Qué?")
        wrong(lambda people: None, f"{asker} received")
        load.told[asker].pop()
        load.sent[asker].append("k-nobody-sent-this")
        load.problems = []
        assert any("1 messages, " in p or "has no answer" in p for p in load.judge())


def test_who_grows_is_seen():
    """And who is merely warming up, or makes a connection at times, is not."""
    steady = [(10, 50 << 20)] * 3 + [(30 + n % 3, (60 << 20) + (n % 2 << 20)) for n in range(20)]
    leaks = [(30, (60 << 20) + n * (2 << 20)) for n in range(24)]
    opens = [(30 + n, 60 << 20) for n in range(24)]
    growth = chaos_growth.Growth()
    for name, samples in (("steady", steady), ("leaks", leaks), ("opens", opens)):
        growth.samples[name, 1] = samples
    assert growth.tell() == ["leaks (1): memory grows", "opens (1): descriptors grow"]
