"""Words as people write them, for narratives that compress as narratives do."""

from __future__ import annotations

from random import Random

_WORDS = """
I have lived in this country since I was young and my children were born here they go to school and my wife is ill
every week she sees a doctor I work in a kitchen and pay rent for our home the court gave me a date but the letter
went to an old address my brother can help with papers please look at my case again before they send me away church
neighbors employer accident hospital appeal lawyer money border night family mother father years before afraid
return police village nobody left there since trial waiting detention medicine blood pressure heart surgery
""".split()  # noqa: SIM905  # a text reads best as one


def narrative(length: int) -> str:
    """Return a text of so many characters, always the same."""
    chance = Random(7)  # noqa: S311  # a text, no secret
    text = " ".join(chance.choice(_WORDS) for _ in range(length))
    return text[:length].rstrip()
