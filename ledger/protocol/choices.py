"""`{choice: I-5, OPTION: value, …}`: what depends on a reading of the text.

A body is read once for each combination of the readings it depends on, so that every type behind it is free of
choices, and each option is checked as what it stands for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from ledger.protocol.document import Map, Scalar, Seq, Tree
from ledger.protocol.faults import Abandoned, near
from ledger.protocol.reading import Context

MAX_COMBINATIONS = 32


def combinations(body: Map, context: Context) -> list[dict[str, str]]:
    """Every combination of readings that decides about this body; one empty one where none does.

    Raises Abandoned, faults noted, for a reading or option that does not exist and a choice without all its options.
    """
    found = list(_choices(body))
    before = len(context.faults.found)
    names = dict.fromkeys(name for each in found if (name := _checked(each, context)) is not None)
    total = 1
    for name in names:
        total *= len(context.options[name])
    if total > MAX_COMBINATIONS:
        message = f"{total} combinations of readings in one clause, at most {MAX_COMBINATIONS}"
        raise context.refuse(body, "choice", message)
    if len(context.faults.found) > before:
        raise Abandoned
    return [dict(zip(names, options, strict=True)) for options in product(*(context.options[n] for n in names))]


def chosen(node: Tree, readings: Mapping[str, str]) -> Tree:
    """The same part with every choice replaced by the option that holds."""
    if isinstance(node, Map):
        name = node.items.get("choice")
        if isinstance(name, Scalar):
            return chosen(node.items[readings[name.text]], readings)
        return Map({key: chosen(value, readings) for key, value in node.items.items()}, node.keys, node.mark)
    if isinstance(node, Seq):
        return Seq(tuple(chosen(item, readings) for item in node.items), node.mark)
    return node


def _choices(node: Tree) -> Iterator[Map]:
    if isinstance(node, Map):
        if "choice" in node.items:
            yield node
        for value in node.items.values():
            yield from _choices(value)
    elif isinstance(node, Seq):
        for item in node.items:
            yield from _choices(item)


def _checked(choice: Map, context: Context) -> str | None:
    """The interpretation that a choice names, or None with its faults noted."""
    name = choice.items["choice"]
    if not isinstance(name, Scalar) or name.text not in context.options:
        word = name.text if isinstance(name, Scalar) else "this"
        known = near(word, list(context.options))
        context.faults.note(name.mark, "choice", f"{word!r} is no interpretation of this file{known}")
        return None
    options = context.options[name.text]
    given = [key for key in choice.items if key != "choice"]
    for option in options:
        if option not in given:
            context.faults.note(choice.mark, "choice", f"the choice {name.text} lacks its option {option}")
    for key in given:
        if key not in options:
            message = f"{key} is no option of {name.text}{near(key, list(options))}"
            context.faults.note(choice.keys[key], "choice", message)
    return name.text
