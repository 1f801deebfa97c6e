"""The delivery protocol's decisions."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.delivery import (
    NEWER_DUE,
    NEWER_SENT,
    TOO_LATE,
    Accepted,
    Choice,
    DeliveryState,
    DueRow,
    Expiry,
    Outcome,
    Permanent,
    SentSeries,
    Temporary,
    Unconfirmed,
    Verdict,
    choose_due,
    compute_retry_pause,
    judge_interrupted,
    judge_outcome,
)
from tests.samples import make_delivery

NOW = datetime(2024, 5, 8, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def hours_ago(hours: int) -> datetime:
    return NOW - timedelta(hours=hours)


def test_choose_due_sends_only_the_newest_of_a_series() -> None:
    rows = [DueRow(1, "a", hours_ago(30), LATER), DueRow(2, "a", hours_ago(3), LATER), DueRow(3, "b", NOW, LATER)]
    assert choose_due(rows, [], NOW) == Choice(send=(2, 3), expire=(Expiry(1, NEWER_DUE),))


def test_choose_due_expires_what_is_past_its_use() -> None:
    assert choose_due([DueRow(1, "a", hours_ago(3), NOW)], [], NOW) == Choice((), (Expiry(1, TOO_LATE),))


def test_choose_due_expires_an_older_one_when_a_newer_was_sent() -> None:
    rows = [DueRow(1, "a", hours_ago(30), LATER)]
    assert choose_due(rows, [SentSeries("a", hours_ago(3))], NOW) == Choice((), (Expiry(1, NEWER_SENT),))


def test_choose_due_sends_a_newer_one_when_an_older_was_sent() -> None:
    rows = [DueRow(1, "a", hours_ago(3), LATER)]
    assert choose_due(rows, [SentSeries("a", hours_ago(30))], NOW) == Choice((1,), ())


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 50), st.integers(-5, 20)),
        max_size=20,
    )
)
def test_choose_due_decides_each_row_once_and_sends_one_a_series(drawn: list[tuple[str, int, int]]) -> None:
    rows = [
        DueRow(number, series, hours_ago(age), NOW + timedelta(hours=useful))
        for number, (series, age, useful) in enumerate(drawn)
    ]
    choice = choose_due(rows, [], NOW)
    assert sorted([*choice.send, *(expiry.id for expiry in choice.expire)]) == [row.id for row in rows]
    sent_series = [rows[id_].series for id_ in choice.send]
    assert sorted(sent_series) == sorted({row.series for row in rows if row.useful_until > NOW})


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        (Accepted("250 ok"), Verdict(DeliveryState.SENT, None, "250 ok")),
        (Permanent("550 no such user", 550), Verdict(DeliveryState.FAILED, None, "550 no such user")),
        (
            Temporary("451 later", 451),
            Verdict(DeliveryState.RETRYING, NOW + timedelta(minutes=1), "451 later"),
        ),
        (
            Unconfirmed("timed out"),
            Verdict(DeliveryState.UNCONFIRMED, NOW + timedelta(minutes=15), "timed out", silent=True),
        ),
    ],
)
def test_judge_outcome_of_a_first_attempt(outcome: Outcome, verdict: Verdict) -> None:
    assert judge_outcome(outcome, make_delivery(useful_until=LATER), NOW) == verdict


def test_a_second_silence_of_the_server_waits_for_a_person() -> None:
    delivery = replace(make_delivery(useful_until=LATER), state=DeliveryState.RETRYING, attempts=2, silences=1)
    assert judge_outcome(Unconfirmed("timed out"), delivery, NOW) == Verdict(
        DeliveryState.UNCONFIRMED, None, "silent twice: timed out", silent=True
    )


def test_a_retry_is_looked_at_no_later_than_its_use_ends() -> None:
    delivery = replace(make_delivery(useful_until=NOW + timedelta(minutes=20)), attempts=4)
    assert judge_outcome(Temporary("451"), delivery, NOW).next_at == NOW + timedelta(minutes=20)


def test_retry_pauses_are_1_5_15_30_60_minutes_then_hourly_with_jitter() -> None:
    minutes = [compute_retry_pause(attempt, "key") / timedelta(minutes=1) for attempt in range(1, 6)]
    assert minutes == [1, 5, 15, 30, 60]
    pauses = {compute_retry_pause(6, f"key {number}") for number in range(50)}
    assert min(pauses) >= timedelta(hours=1)
    assert max(pauses) <= timedelta(hours=1, minutes=5)
    assert len(pauses) > 20


def test_an_interrupted_row_goes_again_at_once_and_is_set_aside_the_fifth_time() -> None:
    again = judge_interrupted(replace(make_delivery(), state=DeliveryState.SENDING, doubts=3), NOW)
    aside = judge_interrupted(replace(make_delivery(), state=DeliveryState.SENDING, doubts=4), NOW)
    assert (again.state, again.next_at) == (DeliveryState.RETRYING, NOW)
    assert (aside.state, aside.next_at) == (DeliveryState.UNCONFIRMED, None)
