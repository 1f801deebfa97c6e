"""Answers about visits in the ledger: who said they come, send somebody else, or cannot.

IO. Answers are only ever added.
"""

from __future__ import annotations

from sqlalchemy import Engine, func, insert, select

from scheduler.attendance import Reply, VisitAnswer
from scheduler.ledger.engine import begin_reading, begin_writing
from scheduler.ledger.schema import visit_answers


class Attendance:
    """The answers about the visits of all plans."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, answer: VisitAnswer) -> bool:
        """Record an answer; False, and nothing changes, where this reader's newest says the same already."""
        places = visit_answers.c
        newest = (
            select(places.occurrence, places.reply, places.words)
            .where(places.plan == answer.plan, places.visit == answer.visit, places.contact == answer.contact)
            .order_by(places.id.desc())
            .limit(1)
        )
        with begin_writing(self._engine) as connection:
            known = connection.execute(newest).one_or_none()
            if known is not None and tuple(known) == (answer.occurrence, answer.reply, answer.words):
                return False
            connection.execute(
                insert(visit_answers).values(
                    plan=answer.plan,
                    visit=answer.visit,
                    contact=answer.contact,
                    occurrence=answer.occurrence,
                    reply=answer.reply,
                    words=answer.words,
                    made_at=answer.made_at,
                )
            )
        return True

    def list_answers(self, plan: str | None = None) -> tuple[VisitAnswer, ...]:
        """Return the answers of one plan, or of all, in order of their making."""
        places = visit_answers.c
        query = select(
            places.plan, places.visit, places.contact, places.occurrence, places.reply, places.words, places.made_at
        ).order_by(places.id)
        if plan is not None:
            query = query.where(places.plan == plan)
        with begin_reading(self._engine) as connection:
            return tuple(
                VisitAnswer(of, visit, contact, occurrence, Reply(reply), words, made_at)
                for of, visit, contact, occurrence, reply, words, made_at in connection.execute(query)
            )

    def read_version(self) -> int:
        """Return a number that rises with each answer; cheap enough for every page."""
        with begin_reading(self._engine) as connection:
            return int(connection.scalar(select(func.coalesce(func.max(visit_answers.c.id), 0))) or 0)

    def list_page(self, *, first: int, most: int) -> tuple[VisitAnswer, ...]:
        """Return at most ``most`` answers, the newest first, from number ``first`` (from 0) on."""
        places = visit_answers.c
        query = (
            select(
                places.plan,
                places.visit,
                places.contact,
                places.occurrence,
                places.reply,
                places.words,
                places.made_at,
            )
            .order_by(places.id.desc())
            .offset(first)
            .limit(most)
        )
        with begin_reading(self._engine) as connection:
            return tuple(
                VisitAnswer(plan, visit, contact, occurrence, Reply(reply), words, made_at)
                for plan, visit, contact, occurrence, reply, words, made_at in connection.execute(query)
            )
