"""All indicators of an installation, by name, checked against each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tongguan.lib.suggest import valid_hint
from tongguan.metrics.errors import RegistryError, UnknownIndicatorError
from tongguan.model.access import Scope
from tongguan.model.indicators import ADDITIVE, Indicator, Rolling, Term, ToDate, named, terms_of


class Registry(Mapping[str, Indicator]):
    """Indicators by name, in the order given.

    Args:
        indicators: all of them.

    Raises:
        RegistryError: two have one name; one names another that is not there, or in a circle; one sums up over days what cannot be.
    """

    def __init__(self, indicators: Iterable[Indicator]) -> None:
        self._all: dict[str, Indicator] = {}
        faults = []
        for one in indicators:
            if one.name in self._all:
                faults.append(f"{one.written}: indicator {one.name!r} is declared before, in {self._all[one.name].written}")
            self._all.setdefault(one.name, one)
        for one in self._all.values():
            faults += [f"{one.written}: {one.name}: no indicator {name!r}; {valid_hint(name, self._all)}" for name in self._unknown(one)]
        if not faults:
            faults = [fault for one in self._all.values() for fault in self._faults(one)]
        if faults:
            raise RegistryError("\n".join(faults))

    def __getitem__(self, name: str) -> Indicator:
        """Return an indicator; UnknownIndicatorError names the nearest."""
        try:
            return self._all[name]
        except KeyError:
            raise UnknownIndicatorError(f"no indicator {name!r}; {valid_hint(name, self._all)}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._all

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def seen_by(self, scope: Scope) -> list[Indicator]:
        """Return the indicators that a scope sees: those of its stages; what no stage owns is for those who see all stages."""
        return [one for one in self._all.values() if sees(scope, one)]

    def leaves(self, name: str) -> list[Term]:
        """Return every term under an indicator, each once."""
        indicator = self[name]
        found = dict.fromkeys(terms_of(indicator.kind))
        for other in named(indicator):
            found |= dict.fromkeys(self.leaves(other))
        return list(found)

    def under(self, name: str) -> list[str]:
        """Return an indicator's own name and those of all that it is made of."""
        return [name, *(one for other in named(self[name]) for one in self.under(other))]

    def _unknown(self, indicator: Indicator) -> list[str]:
        return [name for name in named(indicator) if name not in self._all]

    def _faults(self, indicator: Indicator) -> Iterator[str]:
        circle = self._circle(indicator.name, ())
        if circle:
            yield f"{indicator.written}: {indicator.name} is made of itself: {' → '.join(circle)}"
            return
        if isinstance(indicator.kind, (Rolling, ToDate)):
            of = self[indicator.kind.of]
            for inner in self.under(of.name):
                if isinstance(self[inner].kind, (Rolling, ToDate)):
                    yield f"{indicator.written}: {indicator.name}: {inner!r} already runs over days; name what it is made of"
            for term in self.leaves(of.name):
                if term.aggregation not in ADDITIVE:
                    yield (
                        f"{indicator.written}: {indicator.name}: {of.name!r} has a {term.aggregation}, which days do not sum up to;"
                        " valid: indicators of counts and sums"
                    )
                    break

    def _circle(self, name: str, before: tuple[str, ...]) -> tuple[str, ...]:
        if name in before:
            return (*before[before.index(name) :], name)
        for other in named(self._all[name]):
            found = self._circle(other, (*before, name))
            if found:
                return found
        return ()


def sees(scope: Scope, indicator: Indicator) -> bool:
    """Return whether a scope sees an indicator."""
    return not scope.stages or (bool(indicator.owner) and scope.sees_stage(indicator.owner))
