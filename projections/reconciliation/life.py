"""Whether a party may still use what it received: it left, the protocol ended, or the data's origin left."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ledger.protocol.expressions import MomentKind
from projections.obligations.agreements import retention
from projections.obligations.answer import Unit
from projections.obligations.facts import Fact
from projections.obligations.holdings import Holding
from projections.obligations.truth import Timeline
from projections.obligations.world import Item, World


@dataclass(slots=True)
class Endings:
    """The ends of one protocol's life, as they stand."""

    world: World
    _kept: dict[tuple[str, str], Timeline] = field(default_factory=dict)
    _by_dataset: dict[str, list[Holding]] = field(default_factory=dict)

    def edges(self) -> set[datetime]:
        """The moments at which one of the answers may change."""
        life = self.world.life
        found = {turn.happened.earliest for turn in (*life.of(MomentKind.LEFT), *life.of(MomentKind.ENDED))}
        for spans in life.bound.values():
            found |= {span.start for span in spans} | {span.end for span in spans if span.end is not None}
        for fact in self.world.facts.of("retention-agreement-made"):
            for holding in self.world.holdings.all():
                origin = holding.fields.get("origin", "")
                if origin in (fact.values("origin") or fact.values("between")):
                    found |= set(self._agreed(origin, holding).starts)
        return found

    def ended(self, party: str, instant: datetime) -> Fact | None:
        """The end that came over a party by then, and after which it did not join again."""
        spans = self.world.life.bound.get(party, [])
        if not spans or any(span.start <= instant and (span.end is None or instant <= span.end) for span in spans):
            return None
        if instant < spans[0].start:
            return None
        return self._turn(MomentKind.ENDED, party, instant)

    def left(self, party: str, instant: datetime) -> Fact | None:
        """The withdrawal of a party by then, after which it did not join again."""
        spans = self.world.life.bound.get(party, [])
        if any(span.start <= instant and (span.end is None or instant < span.end) for span in spans):
            return None
        return self._turn(MomentKind.LEFT, party, instant)

    def origin_left(self, holder: str, dataset: str, instant: datetime) -> Fact | None:
        """The withdrawal of the last origin of what a holder has in a dataset, unless an agreement keeps some of it.

        Nothing where the holder collects such data itself: a log does not tell one from the other.
        """
        turn = None
        for each in self._received(holder, dataset):
            origin = each.fields.get("origin", "")
            turn = self.left(origin, instant)
            if turn is None or self._agreed(origin, each).at(instant).value is not False:
                return None
        return turn

    def _received(self, holder: str, dataset: str) -> list[Holding]:
        """What it holds of others in a dataset that it does not collect itself."""
        if not self._by_dataset:
            for each in self.world.holdings.all():
                self._by_dataset.setdefault(each.fields.get("dataset", ""), []).append(each)
        every = self._by_dataset.get(dataset, [])
        if any(each.fields.get("origin") == holder for each in every):
            return []
        return [each for each in every if each.holder == holder]

    def _agreed(self, origin: str, holding: Holding) -> Timeline:
        key = (origin, holding.label)
        if key not in self._kept:
            item = Item(key=holding.key, shown=Unit("holding", holding.label), holding=holding)
            self._kept[key] = retention(self.world, (origin,), holding.holder, item)
        return self._kept[key]

    def _turn(self, kind: MomentKind, party: str, instant: datetime) -> Fact | None:
        found = None
        for turn in self.world.life.of(kind):
            concerned = {*turn.parties, *map(str, turn.values("parties"))}
            if party in concerned and turn.happened.earliest <= instant:
                found = turn
        return found
