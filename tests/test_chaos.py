"""A few of the faults of `make chaos`, each for a moment: what is acknowledged is answered once."""

import chaos
import chaos_shop


def test_faults_are_borne():
    names = ["freeze gateway", "cut agent>sessions", "shuffled wire", "storm"]
    assert chaos.run(names, seed=7, seconds=0.5) == {}


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
