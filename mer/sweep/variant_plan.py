"""What a variant says beside its method: where it runs, under which seeds, what it is compared with."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field, field_validator

from mer.core.errors import unknown_name
from mer.core.parameters import Params
from mer.published.catalogue import published_methods
from mer.sweep.validation import validated


def different_seeds(value: tuple[int, ...]) -> tuple[int, ...]:
    """Refuse seeds that occur twice or are too large, in a field validator."""
    if len(set(value)) < len(value) or min(value, default=0) < 0 or max(value, default=0) >= 2**31:
        raise ValueError(f"give different numbers from 0 to {2**31 - 1}. Got {list(value)}")
    return value


class VariantPlan(Params):
    """What a variant may say beside its method and the method's settings."""

    protocols: tuple[str, ...] | None = Field(
        default=None, min_length=1, description="Protocols that it runs under, by their names; null for all."
    )
    seeds: tuple[int, ...] | None = Field(
        default=None, min_length=1, description="Its random seeds; null for those of the sweep."
    )
    skip: str = Field(
        default="", description="Why it is not run now; tables keep its row, with dashes and this reason."
    )
    macro: tuple[str, ...] = Field(
        default=(),
        description="Data sets of macro-expressions, by their names here, that it learns from as well; "
        "nobody is tested on them. For methods that take any (EMR).",
    )
    note: str = Field(default="", description="What tables say about it, below its numbers.")
    published: str | None = Field(
        default=None,
        description="Slug of the published numbers that it is compared with in tables of the papers; null "
        "for those of its method.",
    )

    @field_validator("note", "skip")
    @classmethod
    def _one_line(cls, value: str) -> str:
        return " ".join(value.split())

    @field_validator("published")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None and value not in published_methods():
            raise ValueError(unknown_name("published method", value, published_methods()))
        return value

    @field_validator("seeds")
    @classmethod
    def _different_seeds(cls, value: tuple[int, ...] | None) -> tuple[int, ...] | None:
        return value if value is None else different_seeds(value)


def planned(raw: Mapping[str, Any], problems: list[str]) -> dict[str, VariantPlan]:
    """Read where variants run; mistakes go to ``problems``."""
    plans = {}
    variants, protocols = raw.get("variants"), raw.get("protocols")
    for name, settings in variants.items() if isinstance(variants, dict) else ():
        given = settings if isinstance(settings, dict) else {}
        plan = validated(
            VariantPlan,
            {key: given[key] for key in VariantPlan.model_fields if key in given},
            f"variants.{name}",
            problems,
        )
        if plan is not None:
            plans[name] = plan
            problems += [
                f"variants.{name}.protocols: {unknown_name('protocol', protocol, protocols or ())}"
                for protocol in plan.protocols or ()
                if protocol not in (protocols or ())
            ]
    return plans
