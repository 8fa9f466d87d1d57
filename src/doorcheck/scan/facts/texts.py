"""What constant texts answer: their own methods, regular expressions asked about them, and lists of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from doorcheck.scan.facts.values import (
    FALSE,
    NULL,
    TRUE,
    UNDEFINED,
    Arr,
    Const,
    Derived,
    External,
    Input,
    Link,
    Obj,
    Test,
    Unknown,
    Value,
    made_from,
)  # fmt: skip
from doorcheck.scan.syntax.ecma_nodes import Budget, BudgetSpentError
from doorcheck.scan.syntax.ecma_regex import RegexError, compile_regex

MAX_TEXT = 4096
MAX_ITEMS = 64
MAX_ENTRIES = 16
_STEPS = 20_000
_READ_FLAGS = frozenset({"", "i", "g", "u", "gi", "ig", "iu", "ui"})


def text_of(value: Value | None) -> str | None:
    """The text of a constant; None for anything else."""
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else None


def joined(parts: Sequence[Value]) -> Value:
    """The parts as one text: a constant where all of them are, else something made from them."""
    texts = [text_of(part) for part in parts]
    whole = [text for text in texts if text is not None]
    if len(whole) == len(texts) and sum(map(len, whole)) <= MAX_TEXT:
        return Const("".join(whole))
    return Derived("text", tuple(parts))


def is_of_address(value: Value) -> bool:
    """Whether this is cut out of the address that was asked for, and made of nothing else that was sent."""
    sent = [part for part in made_from(value, 12) if isinstance(part, Input)]
    return bool(sent) and all(part.channel == "url" for part in sent)


def regular_expression(pattern: str, flags: str, file: str, at: int) -> External:
    """A regular expression, written or constructed, with its pattern kept."""
    return External("js", ("RegExp", "()"), (Link("RegExp", (Const(pattern), Const(flags)), file, at),))


def is_whole(regex: External) -> bool:
    """Whether a regular expression speaks of a text from its beginning to its end, and lists the letters it takes."""
    source = text_of(regex.links[0].arguments[0]) if regex.path == ("RegExp", "()") and regex.links else None
    if source is None or not (source.startswith("^") and source.endswith("$")):
        return False
    return "|" not in source and "." not in source.replace("\\.", "") and "[^" not in source and "\\S" not in source


def matches(regex: Value, text: str) -> bool | None:
    """Whether a regular expression finds something in the text; None where nobody can say."""
    if not (isinstance(regex, External) and regex.path == ("RegExp", "()") and regex.links):
        return None
    pattern, flags = (text_of(part) for part in regex.links[0].arguments)
    if pattern is None or flags not in _READ_FLAGS:
        return None
    try:
        return compile_regex(pattern, "i" in flags).search(text, Budget(_STEPS))
    except (RegexError, BudgetSpentError):
        return None


def method(target: Value, name: str, arguments: tuple[Value, ...]) -> Value | None:
    """What a method of a constant text or of a regular expression gives; None where it cannot be told."""
    first = arguments[0] if arguments else None
    text = text_of(target)
    if text is None:
        asked = text_of(first)
        found = matches(target, asked) if name == "test" and asked is not None else None
        return None if found is None else _BOOLEANS[found]
    if len(text) > MAX_TEXT:
        return None
    if name in _PLAIN and all(isinstance(value, Const) for value in arguments):
        return _PLAIN[name](text, [value.value for value in arguments if isinstance(value, Const)])
    if name == "match" and first is not None:
        found = matches(first, text)
        return None if found is None else Arr((), (Unknown(None, (target, first)),)) if found else NULL
    return None


def joined_list(target: Arr, arguments: tuple[Value, ...]) -> Value | None:
    """What ``join`` gives for a list of constant texts."""
    texts = [text_of(item) for item in target.items]
    between = text_of(arguments[0]) if arguments else ","
    whole = [text for text in texts if text is not None]
    if target.rest or between is None or len(whole) != len(texts) or sum(map(len, whole)) > MAX_TEXT:
        return None
    return Const(between.join(whole))


def entries_of(value: Value) -> Arr | None:
    """The names and values of an object of which all is known; None for anything else."""
    if not isinstance(value, Obj) or value.rest or value.cls is not None or not 0 < len(value.props) <= MAX_ENTRIES:
        return None
    return Arr(tuple(Arr((Const(name), item)) for name, item in value.props.items()))


def are_entries(items: Sequence[Value]) -> bool:
    """Whether these are names with their values, few enough to look at each."""
    pairs = all(isinstance(i, Arr) and len(i.items) == 2 and text_of(i.items[0]) is not None for i in items)
    return pairs and len(items) <= MAX_ENTRIES


def contains(collection: Value, item: Value) -> bool | None:
    """Whether a list of constants holds a constant; None where that cannot be told."""
    if not isinstance(collection, Arr) or not isinstance(item, Const) or not collection.items:
        return None
    known = [part for part in collection.items if isinstance(part, Const)]
    if any(type(part.value) is type(item.value) and part.value == item.value for part in known):
        return True
    return None if collection.rest or len(known) != len(collection.items) else False


def constants_of(collection: Value) -> list[str]:
    """The texts of a list of constants; empty when it is anything else."""
    if not isinstance(collection, Arr) or collection.rest:
        return []
    found = [item.value for item in collection.items if isinstance(item, Const) and isinstance(item.value, str)]
    return found if len(found) == len(collection.items) else []


def decided(value: Value) -> bool | None:
    """Whether a value is certainly true or certainly false."""
    if isinstance(value, Const):
        return bool(value.value)
    if isinstance(value, Test) and bool(value.yes_branches) != bool(value.no_branches):
        facts = any(branch.facts or branch.keep for branch in (*value.yes_branches, *value.no_branches))
        return None if facts else bool(value.yes_branches)
    return None


def asked_of_each(name: str, items: Sequence[Value], results: Sequence[Value]) -> Value | None:
    """What ``some``, ``every``, ``find`` or ``filter`` gives when the answer for each element is certain."""
    answers = [decided(result) for result in results]
    if name == "some" and any(answers):
        return TRUE
    if name == "every" and any(answer is False for answer in answers):
        return FALSE
    if any(answer is None for answer in answers):
        return None
    if name in {"some", "every"}:
        return _BOOLEANS[name == "every"]
    kept = tuple(item for item, answer in zip(items, answers, strict=True) if answer)
    if name == "filter":
        return Arr(kept)
    return (kept[0] if kept else UNDEFINED) if name == "find" else None


_BOOLEANS = {True: TRUE, False: FALSE}
_Plain = Callable[[str, list[object]], Value | None]


def _asks(answer: Callable[[str, str], bool]) -> _Plain:
    def ask(text: str, given: list[object]) -> Value | None:
        return _BOOLEANS[answer(text, given[0])] if len(given) == 1 and isinstance(given[0], str) else None

    return ask


def _changes(change: Callable[[str], str]) -> _Plain:
    def changed(text: str, given: list[object]) -> Value | None:
        return None if given else Const(change(text))

    return changed


def _index_of(text: str, given: list[object]) -> Value | None:
    return Const(float(text.find(given[0]))) if len(given) == 1 and isinstance(given[0], str) else None


def _positions(given: list[object]) -> list[int] | None:
    numbers = [int(value) for value in given if isinstance(value, float) and value == int(value)]
    return numbers if len(numbers) == len(given) and len(numbers) in {1, 2} else None


def _slice(text: str, given: list[object]) -> Value | None:
    at = _positions(given)
    return None if at is None else Const(text[at[0] : at[1] if len(at) == 2 else None])


def _substring(text: str, given: list[object]) -> Value | None:
    at = _positions(given)
    if at is None:
        return None
    first, last = (min(max(number, 0), len(text)) for number in (at[0], at[1] if len(at) == 2 else len(text)))
    return Const(text[min(first, last) : max(first, last)])


def _split(text: str, given: list[object]) -> Value | None:
    if len(given) != 1 or not isinstance(given[0], str) or not given[0]:
        return None
    return Arr(tuple(Const(piece) for piece in text.split(given[0])[:MAX_ITEMS]))


def _replace(count: int) -> _Plain:
    def replaced(text: str, given: list[object]) -> Value | None:
        if len(given) != 2 or not given[0] or not all(isinstance(value, str) for value in given):
            return None
        changed = text.replace(str(given[0]), str(given[1]), count)
        return Const(changed) if "$" not in str(given[1]) and len(changed) <= MAX_TEXT else None

    return replaced


def _concat(text: str, given: list[object]) -> Value | None:
    return joined([Const(text), *(Const(value) for value in given)]) if given else None


_PLAIN: dict[str, _Plain] = {
    "startsWith": _asks(str.startswith),
    "endsWith": _asks(str.endswith),
    "includes": _asks(str.__contains__),
    "indexOf": _index_of,
    "toLowerCase": _changes(str.lower),
    "toLocaleLowerCase": _changes(str.lower),
    "toUpperCase": _changes(str.upper),
    "trim": _changes(str.strip),
    "toString": _changes(str),
    "slice": _slice,
    "substring": _substring,
    "split": _split,
    "replace": _replace(1),
    "replaceAll": _replace(-1),
    "concat": _concat,
}
