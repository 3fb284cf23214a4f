"""Suggestions learned from earlier coding, on this machine: texts and their themes in, likely themes of other texts out.

Words and parts of words, each weighed by how rare it is (TF-IDF), and one logistic regression for each theme: a plain
model that says little until it has seen enough. Nothing of it is kept but the suggestions. Plain.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Fewer coded texts teach nothing; nor does a theme that only a few of them bear.
LEAST_TEXTS = 30
LEAST_OF_THEME = 5
LOWEST = 0.5
MOST = 5
SEED = 20


@dataclass(frozen=True)
class Coded:
    """One coded text with its themes; a text with nothing to code has none, and teaches too."""

    text: str
    themes: frozenset[int]


@dataclass(frozen=True)
class Suggested:
    """One theme that a text may bear, and how likely from 0 to 1."""

    theme: int
    score: float


def taught(coded: Sequence[Coded]) -> list[int]:
    """The themes that can be suggested by now; none where there is too little coding."""
    if len(coded) < LEAST_TEXTS:
        return []
    times = Counter(theme for one in coded for theme in one.themes)
    # A theme that every text bears tells no two of them apart.
    return sorted(theme for theme, n in times.items() if LEAST_OF_THEME <= n < len(coded))


def suggest(
    coded: Sequence[Coded], waiting: Mapping[int, str], *, lowest: float = LOWEST, most: int = MOST
) -> dict[int, list[Suggested]]:
    """The likely themes of each waiting text by its key, the likeliest first; the same input gives the same answer.

    Nothing is suggested where there is too little to learn from, or where no theme is likely enough.
    """
    themes = taught(coded)
    if not themes or not waiting:
        return {}
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to load; the worker's only
    from sklearn.multiclass import OneVsRestClassifier  # noqa: PLC0415

    turn = features()
    known = turn.fit_transform([one.text for one in coded])
    labels = [[int(theme in one.themes) for theme in themes] for one in coded]
    model = OneVsRestClassifier(
        LogisticRegression(class_weight="balanced", max_iter=1000, random_state=SEED)
    )
    # Told as 0 and 1 where there is one theme only.
    model.fit(known, [row[0] for row in labels] if len(themes) == 1 else as_array(labels))
    keys = list(waiting)
    scores = model.predict_proba(turn.transform([waiting[key] for key in keys]))
    scores = scores[:, -1:] if len(themes) == 1 else scores
    found = {}
    for key, row in zip(keys, scores, strict=True):
        likely = [
            Suggested(theme, round(float(score), 4))
            for theme, score in zip(themes, row, strict=True)
        ]
        likely = sorted(
            (one for one in likely if one.score >= lowest), key=lambda one: (-one.score, one.theme)
        )
        if likely:
            found[key] = likely[:most]
    return found


def features() -> Any:
    """What turns texts into numbers: words, pairs of words, and parts of words (endings, slips of the pen)."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - slow to load
    from sklearn.pipeline import FeatureUnion  # noqa: PLC0415

    words = TfidfVectorizer(
        ngram_range=(1, 2), sublinear_tf=True, strip_accents="unicode", stop_words="english"
    )
    parts = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, max_features=50_000
    )
    return FeatureUnion([("words", words), ("parts", parts)])


def as_array(labels: Sequence[Sequence[int]]) -> Any:
    """Rows of 0 and 1 as the library takes them."""
    from numpy import array  # noqa: PLC0415 - slow to load

    return array(labels)
