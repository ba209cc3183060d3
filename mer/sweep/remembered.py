"""What a plan computes once, however many jobs ask for it."""

from collections.abc import Callable
from functools import cache, partial, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

S = TypeVar("S")
P = ParamSpec("P")
R = TypeVar("R")


def remembered(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Make a method compute its value once per object and arguments; the value lives as long as the object.

    Parameters
    ----------
    method
        Depends on nothing that changes. Its arguments are hashable, and nobody changes what it returns.

    Examples
    --------
    >>> class Circle:
    ...     @remembered
    ...     def area(self, radius):
    ...         print("computed")
    ...         return 3 * radius**2
    >>> circle = Circle()
    >>> circle.area(2), circle.area(2)
    computed
    (12, 12)
    """
    name = f"remembered {method.__qualname__}"

    @wraps(method)
    def look_up(self: S, *args: P.args, **kwargs: P.kwargs) -> R:
        known: dict[str, Any] = vars(self)
        if name not in known:
            known[name] = cache(partial(method, self))
        value: R = known[name](*args, **kwargs)
        return value

    return cast("Callable[Concatenate[S, P], R]", look_up)
