"""Which options the last run of `course grade` had and this one has not: roster, deadline, policy hold for one run."""

import json

_NAME = "options"


def dropped(gradebook, given):
    """Store the options of this run and return a sentence about those that only the last run had, or "".

    Args:
        gradebook: The open `Gradebook`.
        given: Option → what was given for it, a text or a list of texts; an option without a value does not count.
    """
    now = {option: _text(option, value) for option, value in given.items() if value}
    before = json.loads(gradebook.stored(_NAME) or "{}")
    gradebook.store(_NAME, json.dumps(now))
    missing = [text for option, text in before.items() if option not in now]
    if not missing:
        return ""
    return (
        f"The last run into this folder had {', '.join(missing)}; this run did not. "
        "These options hold for one run only: if you forgot them, run the command again with them."
    )


def _text(option, value):
    values = value if isinstance(value, list) else [value]
    return " ".join(f"{option} {each}" for each in values)
