"""A short soak (tests/soak.py; `make soak` is the long one): every message is answered once."""

import collections
import types

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


def test_a_question_too_many_is_seen():
    class Client:
        def call(self, *_, **__):
            return types.SimpleNamespace(survey=self.survey)

    client, question = Client(), {"body": "Una última cosa: del 0 al 10, ¿qué tanto …?"}
    for messages, survey, fine in (([question], ["asked"], True), ([question] * 2, ["asked"], False),
                                   ([question], [], False), ([{"body": "hola"}], [], True)):
        run, client.survey = soak.Soak(soak.options([])), survey
        got = run.without_question(client, "ana", messages, collections.Counter())
        assert got == [m["body"] for m in messages if m is not question]
        assert (run.problems == []) == fine


def test_a_lost_or_repeated_answer_is_seen():
    """What the soak counts would not be worth much if it did not see these."""
    for got, fine in ((["uno", "dos"], True), (["uno"], False), (["uno", "dos", "dos"], False),
                      (["dos", "uno"], False), (["uno", "d", "os"], True)):
        assert (soak.bare(got) == soak.bare(["uno", "dos"])) == fine
