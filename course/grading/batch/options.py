"""Which options the last run of `course grade` had and this one has not: roster, deadline, policy hold for one run."""

import json

_NAME = "options"


def dropped(gradebook, given):
    """Store the options of this run and return a sentence about those that only the last run had, or "".

    Args:
        gradebook: The open `Gradebook`.
        given: Option → what was given for it, a text or a list of texts; an option without a value does not count.
    """
    now = {}
    for option, value in given.items():
        for name, text in _texts(option, value) if value else ():
            now[name] = text
    before = json.loads(gradebook.stored(_NAME) or "{}")
    gradebook.store(_NAME, json.dumps(now))
    missing = [text for option, text in before.items() if option not in now]
    if not missing:
        return ""
    return (
        f"The last run into this folder had {', '.join(missing)}; this run did not. "
        "These options hold for one run only: if you forgot them, run the command again with them."
    )


def _texts(option, value):
    """Return pairs (name, text): each rule of `--policy` counts separately, so that one of two may be missing."""
    values = value if isinstance(value, list) else [value]
    if option == "--policy":
        return [(f"{option} {rule.partition('=')[0]}", f"{option} {rule}") for rule in values]
    return [(option, " ".join(f"{option} {each}" for each in values))]
