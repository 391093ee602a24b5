"""Which methods the deployed API serves at a path, to tell an unknown path from a wrong method."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote


@dataclass(frozen=True, slots=True)
class Route:
    """One API Gateway resource and the methods declared on it."""

    segments: tuple[str, ...]
    methods: frozenset[str]

    @classmethod
    def of(cls, path: str, methods: Iterable[str]) -> "Route":
        """Return the route of a resource path such as `/api/v1/things/{id}`."""
        return cls(tuple(segment for segment in path.split("/") if segment), frozenset(methods))

    def matches(self, segments: tuple[str, ...]) -> bool:
        """Tell whether a request's path segments lead here."""
        if self.segments and self.segments[-1].endswith("+}"):
            head = self.segments[:-1]
            return len(segments) > len(head) and _all_match(head, segments[: len(head)])
        return len(segments) == len(self.segments) and _all_match(self.segments, segments)

    @property
    def literal(self) -> int:
        """How many segments are fixed words; the route with more of them wins."""
        return sum(not segment.startswith("{") for segment in self.segments)


@dataclass(frozen=True, slots=True)
class RouteTable:
    """All routes of the deployed REST API, and what it treats as binary."""

    routes: tuple[Route, ...] = ()
    binary_media_types: tuple[str, ...] = ()

    def methods_at(self, path: str) -> frozenset[str]:
        """Return the methods served at a raw request path; none for a path that does not exist."""
        segments = tuple(unquote(segment) for segment in path.split("/") if segment)
        found = [route for route in self.routes if route.methods and route.matches(segments)]
        best = max(found, key=lambda route: route.literal, default=None)
        return best.methods if best else frozenset()


def _all_match(pattern: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    return all(want.startswith("{") or want == have for want, have in zip(pattern, segments, strict=True))
