"""``load``: from a name to a verified ``Dataset``, and ``where`` it would come from."""

import inspect

from course.data import cards, embedded, generated, store, table, verify
from course.data.dataset import Dataset
from course.data.errors import DataError
from course.data.verify import Place


def load(name, refresh=False, **options):
    """Load a data set.

    Embedded sets come from scikit-learn, generated ones from a seed. The others are looked for in the cache
    (``COURSE_CACHE``, otherwise ``~/.cache/medl-course``), then in the mirror (``COURSE_MIRROR``, a folder or
    URL), then at their source; all content is compared with the card, wherever it comes from. A set is never
    replaced by another one.

    Args:
        name: one of ``course.data.names()``.
        refresh: ignore the cache and write it again.
        options: of a generated set, such as ``n``, ``noise``, ``seed``; see its card.

    Returns:
        A ``Dataset``; its arrays belong to the caller.

    Raises:
        DataError: unknown name or option.
        DataOffline: it is not here and cannot be downloaded now.
        DataRefused: a file differs from its card.

    Example:
        >>> load("iris").x.shape
        (150, 4)
    """
    card = cards.card(name)
    if card.kind == "generated":
        return _generate(card, options)
    if options:
        raise DataError(f"{name} takes no options, got {', '.join(options)}.")
    if card.kind == "upstream":
        arrays, source, notes = store.find(card, refresh)
        return Dataset(card, arrays, source, notes)
    arrays = table.arrays(card) if card.kind == "table" else embedded.arrays(card)
    verify.check(card, arrays, Place(f"the embedded {name}", "Reinstall the course and scikit-learn."))
    return Dataset(card, arrays, "embedded")


def where(name):
    """Say where a set would be found now, without loading it.

    Returns:
        ``"embedded"``, ``"generated"``, ``"cache"``, ``"mirror"``, ``"upstream (not yet downloaded)"`` or
        ``"missing"``.
    """
    card = cards.card(name)
    if card.kind == "upstream":
        return store.where(card)
    return "generated" if card.kind == "generated" else "embedded"


def _generate(card, options):
    make = generated.GENERATORS[card.name]
    known = inspect.signature(make).parameters
    unknown = [option for option in options if option not in known]
    if unknown:
        raise DataError(f"{card.name} has no option {unknown[0]!r}; it takes {', '.join(known)}.")
    chosen = {option: options.get(option, known[option].default) for option in known}
    arrays = make(**chosen)
    verify.check(card, arrays, Place(f"what {card.name} generated", "Please tell the course's authors."))
    return Dataset(card, arrays, "generated", classes=chosen.get("classes"), options=chosen)
