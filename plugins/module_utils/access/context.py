# Copyright: aws_ml.permissions contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: it may change in any release. Do not import it elsewhere.
"""The condition context of a request: what each condition key has as its value. Pure.

Source: IAM user guide, "AWS global condition context keys". Keys are compared regardless of case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Values = tuple[str, ...]


class Context:
    """The values of condition keys. A key is present, absent, or unknown.

    `values` has a list of texts, or one text, for each key that is present. `absent` keys are not in the request.
    Every other key is unknown, unless the context is `complete`: then it is absent.
    """

    __slots__ = ("_values", "complete")

    def __init__(
        self,
        values: Mapping[str, str | Iterable[str]] | None = None,
        *,
        absent: Iterable[str] = (),
        complete: bool = False,
    ) -> None:
        known: dict[str, Values | None] = dict.fromkeys(key.lower() for key in absent)
        for key, value in (values or {}).items():
            known[key.lower()] = (value,) if isinstance(value, str) else tuple(value)
        self._values = known
        self.complete = complete

    def is_unknown(self, key: str) -> bool:
        """Whether nothing is known of a key, given in lower case."""
        return key not in self._values and not self.complete

    def values(self, key: str) -> Values | None:
        """The values of a key, given in lower case; None if it is absent or unknown."""
        return self._values.get(key)

    def known(self) -> dict[str, Values | None]:
        """The keys of which something is known, with None for absent ones."""
        return dict(self._values)

    def with_defaults(self, values: Mapping[str, str | Iterable[str]], absent: Iterable[str] = ()) -> Context:
        """This context, and beneath it values for keys of which nothing is known yet."""
        merged = Context(values, absent=absent, complete=self.complete)
        merged._values.update(self._values)
        return merged
