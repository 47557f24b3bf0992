"""A short soak (tests/soak.py; `make soak` is the long one): every message is answered once."""

import soak
import stack as stacks


def test_every_message_is_answered_once_whatever_dies():
    messages = 600 if stacks.SLOW == 1 else 200
    wanted = soak.options(["--messages", str(messages), "--people", "40", "--at-once", "12",
                           "--every", "1.5", "--settle", "90", "--settle-ms", "2500",
                           "--seed", "7"])
    run = soak.Soak(wanted)
    assert run.run(), run.problems
    assert sum(run.kills.values()) >= 3


def test_a_lost_or_repeated_answer_is_seen():
    """What the soak counts would not be worth much if it did not see these."""
    for got, fine in ((["uno", "dos"], True), (["uno"], False), (["uno", "dos", "dos"], False),
                      (["dos", "uno"], False), (["uno", "d", "os"], True)):
        assert (soak.bare(got) == soak.bare(["uno", "dos"])) == fine
