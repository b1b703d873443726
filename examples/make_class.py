"""Makes `class.json`: a class of 24 in a proctored two-hour exam of eight questions, invented from a seed.

    python examples/make_class.py [--seed NUMBER] [--out FILE]

Nobody in it is a real person. Each student has an ability, a pace and habits of their own, and works
through the paper second by second: the editor saves about every half minute, tests are run when the
student believes in the code, a stuck student sits, tries again quickly, or moves on and comes back.
The same seed gives the same bytes.
"""

import argparse
import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

SEED = 2025
NAMESPACE = "cs101-autumn-2025"
START = datetime(2025, 11, 14, 9, 0, tzinfo=UTC)
MINUTE = 60.0
EXAM_SECONDS = 120 * MINUTE

# Minutes of good work a question asks for, and the number of its tests.
QUESTIONS = {
    "1": (4, 4),
    "2": (6, 5),
    "3": (9, 6),
    "4": (7, 5),
    "5": (13, 8),
    "6": (10, 6),
    "7": (14, 8),
    "8": (18, 10),
}


@dataclass
class Person:
    """How somebody works: shares are from 0 to 1, times in seconds."""

    student_id: str
    ability: float = 1.0  # minutes of good work done in a minute
    patience: float = 0.5  # how likely to stay with a question that does not move
    haste: float = 0.15  # how likely to submit again at once after a failed test
    save_every: float = 30.0
    starts_at: float = 0.0
    leaves_at: float = EXAM_SECONDS
    order: str = "12345678"
    pauses: tuple[tuple[float, float], ...] = ()  # (from, length)
    never_submits: str = ""


@dataclass
class Question:
    """What one student has reached on one question."""

    needed: float  # seconds of good work
    tests: int
    ceiling: float  # the share this student can reach at all
    worked: float = 0.0
    best: float = 0.0
    since_submission: float = 0.0
    fruitless: int = 0  # submissions in a row that brought nothing

    @property
    def reached(self) -> float:
        return min(self.worked / self.needed, self.ceiling)


PEOPLE = [
    Person("amara.okafor", ability=1.5, save_every=26),
    Person("lukas.brandt", ability=1.15, patience=0.7),
    Person("Nguyễn Thị Mai", ability=1.3, haste=0.05, order="12435678"),
    Person("sofia.rossi", ability=0.95, pauses=((52 * MINUTE, 6 * MINUTE),)),
    Person("प्रिया शर्मा", ability=1.2, patience=0.3),
    Person("daniel.kim", ability=0.8, patience=0.9, haste=0.4),
    Person("王小明", ability=1.6, save_every=22, haste=0.02),
    Person("emma-louise.baker", ability=1.0, starts_at=11 * MINUTE),
    Person("mateo.fernandez", ability=0.7, patience=0.2, haste=0.3),
    Person("fatima.zahra", ability=1.1, order="87654321", patience=0.6),
    Person("يوسف الهاشمي", ability=0.9, pauses=((33 * MINUTE, 12 * MINUTE),)),
    Person("olena.kovalenko", ability=1.25, save_every=34),
    Person("liam.murphy", ability=0.6, patience=0.95, haste=0.55),
    Person("aiko.tanaka", ability=1.05, haste=0.0, never_submits="5"),
    Person("noah.cohen", ability=0.85, leaves_at=47 * MINUTE),
    Person("Zoë O’Brien", ability=1.0, order="13572468"),
    Person("ibrahim.diallo", ability=0.75, starts_at=24 * MINUTE, patience=0.4),
    Person("chloe.martin", ability=1.35, patience=0.35, save_every=28),
    Person("kwame.mensah", ability=0.95, pauses=((20 * MINUTE, 4 * MINUTE), (81 * MINUTE, 8 * MINUTE))),
    Person("s2025-0417", ability=0.5, patience=0.8, haste=0.2),
    Person("isabela.santos", ability=1.1, patience=0.45),
    Person("Þórunn Jónsdóttir", ability=1.2, save_every=38, starts_at=4 * MINUTE),
    Person("arjun.reddy", ability=0.9, order="12346587", haste=0.25),
    Person("hannah.schmidt", ability=1.0, patience=0.75),
]


@dataclass
class Sitting:
    """One student's two hours, as they happen."""

    person: Person
    chance: random.Random
    now: float = 0.0
    events: list[dict[str, str | float]] = field(default_factory=list)
    pauses: list[tuple[float, float]] = field(default_factory=list)

    def run(self) -> list[dict[str, str | float]]:
        self.now = self.person.starts_at + self.chance.uniform(5, 90)
        self.pauses = sorted(self.person.pauses)
        questions = {unit: self.question(*QUESTIONS[unit]) for unit in self.person.order}
        visits = 0
        while self.now < self.person.leaves_at and (unit := self.choose(questions, visits)):
            self.visit(unit, questions[unit])
            visits += 1
            self.now += self.chance.uniform(4, 45)  # reading the next question
        return self.events

    def question(self, minutes: int, tests: int) -> Question:
        """A question as this student meets it: the hard ones may stay out of reach in part."""
        insight = self.person.ability * self.chance.uniform(0.75, 1.35)
        return Question(minutes * MINUTE, tests, ceiling=min(1.0, insight * 15 / minutes))

    def choose(self, questions: dict[str, Question], visits: int) -> str | None:
        """The next question in the student's order; then, while time lasts, back to what is unsolved."""
        units = list(questions)
        if visits < len(units):
            return units[visits]
        unsolved = [unit for unit in units if questions[unit].best < 1 and questions[unit].fruitless < 8]
        return self.chance.choice(unsolved) if unsolved else None

    def visit(self, unit: str, question: Question) -> None:
        """Work on a question until it is solved, given up for now, or the time is over."""
        submits = unit not in self.person.never_submits
        stay = self.chance.choice([0.3, 1, 1.4]) * (4 * MINUTE + question.needed * (0.4 + self.person.patience))
        leave_at = self.now + stay
        while self.now < leave_at and self.work(unit, question):
            if not submits or not self.believes(question):
                continue
            while self.submit(unit, question) < 1 and self.chance.random() < self.person.haste:
                self.now += self.chance.uniform(6, 50)  # a small change, and again
            stuck = question.fruitless >= 2 and self.chance.random() > self.person.patience
            if question.best == 1 or stuck:
                return

    def work(self, unit: str, question: Question) -> bool:
        """Write until the editor saves; False when the exam is over."""
        step = min(self.person.save_every * self.chance.lognormvariate(0, 0.4), 150)
        if self.pauses and self.now >= self.pauses[0][0]:
            self.now += self.pauses.pop(0)[1]
        elif self.chance.random() < 0.012:
            self.now += self.chance.uniform(2 * MINUTE, 5 * MINUTE)  # thinking, or a break
        self.now += step
        question.worked += step * self.person.ability * self.chance.uniform(0.5, 1.4)
        question.since_submission += step
        return self.record(unit, "saved_code")

    def believes(self, question: Question) -> bool:
        """Whether the student thinks the code may pass; belief comes earlier than a solution does."""
        if question.since_submission < self.chance.uniform(80, 320):
            return False
        return self.chance.random() < 0.1 + 0.7 * (question.worked / question.needed) ** 2

    def submit(self, unit: str, question: Question) -> float:
        """Run the tests; most of what has been reached passes, now and then a slip breaks one."""
        slip = 1 if self.chance.random() < 0.2 else 0
        passed = max(0, int(question.reached * question.tests + 0.15) - slip)
        score = round(passed / question.tests, 3)
        self.now += self.chance.uniform(1, 6)
        if self.record(unit, "submission", score):
            question.fruitless = 0 if score > question.best else question.fruitless + 1
            question.best = max(question.best, score)
            question.since_submission = 0.0
        return score

    def record(self, unit: str, kind: str, score: float | None = None) -> bool:
        if self.now >= self.person.leaves_at:
            return False
        time = START + timedelta(milliseconds=int(self.now * 1000))
        event: dict[str, str | float] = {
            "unit": unit,
            "type": kind,
            "created_time": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        self.events.append(event if score is None else event | {"score": score})
        return True


def make_class(seed: int = SEED) -> bytes:
    """The class as a JSON list with a student on each line; each student's chances are their own."""
    students = [
        {
            "namespace": NAMESPACE,
            "student_id": person.student_id,
            "events": Sitting(person, random.Random(f"{seed} {person.student_id}")).run(),  # noqa: S311 - an example
        }
        for person in PEOPLE
    ]
    lines = (json.dumps(student, ensure_ascii=False, separators=(",", ":")) for student in students)
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()


def main() -> None:
    arguments = argparse.ArgumentParser(description="Make a realistic class of 24 from a seed.")
    arguments.add_argument("--seed", type=int, default=SEED)
    arguments.add_argument("--out", type=Path, default=Path(__file__).with_name("class.json"))
    chosen = arguments.parse_args()
    chosen.out.write_bytes(make_class(chosen.seed))


if __name__ == "__main__":
    main()
