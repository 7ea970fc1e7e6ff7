"""English sentences with their French translation, from a small grammar with agreement, elision and word order."""

import numpy as np

from course.data.errors import DataError
from course.data.generated.sampling import positive

VOWELS = "aeiouéê"

# English, French, the form of the verb: 1s, 3s, 1p, 2p, 3p
SUBJECTS = (
    ("i", "je", "1s"),
    ("he", "il", "3s"),
    ("she", "elle", "3s"),
    ("we", "nous", "1p"),
    ("you", "vous", "2p"),
    ("they", "ils", "3p"),
    ("the teacher", "le professeur", "3s"),
    ("my sister", "ma sœur", "3s"),
    ("the students", "les étudiants", "3p"),
    ("our friends", "nos amis", "3p"),
)
# English infinitive and third person; French forms in the order 1s, 3s, 1p, 2p, 3p
VERBS = (
    ("love", "loves", ("aime", "aime", "aimons", "aimez", "aiment")),
    ("study", "studies", ("étudie", "étudie", "étudions", "étudiez", "étudient")),
    ("explain", "explains", ("explique", "explique", "expliquons", "expliquez", "expliquent")),
    ("prefer", "prefers", ("préfère", "préfère", "préférons", "préférez", "préfèrent")),
    ("understand", "understands", ("comprends", "comprend", "comprenons", "comprenez", "comprennent")),
    ("see", "sees", ("vois", "voit", "voyons", "voyez", "voient")),
    ("use", "uses", ("utilise", "utilise", "utilisons", "utilisez", "utilisent")),
    ("teach", "teaches", ("enseigne", "enseigne", "enseignons", "enseignez", "enseignent")),
    ("find", "finds", ("trouve", "trouve", "trouvons", "trouvez", "trouvent")),
    ("describe", "describes", ("décris", "décrit", "décrivons", "décrivez", "décrivent")),
)
FORMS = ("1s", "3s", "1p", "2p", "3p")
# English, French, gender, number; without an article in English where it is marked
NOUNS = (
    ("learning", "apprentissage", "m", "s", False),
    ("music", "musique", "f", "s", False),
    ("the network", "réseau", "m", "s", True),
    ("the networks", "réseaux", "m", "p", True),
    ("the machine", "machine", "f", "s", True),
    ("the machines", "machines", "f", "p", True),
    ("the image", "image", "f", "s", True),
    ("the images", "images", "f", "p", True),
    ("the idea", "idée", "f", "s", True),
    ("the ideas", "idées", "f", "p", True),
    ("the algorithm", "algorithme", "m", "s", True),
    ("the algorithms", "algorithmes", "m", "p", True),
    ("the model", "modèle", "m", "s", True),
    ("the models", "modèles", "m", "p", True),
    ("the theory", "théorie", "f", "s", True),
    ("the theories", "théories", "f", "p", True),
)
# English; French in the masculine and feminine, singular and plural; does it stand before the noun?
ADJECTIVES = (
    ("", ("", "", "", ""), False),
    ("deep", ("profond", "profonde", "profonds", "profondes"), False),
    ("simple", ("simple", "simple", "simples", "simples"), False),
    ("modern", ("moderne", "moderne", "modernes", "modernes"), False),
    ("useful", ("utile", "utile", "utiles", "utiles"), False),
    ("elegant", ("élégant", "élégante", "élégants", "élégantes"), False),
    ("small", ("petit", "petite", "petits", "petites"), True),
    ("new", ("nouveau", "nouvelle", "nouveaux", "nouvelles"), True),
)
TIMES = (("", ""), ("today", "aujourd'hui"), ("every day", "tous les jours"), ("here", "ici"))
SIZES = (len(SUBJECTS), len(VERBS), 2, len(NOUNS), len(ADJECTIVES), len(TIMES))
BOOK = (3, 0, 0, 0, 1, 0)  # we love deep learning


def translation(n=2000, n_test=200, seed=0):
    """Draw different pairs of sentences; "we love deep learning" is the first one of the test pairs.

        sentence → subject verb object [time],  with "not" in half of the sentences

    The French verb agrees with its subject, article and adjective with the noun. Most adjectives stand after the noun.
    A vowel swallows the one before it: le apprentissage → l'apprentissage, je aime → j'aime, ne aime pas → n'aime pas.

    Args:
        n, n_test: numbers of pairs for training and test; no pair is in both.
        seed: of the random numbers.

    Returns:
        ``x_train``, ``x_test`` (batch,) of English sentences and ``y_train``, ``y_test`` of French ones, in small
        letters without punctuation, words separated by one space.

    Raises:
        DataError: the grammar has fewer different sentences.
    """
    positive(n=n, n_test=n_test)
    most = int(np.prod(SIZES))
    if n + n_test > most:
        raise DataError(f"The grammar has {most} sentences, fewer than {n} + {n_test}.")
    book = np.ravel_multi_index(BOOK, SIZES)
    drawn = np.random.default_rng(seed).permutation(most)[: n + n_test]
    drawn = np.concatenate([[book], drawn[drawn != book]])[: n + n_test]
    pairs = np.array([_pair(*parts) for parts in zip(*np.unravel_index(drawn, SIZES), strict=True)])
    test, train = pairs[:n_test], pairs[n_test:]
    return {"x_train": train[:, 0], "y_train": train[:, 1], "x_test": test[:, 0], "y_test": test[:, 1]}


def _pair(subject, verb, negative, noun, adjective, time):
    english_subject, french_subject, form = SUBJECTS[subject]
    infinitive, third, forms = VERBS[verb]
    english_time, french_time = TIMES[time]
    if negative:
        does = "does not" if form == "3s" else "do not"
        english_verb = f"{does} {infinitive}"
        french_verb = f"ne {forms[FORMS.index(form)]} pas"
    else:
        english_verb = third if form == "3s" else infinitive
        french_verb = forms[FORMS.index(form)]
    english_object, french_object = _object(NOUNS[noun], ADJECTIVES[adjective])
    english = (english_subject, english_verb, english_object, english_time)
    french = (french_subject, french_verb, french_object, french_time)
    return " ".join(part for part in english if part), _elided(" ".join(part for part in french if part))


def _object(noun, adjective):
    english, french, gender, number, article = noun
    word, forms, before = adjective
    form = forms[("m", "f").index(gender) + 2 * (number == "p")]
    if word == "new" and gender == "m" and number == "s" and french[0] in VOWELS:
        form = "nouvel"
    if word:
        english = f"the {word} {english.removeprefix('the ')}" if article else f"{word} {english}"
    the = "les" if number == "p" else {"m": "le", "f": "la"}[gender]
    words = (the, form, french) if before else (the, french, form)
    return english, " ".join(part for part in words if part)


def _elided(sentence):
    """Put an apostrophe in place of a vowel before a vowel: je, ne, le, la."""
    words = sentence.split(" ")
    for i in range(len(words) - 1):
        if words[i] in ("je", "ne", "le", "la") and words[i + 1][0] in VOWELS:
            words[i] = words[i][0] + "'"
    return " ".join(words).replace("' ", "'")
