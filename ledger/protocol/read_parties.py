"""Readers of the parts of a protocol file that say who is in it, and how its days are counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

from ledger.protocol import identifiers
from ledger.protocol.document import Tree
from ledger.protocol.faults import near
from ledger.protocol.model import DayCalendar, Interpretation, LogRetention, OpenClass, Outsider, Party, WorkingDays
from ledger.protocol.read_expressions import new_party_id, party_id
from ledger.protocol.read_terms import span
from ledger.protocol.reading import Context, Fields, all_of, many, mapping, name, one_of, scalar, text
from ledger.protocol.terms import OpenTerm, Span, TimeUnit

_MONTH_DAY = re.compile(r"[0-9]{2}-[0-9]{2}", re.ASCII)
_LEAP_YEAR = 2024


def party(node: Tree, context: Context) -> Party:
    fields = Fields(node, context, "a party")
    party = Party(
        id=fields.need("id", new_party_id),
        name=fields.need("name", text),
        kbo=fields.opt("kbo", partial(_register_number, read=identifiers.kbo)),
        establishment=fields.opt("establishment", partial(_register_number, read=identifiers.establishment)),
        signs=fields.may("signs", many(text), ()),
        authority=fields.opt("authority", party_id),
        mark=node.mark,
    )
    return fields.whole(party)


def _register_number(node: Tree, context: Context, read: Callable[[str], str]) -> str:
    written = text(node, context)
    try:
        return read(written)
    except ValueError as error:
        raise context.refuse(node, "identifier", str(error)) from None


def open_class(node: Tree, context: Context) -> OpenClass:
    fields = Fields(node, context, "a class")
    found = OpenClass(
        id=fields.need("id", new_party_id),
        text=fields.need("text", text),
        authority=fields.opt("authority", party_id),
        mark=node.mark,
    )
    return context.keep(fields.whole(found))


def outsider(node: Tree, context: Context) -> Outsider:
    fields = Fields(node, context, "an outsider")
    outsider = Outsider(id=fields.need("id", new_party_id), name=fields.need("name", text), mark=node.mark)
    return context.keep(fields.whole(outsider))


def calendar(node: Tree, context: Context) -> DayCalendar:
    fields = Fields(node, context, "calendar")
    calendar = DayCalendar(
        zone=fields.need("zone", _zone),
        working_days=fields.need("working_days", one_of(WorkingDays)),
        holidays=fields.need("holidays", _holidays),
        also=fields.may("also", many(_month_day), ()),
        mark=node.mark,
    )
    return fields.whole(calendar)


def _zone(node: Tree, context: Context) -> str:
    zone = text(node, context)
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, LookupError):
        raise context.refuse(node, "zone", f"{zone!r} is not a time zone; write Europe/Brussels") from None
    return zone


def _holidays(node: Tree, context: Context) -> str:
    word = scalar(node, context).text
    if word != "BE":
        raise context.refuse(node, "word", f"{word!r} does not exist here; known here: BE")
    return word


def _month_day(node: Tree, context: Context) -> tuple[int, int]:
    word = scalar(node, context, "a day such as 07-11").text
    with suppress(ValueError):
        if _MONTH_DAY.fullmatch(word):
            found = date(_LEAP_YEAR, int(word[:2]), int(word[3:]))
            return found.month, found.day
    raise context.refuse(node, "type", f"{word!r} is not a day of the year; write MM-DD")


def house_policy(node: Tree, context: Context) -> Mapping[OpenTerm, Span]:
    found = mapping(node, context, "house_policy")
    known = [word.value for word in OpenTerm]

    def one(key: str) -> tuple[OpenTerm, Span]:
        if key not in known:
            raise context.refuse(found.keys[key], "word", f"{key!r} is no open term{near(key, known)}")
        return OpenTerm(key), span(found.items[key], context)

    return dict(all_of([partial(one, key) for key in found.items]))


def log_retention(node: Tree, context: Context) -> LogRetention:
    fields = Fields(node, context, "log_retention")
    kept = LogRetention(keep=fields.need("keep", span), by=fields.opt("by", text), mark=node.mark)
    if kept.keep is not None and kept.keep.unit in (TimeUnit.HOURS, TimeUnit.WORKING_DAYS):
        raise context.refuse(node, "term", f"logs are kept for days, weeks, months or years, not {kept.keep.unit}")
    return fields.whole(kept)


def interpretation(node: Tree, context: Context) -> Interpretation:
    fields = Fields(node, context, "an interpretation")
    interpretation = Interpretation(
        id=fields.need("id", name),
        asks=fields.need("asks", text),
        options=fields.need("options", many(name, least=2)),
        default=fields.need("default", name),
        mark=node.mark,
    )
    if interpretation.options and interpretation.default and interpretation.default not in interpretation.options:
        fields.fail(node.mark, "choice", f"the default {interpretation.default} is none of the options")
    return fields.whole(interpretation)
