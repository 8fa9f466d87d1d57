"""A statement's tokens, read from the front."""

from __future__ import annotations

from doorcheck.scan.project.database.statements import Token

_OPENING, _CLOSING = "([{", ")]}"
_PUBLIC = ("public.", "dbo.")


class Words:
    """What is left to read of a statement. ``text`` is all of it, for what is wanted as it was written."""

    def __init__(self, tokens: list[Token], text: str, at: int = 0, end: int | None = None) -> None:
        self._tokens = tokens
        self._text = text
        self._at = at
        self._end = len(tokens) if end is None else end

    def peek(self, ahead: int = 0) -> str:
        """The token that comes next, or ``ahead`` after it; empty at the end."""
        at = self._at + ahead
        return self._tokens[at].text if at < self._end else ""

    def kind(self, ahead: int = 0) -> str:
        """The kind of that token; empty at the end."""
        at = self._at + ahead
        return self._tokens[at].kind if at < self._end else ""

    def take(self) -> str:
        """The next token, which is then read."""
        found = self.peek()
        self._at += 1
        return found

    def accept(self, *words: str) -> bool:
        """Whether these come next; they are then read."""
        for ahead, word in enumerate(words):
            if self.peek(ahead) != word or self.kind(ahead) not in ("word", "mark"):
                return False
        self._at += len(words)
        return True

    def name(self) -> str:
        """The name that comes next, as it is written or, where it is not quoted, in lower case; empty if none does."""
        return self.take() if self.kind() in ("word", "name", "string") else ""

    def table(self) -> str:
        """The table's name that comes next, with its schema unless that is the usual one; read."""
        parts = [self.name()]
        while parts[-1] and self.accept("."):
            parts.append(self.name())
        found = ".".join(part for part in parts if part)
        for prefix in _PUBLIC:
            found = found.removeprefix(prefix)
        return found

    def group(self) -> list[Words]:
        """The items, between commas, of the brackets that come next; they are then read."""
        start = self._at + 1
        depth = 0
        while self._at < self._end:
            token = self._tokens[self._at]
            depth += _depth(token)
            self._at += 1
            if depth == 0:
                break
        return Words(self._tokens, self._text, start, self._at - 1).split()

    def split(self) -> list[Words]:
        """What is left, cut at its commas; nothing is read."""
        found: list[Words] = []
        start, depth = self._at, 0
        for at in range(self._at, self._end):
            token = self._tokens[at]
            depth += _depth(token)
            if depth == 0 and token.kind == "mark" and token.text == ",":
                found.append(Words(self._tokens, self._text, start, at))
                start = at + 1
        if start < self._end:
            found.append(Words(self._tokens, self._text, start, self._end))
        return found

    def rest(self) -> tuple[str, ...]:
        """The words that are left, outside quotes and brackets; nothing is read."""
        found: list[str] = []
        depth = 0
        for token in self._tokens[self._at : self._end]:
            depth += _depth(token)
            if depth == 0 and token.kind == "word":
                found.append(token.text)
        return tuple(found)

    def skip_to(self, word: str) -> bool:
        """Read up to and with this word, outside brackets; false, and nothing read, where it does not come."""
        depth = 0
        for at in range(self._at, self._end):
            token = self._tokens[at]
            depth += _depth(token)
            if depth == 0 and token.kind == "word" and token.text == word:
                self._at = at + 1
                return True
        return False

    def type_until(self, ends: frozenset[str]) -> str:
        """A column's type in lower case, without its length."""
        found: list[str] = []
        depth = 0
        while self._at < self._end:
            token = self._tokens[self._at]
            if depth == 0 and token.kind == "word" and token.text in ends:
                break
            was = depth
            depth += _depth(token)
            if token.kind in ("word", "name") and depth == 0:
                found.append(token.text.lower())
            elif token.text == "[" and was == 0:
                found.append("[]")
            self._at += 1
        return " ".join(found).replace(" []", "[]")

    def reference(self) -> str:
        """The table that a ``REFERENCES`` in what is left points at; empty where there is none. Nothing is read."""
        rest = Words(self._tokens, self._text, self._at, self._end)
        return rest.table() if rest.skip_to("references") else ""

    def body(self) -> str:
        """The quoted text in what is left, such as what a function does; nothing is read."""
        return " ".join(token.text for token in self._tokens[self._at : self._end] if token.kind == "string")

    def bracketed(self) -> str:
        """The text in the brackets that come next, in lower case and in one line; they are then read."""
        start = self._at
        if self.peek() != "(" or not self.group():
            return ""
        last = self._tokens[self._at - 1]
        return " ".join(self._text[self._tokens[start].end : last.start].lower().split())


def _depth(token: Token) -> int:
    if token.kind != "mark":
        return 0
    return (token.text in _OPENING) - (token.text in _CLOSING)
