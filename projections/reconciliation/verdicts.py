"""Why a use at a moment is not explained, if it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ledger.clock import spell
from projections.findings import Cause
from projections.obligations.facts import Fact
from projections.reconciliation.access import Access, Grant, Since, last, same
from projections.reconciliation.groups import Use
from projections.reconciliation.life import Endings
from projections.said import Said, said, several


class Verdict(NamedTuple):
    """`cause` None: explained, by `facts`. If not `certain`, it may be explained after all: `says` tells by what."""

    cause: Cause | None
    facts: tuple[Fact, ...] = ()
    says: tuple[Said, ...] = ()
    certain: bool = True


@dataclass(slots=True)
class Judge:
    """Judges uses under one protocol by what is on record."""

    access: Access
    endings: Endings

    def verdict(self, use: Use, instant: datetime) -> Verdict:
        """The first cause that is true, in the order of `Cause`."""
        if not use.actor and use.actor_class not in ("service", "system"):
            return Verdict(Cause.NOT_ATTRIBUTABLE, (), (_nobody(use),))
        return self._over(use, instant) or self._granted(use, instant)

    def _over(self, use: Use, instant: datetime) -> Verdict | None:
        whom = use.acts_for
        turn = self.endings.ended(whom, instant)
        if turn is not None:
            return Verdict(Cause.AFTER_END, (turn,), (said("ended", party=whom, day=turn.happened.text),))
        turn = None if use.deleting else self.endings.left(whom, instant)
        if turn is not None:
            return Verdict(Cause.AFTER_WITHDRAWAL, (turn,), (said("left", party=whom, day=turn.happened.text),))
        turn = self.endings.origin_left(use.party, use.dataset, instant) if use.dataset and not use.deleting else None
        if turn is not None:
            origin = ", ".join(turn.parties)
            says = said("origin-left", origin=origin, dataset=use.dataset, party=use.party, day=turn.happened.text)
            return Verdict(Cause.AFTER_WITHDRAWAL, (turn,), (says, said("no-agreement")))
        return None

    def _granted(self, use: Use, instant: datetime) -> Verdict:
        if not use.actor:
            return Verdict(Cause.SERVICE_ACCOUNT, (), (said("system"),))
        grants = [each for each in self.access.grants.get(use.actor, ()) if same(each.application, use.application)]
        present = [each for each in grants if each.has(instant)]
        standing, gone = self._employed(use.actor, present, instant)
        misfits: list[Said] = []
        for grant in standing:
            misfit = self._misfit(use, grant, instant)
            if misfit is None:
                return Verdict(None, (grant.fact,))
            misfits.append(said("misfit", grant=grant.name, entry=grant.fact.position, why=misfit))
        if standing:
            return Verdict(Cause.OUTSIDE_PROFILE, tuple(each.fact for each in standing), tuple(misfits))
        if gone is not None:
            by = ", ".join(gone.fact.parties)
            says = said("employment", party=by, day=spell(gone.start), entry=gone.fact.position)
            return Verdict(Cause.AFTER_EMPLOYMENT, (gone.fact,), (says,))
        return self._without(use, grants, instant)

    def _employed(self, actor: str, present: Sequence[Grant], instant: datetime) -> tuple[list[Grant], Since | None]:
        """The grants that an end of employment did not overtake; and the last end, unless a grant came after it."""
        ends = [each for each in self.access.left.get(actor, ()) if each.start <= instant]
        if not ends:
            return list(present), None
        standing = [grant for grant in present if not any(_overtakes(each, grant) for each in ends)]
        renewed = any(grant.start >= ends[-1].start for grant in self.access.grants.get(actor, ()))
        return standing, ends[-1] if present or not renewed else None

    def _without(self, use: Use, grants: Sequence[Grant], instant: datetime) -> Verdict:
        ended = [each for each in grants if each.end is not None and each.end <= instant]
        if ended:
            grant = max(ended, key=lambda each: (each.end or instant, each.fact.position))
            return _after(grant)
        if use.actor_class == "service":
            return Verdict(Cause.SERVICE_ACCOUNT, (), (said("service"),))
        groups = [each for each in self.access.groups if same(each.application, use.application) and each.has(instant)]
        for each in groups:
            if use.function and use.function in (each.fact.fields.get("function_profile"), each.fact.fields["group"]):
                return Verdict(None, (each.fact,))
        if groups:
            named = [said("group", group=each.fact.fields["group"], entry=each.fact.position) for each in groups]
            says = said("groups", groups=several(named))
            return Verdict(Cause.NO_GRANT, tuple(each.fact for each in groups), (says,), certain=False)
        return Verdict(Cause.NO_GRANT, (), _looked_for(use, grants, self.access.grants.get(use.actor, ())))

    def _misfit(self, use: Use, grant: Grant, instant: datetime) -> Said | None:
        """Why a grant that stands is not for this use; None if it is."""
        fields = grant.fact.fields
        if use.dataset and "datasets" in fields and use.dataset not in fields["datasets"]:
            return said("for-datasets", granted=", ".join(fields["datasets"]), used=use.dataset)
        if use.acting_for and fields.get("acting_for", use.acting_for) != use.acting_for:
            return said("for-party", granted=fields["acting_for"], used=use.acting_for)
        profile = fields.get("function_profile")
        changed = last((each for each in self.access.functions.get(use.actor, ()) if each.start > grant.start), instant)
        function = use.function or (changed.fields["function_profile"] if changed else "")
        if profile and function and function != profile:
            return said("for-function", granted=profile, used=function)
        return self._profile(use, grant, instant, profile) if profile else None

    def _profile(self, use: Use, grant: Grant, instant: datetime, profile: str) -> Said | None:
        for party in grant.fact.parties:
            fact = last(self.access.profiles.get((party, profile), ()), instant)
            if fact is None:
                continue
            fields, named = fact.fields, {"profile": profile, "entry": fact.position}
            if not fields["needs_data"]:
                return said("profile-no-data", **named)
            if use.dataset and "datasets" in fields and use.dataset not in fields["datasets"]:
                return said("profile-lacks", **named, granted=", ".join(fields["datasets"]), used=use.dataset)
            if "applications" in fields and not any(same(each, use.application) for each in fields["applications"]):
                return said("profile-lacks", **named, granted=", ".join(fields["applications"]), used=use.application)
        return None


def _overtakes(left: Since, grant: Grant) -> bool:
    return grant.start < left.start and bool(set(left.fact.parties) & set(grant.fact.parties))


def _after(grant: Grant) -> Verdict:
    end = spell(grant.end) if grant.end is not None else ""
    named = {"grant": grant.name, "entry": grant.fact.position}
    if grant.ended_by is None:
        says = said("expired", **named, day=grant.fact.fields["valid_until"])
        return Verdict(Cause.GRANT_EXPIRED, (grant.fact,), (says,))
    says = said("revoked", **named, day=end, by=grant.ended_by.position)
    return Verdict(Cause.GRANT_REVOKED, (grant.fact, grant.ended_by), (says,))


def _nobody(use: Use) -> Said:
    return said("shared-key" if use.actor_class == "shared-key" else "nobody")


def _looked_for(use: Use, grants: Sequence[Grant], others: Sequence[Grant]) -> tuple[Said, ...]:
    says = [said("no-grant", application=use.application)]
    says += [said("begins-later", grant=each.name, entry=each.fact.position, day=spell(each.start)) for each in grants]
    elsewhere = sorted({each.application for each in others if not same(each.application, use.application)})
    if elsewhere:
        says.append(said("elsewhere", applications=", ".join(elsewhere)))
    return tuple(says)
