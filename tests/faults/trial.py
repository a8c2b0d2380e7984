"""Run a scenario undisturbed, and then once for every AWS call and every way in which it can break."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, get_args

import msgspec

from tests.faults.injection import FAULTS, MEANWHILE, Happening
from tests.faults.outcome import Outcome, outcome_of
from tests.faults.scenarios import Delivery, Scenario
from tests.faults.stack import functions
from tests.faults.stages import Year
from tests.faults.world import AN_HOUR, Died, cold_start

Order = Literal["the event first", "the others first"]
ORDERS: tuple[Order, ...] = get_args(Order)
CONSUMERS = sorted(name for name, function in functions().items() if function.queue)
TRIES = 3
"""How often AWS runs a function that failed, and a client repeats a call that was not answered."""
ROUNDS = 15
"""How often queues are gone through, and the clock moved, until a world must be at rest."""


class Point(msgspec.Struct, frozen=True):
    """One call broken in one way."""

    number: int
    operation: str
    fault: Happening


class Trial:
    """One scenario under trial.

    Attributes
    ----------
    calls
        The AWS calls of the undisturbed run.
    violations
        Everything that was found wrong, with function, call and fault.
    """

    def __init__(self, year: Year, scenario: Scenario) -> None:
        self._year, self._world, self._scenario = year, year.world, scenario
        self._start()
        self._event = scenario.event(year)
        self._beside = scenario.beside(year)
        self._answers: list[Any] = []
        self._known: dict[tuple[bytes, bool, Order], tuple[str, ...]] = {}
        self.violations: list[str] = []
        self.calls: Sequence[str] = ()
        self.undisturbed = tuple(self._run_undisturbed(order) for order in (ORDERS if scenario.race else ORDERS[:1]))

    def points(self) -> Iterator[Point]:
        """Give every call with every way to break; in a race, the others also come before each of them."""
        for number, operation in enumerate(self.calls):
            for fault in (*FAULTS, MEANWHILE) if self._scenario.race else FAULTS:
                yield Point(number, operation, fault)

    def run(self) -> int:
        """Try every point, in both orders; gives how many points there were."""
        for order in ORDERS:
            self._note(f"undisturbed, {order}", self._repeated(order))
        tried = 0
        for point in self.points():
            for order, wrong in self._broken(point).items():
                self._note(f"call {point.number} {point.operation} {point.fault}, {order}", wrong)
            tried += 1
        return tried

    def _note(self, where: str, wrong: Sequence[str]) -> None:
        self.violations += [f"{self._scenario.name}: {where}: {what}" for what in wrong]

    # One run

    def _start(self) -> None:
        self._world.restore(self._year.stages[self._scenario.stage])
        if self._scenario.at:
            self._world.clock.time = self._scenario.at
        self._scenario.prepare(self._world)

    def _run_undisturbed(self, order: Order) -> Outcome:
        self._start()
        before = self._world.program_faults.seen
        if order == "the event first":
            with self._world.injection.counting() as calls:
                self._answers = self._deliver(self._event)
            self.calls = list(calls)
        self._others()
        if order == "the others first":
            self._deliver(self._event)
        self._settle()
        if self._world.program_faults.seen > before:
            self._note("undisturbed", ["a function tells of a fault in the program"])
        return outcome_of(self._world)

    def _others(self) -> None:
        for delivery in self._beside:
            self._deliver(delivery)

    def _repeated(self, order: Order) -> Sequence[str]:
        """Run without a fault, but with everything delivered twice."""
        self._start()
        return self._go_on(order, delivered=False)

    def _broken(self, point: Point) -> dict[Order, Sequence[str]]:
        """Run into the fault and go on in both orders; what follows from a world that was seen before is known."""
        if point.fault == MEANWHILE:
            return {"the event first": self._interrupted(point)}
        world, satisfied = self._run_into(point)
        for number, order in enumerate(ORDERS):
            if (world, satisfied, order) not in self._known:
                if number:
                    self._run_into(point)
                self._known[world, satisfied, order] = tuple(self._go_on(order, delivered=satisfied))
        return {order: self._known[world, satisfied, order] for order in ORDERS}

    def _interrupted(self, point: Point) -> Sequence[str]:
        """Let the others come in between; then nothing more is delivered, since all were answered."""
        before = self._world.program_faults.seen
        _, satisfied = self._run_into(point)
        problems = [] if satisfied else self._complete(self._event)
        problems += [
            f"{name} has a message that no person needs to see" for name in self._world.waiting() if _is_dead(name)
        ]
        return self._come_to_rest(problems, before)

    def _run_into(self, point: Point) -> tuple[bytes, bool]:
        """Deliver the event with one call broken; names the world that this leaves, and whether all were answered."""

        def others() -> None:
            self._others()
            cold_start()  # what they left in this process is theirs

        self._start()
        with self._world.injection.breaking(point.number, point.fault, others):
            answers = self._deliver(self._event)
        return self._world.digest(), self._satisfied(answers)

    def _go_on(self, order: Order, *, delivered: bool) -> Sequence[str]:
        """Do what AWS and callers do after a failure, and a little more; then let everything come to rest."""
        problems: list[str] = []
        before = self._world.program_faults.seen

        def again() -> None:
            if not delivered:
                problems.extend(self._complete(self._event))
            problems.extend(self._complete(self._event))

        def others() -> None:
            for delivery in self._beside:
                problems.extend(self._complete(delivery))

        steps: list[Callable[[], None]] = [again, others] if order == "the event first" else [others, again]
        for step in steps:
            step()
        return self._come_to_rest(problems, before)

    def _come_to_rest(self, problems: list[str], before: int) -> Sequence[str]:
        """Let everything come to rest, and say what is wrong then; `before` are the program's faults until now."""
        problems += self._settle()
        if self._world.redrive():
            problems += self._settle()
        if self._world.program_faults.seen > before:
            problems.append("a function tells of a fault in the program")
        return problems + self._differences(outcome_of(self._world))

    def _differences(self, outcome: Outcome) -> list[str]:
        """Say in what an outcome is another than that of an undisturbed run; in a race, than both of them."""
        told = [outcome.differences(undisturbed, self._scenario.compared) for undisturbed in self.undisturbed]
        return min(told, key=len)

    # What AWS does

    def _deliver(self, delivery: Delivery) -> list[Any]:
        """Bring something to its function once."""
        if delivery.trigger != "SQS":
            return [self._world.call(delivery.function, delivery.event)]
        self._world.put_on_queue(delivery.function, *delivery.bodies)
        return self._world.receive(delivery.function)

    def _complete(self, delivery: Delivery) -> list[str]:
        """Bring something to its function, and again where it failed; a queue keeps what failed by itself."""
        for _ in range(TRIES):
            answers = self._deliver(delivery)
            if delivery.trigger == "SQS":
                return []
            if self._satisfied(answers) or answers == self._answers:
                return self._other_answer(delivery, answers)
        return [f"{delivery.function} fails for good: {str(answers)[:300]}"]

    def _other_answer(self, delivery: Delivery, answers: list[Any]) -> list[str]:
        """Say where a caller who repeats a request is told something else than the first time."""
        compared = delivery is self._event and delivery.trigger == "Api" and self._scenario.told_again
        if not compared or answers == self._answers:
            return []
        return [f"the answer is {str(answers)[:300]} and not {str(self._answers)[:300]}"]

    def _satisfied(self, answers: Sequence[Any]) -> bool:
        """Tell whether nobody will try again by itself."""
        return not any(
            isinstance(answer, Died) or (isinstance(answer, dict) and answer.get("statusCode", 200) >= 500)
            for answer in answers
        )

    def _settle(self) -> list[str]:
        """Tell the news, sweep, hand out, and where nothing moves let an hour pass, until all is at rest."""
        world = self._world
        for _ in range(ROUNDS):
            world.tell_news()
            if world.due():
                world.call("sweep_tasks", {"trigger": "schedule"})
            if not self._under_way():
                return []
            before = world.items()
            for function in CONSUMERS:
                world.receive(function)
            if world.items() == before and (self._under_way() or world.due()):
                world.clock.time += AN_HOUR
        return [f"does not come to rest: {str(world.waiting())[:300]}"]

    def _under_way(self) -> bool:
        return not all(_is_dead(name) for name in self._world.waiting())


def _is_dead(queue: str) -> bool:
    return queue.endswith("DeadLetters")
