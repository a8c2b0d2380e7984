"""Run a scenario undisturbed, and then once for every AWS call and every way in which it can break."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, get_args

import msgspec

from tests.faults.injection import FAULTS, Fault
from tests.faults.outcome import Outcome, outcome_of
from tests.faults.scenarios import Delivery, Scenario
from tests.faults.stack import functions
from tests.faults.stages import Year
from tests.faults.world import AN_HOUR, Died

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
    fault: Fault


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
        self.undisturbed = self._run_undisturbed()

    def points(self) -> Iterator[Point]:
        """Give every call with every way to break."""
        for number, operation in enumerate(self.calls):
            for fault in FAULTS:
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

    def _run_undisturbed(self) -> Outcome:
        self._start()
        before = self._world.program_faults.seen
        with self._world.injection.counting() as calls:
            self._answers = self._deliver(self._event)
        self.calls = list(calls)
        for delivery in self._beside:
            self._deliver(delivery)
        self._settle()
        if self._world.program_faults.seen > before:
            self._note("undisturbed", ["a function tells of a fault in the program"])
        return outcome_of(self._world)

    def _repeated(self, order: Order) -> Sequence[str]:
        """Run without a fault, but with everything delivered twice."""
        self._start()
        return self._go_on(order, delivered=False)

    def _broken(self, point: Point) -> dict[Order, Sequence[str]]:
        """Run into the fault and go on in both orders; what follows from a world that was seen before is known."""
        world, satisfied = self._run_into(point)
        for number, order in enumerate(ORDERS):
            if (world, satisfied, order) not in self._known:
                if number:
                    self._run_into(point)
                self._known[world, satisfied, order] = tuple(self._go_on(order, delivered=satisfied))
        return {order: self._known[world, satisfied, order] for order in ORDERS}

    def _run_into(self, point: Point) -> tuple[bytes, bool]:
        """Deliver the event with one call broken; names the world that this leaves, and whether all were answered."""
        self._start()
        with self._world.injection.breaking(point.number, point.fault):
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
        problems += self._settle()
        if self._world.redrive():
            problems += self._settle()
        if self._world.program_faults.seen > before:
            problems.append("a function tells of a fault in the program")
        return problems + outcome_of(self._world).differences(self.undisturbed)

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
        if delivery is not self._event or delivery.trigger != "Api" or answers == self._answers:
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
        return any(not name.endswith("DeadLetters") for name in self._world.waiting())
