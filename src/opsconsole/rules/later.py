"""Numbers that follow from the moment of a run, so that a statement is built once and asked again at any other moment.

Building a rule's SELECT costs more than asking it about a few orders. ``Following`` stands in for the moment while it
is built: what is added to ``now`` or divided becomes a named parameter of the statement. Where the builder looks at a
number (compares it, counts on it), the statement holds only while the same look sees the same.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import BigInteger, BindParameter, bindparam

Of = Callable[[int, int], int]
Look = Callable[[int, int], Any]


class Following:
    """What a statement is told each time: how its numbers follow from now and from the last run."""

    def __init__(self, now: int, since: int) -> None:
        self._built = (now, since)
        self._parameters: dict[str, Of] = {}
        self._looks: list[tuple[Look, Any]] = []
        self.now: Any = Later(self, lambda now, since: now)
        self.since: Any = Later(self, lambda now, since: since)

    def parameter(self, of: Of) -> BindParameter[int]:
        """A parameter of the statement for a number."""
        name = f"later_{len(self._parameters)}"
        self._parameters[name] = of
        return bindparam(name, of(*self._built), BigInteger())

    def look(self, look: Look) -> Any:
        """What a look at the numbers sees now; the statement holds while it sees the same."""
        seen = look(*self._built)
        self._looks.append((look, seen))
        return seen

    def holds(self, now: int, since: int) -> bool:
        """Whether the statement would be built the same at other instants."""
        return all(look(now, since) == seen for look, seen in self._looks)

    def values(self, now: int, since: int) -> Mapping[str, int]:
        """The statement's parameters at other instants."""
        return {name: of(now, since) for name, of in self._parameters.items()}


class Later:
    """A number that follows from now or from the last run; in a statement it is a parameter."""

    __slots__ = ("_following", "_of")

    def __init__(self, following: Following, of: Of) -> None:
        self._following = following
        self._of = of

    def __clause_element__(self) -> BindParameter[int]:
        return self._following.parameter(self._of)

    def _then(self, other: Any, step: Callable[[int, int], int]) -> Any:
        mine = self._of
        if isinstance(other, Later):
            its = other._of
            return Later(self._following, lambda now, since: step(mine(now, since), its(now, since)))
        if not isinstance(other, int):
            return NotImplemented
        return Later(self._following, lambda now, since: step(mine(now, since), other))

    def __add__(self, other: Any) -> Any:
        return self._then(other, lambda mine, its: mine + its)

    def __radd__(self, other: Any) -> Any:
        return self._then(other, lambda mine, its: its + mine)

    def __sub__(self, other: Any) -> Any:
        return self._then(other, lambda mine, its: mine - its)

    def __rsub__(self, other: Any) -> Any:
        return self._then(other, lambda mine, its: its - mine)

    def __floordiv__(self, other: Any) -> Any:
        return self._then(other, lambda mine, its: mine // its)

    # --- looks

    def _seen(self, other: Any, look: Callable[[int, int], bool]) -> Any:
        mine = self._of
        if isinstance(other, Later):
            its = other._of
            return self._following.look(lambda now, since: look(mine(now, since), its(now, since)))
        if not isinstance(other, int):
            return NotImplemented
        return self._following.look(lambda now, since: look(mine(now, since), other))

    def __lt__(self, other: Any) -> Any:
        return self._seen(other, lambda mine, its: mine < its)

    def __le__(self, other: Any) -> Any:
        return self._seen(other, lambda mine, its: mine <= its)

    def __gt__(self, other: Any) -> Any:
        return self._seen(other, lambda mine, its: mine > its)

    def __ge__(self, other: Any) -> Any:
        return self._seen(other, lambda mine, its: mine >= its)

    def __eq__(self, other: Any) -> Any:
        return self._seen(other, lambda mine, its: mine == its)

    __hash__ = None  # type: ignore[assignment]

    def __index__(self) -> int:
        return int(self._following.look(self._of))
