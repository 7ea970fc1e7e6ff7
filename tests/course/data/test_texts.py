"""Text sets: generated ones, and plain files of a mirror, whole and broken."""

import gzip
import hashlib
import json
from collections import Counter

import numpy as np
import pytest

import course.data
from course.data import cards, texts
from course.data.generated.verses import nats_per_character

REVIEWS = [{"id": 0, "label": 0, "text": "ça\tne va pas\u2028"}, {"id": 1, "label": 1, "text": "good"}]
CARD = """
name = "tiny"
title = "t"
what = "w"
source = "s"
url = ""
licence = "l"
kind = "upstream"
task = "text"
content = "{content}"
file = "tiny.npz"
stand_in = "reviews"
[raw]
x = "{file}"
[arrays.x]
axes = ["steps"]
dtype = "uint8"
shape = [{size}]
unit = "bytes"
bytes = {size}
sha256 = "{sha256}"
"""


@pytest.fixture
def tiny(monkeypatch, tmp_path):
    """Makes a card for some bytes and a mirror that holds them; returns the mirror's folder."""

    def make(content, body, file="tiny.txt", stored=None):
        folder = tmp_path / "cards"
        (folder / "tiny").mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(body).hexdigest()
        text = CARD.format(content=content, file=file, size=len(body), sha256=digest)
        (folder / "tiny" / "card.toml").write_text(text, encoding="utf-8")
        monkeypatch.setattr(cards, "folder", lambda: folder)
        mirror = tmp_path / "mirror"
        mirror.mkdir(exist_ok=True)
        (mirror / file).write_bytes(body if stored is None else stored)
        monkeypatch.setenv("COURSE_MIRROR", str(mirror))
        return mirror

    return make


def test_plain_text_from_a_mirror_then_from_the_cache(tiny, monkeypatch):
    mirror = tiny("characters", "To be, or\nnœt to be\n".encode())
    assert course.data.where("tiny") == "mirror"
    d = course.data.load("tiny")
    assert d.source == f"mirror {mirror}"
    assert d.text() == "To be, or\nnœt to be\n"
    monkeypatch.delenv("COURSE_MIRROR")
    again = course.data.load("tiny")
    assert (again.source, again.text()) == ("cache", d.text())


def test_pairs_and_reviews(tiny):
    tiny("pairs", b"Go.\tVa !\nRun!\tCours !\n")
    d = course.data.load("tiny")
    assert d.pairs() == [("Go.", "Va !"), ("Run!", "Cours !")]
    with pytest.raises(course.data.DataError, match=r"tiny has no texts; d\.pairs\(\) is there"):
        d.texts()
    with pytest.raises(course.data.DataError, match=r"tiny is text: d\.pairs\(\) is there"):
        d.features()
    body = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in REVIEWS).encode()
    tiny("reviews", body, "tiny.jsonl.gz", gzip.compress(body))
    d = course.data.load("tiny", refresh=True)
    assert d.texts() == [each["text"] for each in REVIEWS]
    np.testing.assert_array_equal(d.labels(), [0, 1])
    assert d.labels().dtype == np.int32


@pytest.mark.parametrize(
    ("stored", "complaint"),
    [
        (gzip.compress(b"x" * 7), "has 7 bytes of text, the card says 8"),
        (gzip.compress(b"x" * 10**6), "has 9 bytes or more of text, the card says 8"),
        (gzip.compress(b"x" * 7 + b"y"), "SHA-256"),
        (gzip.compress(b"x" * 8)[:-9], "no whole gzip file"),
        (b"plain", "no whole gzip file"),
    ],
    ids=("short", "long", "other", "cut", "plain"),
)
def test_a_wrong_file_is_refused_and_named(tiny, stored, complaint):
    mirror = tiny("characters", b"x" * 8, "tiny.txt.gz", stored)
    with pytest.raises(course.data.DataRefused, match=complaint) as error:
        course.data.load("tiny")
    assert str(mirror / "tiny.txt.gz") in str(error.value)
    assert (mirror / "tiny.txt.gz").read_bytes() == stored


def test_a_file_that_is_far_too_long_is_not_read(tiny):
    tiny("characters", b"x" * 8, stored=b"x" * 10**6)
    with pytest.raises(course.data.DataRefused, match="it has more than"):
        course.data.load("tiny")


def test_without_the_file_the_message_names_the_stand_in(tiny):
    mirror = tiny("characters", b"x" * 8)
    (mirror / "tiny.txt").unlink()
    with pytest.raises(course.data.DataOffline, match=r"tiny\.npz or tiny\.txt.*'reviews'"):
        course.data.load("tiny")


def test_a_mirror_that_the_course_wrote_serves_text(tiny, monkeypatch, tmp_path):
    tiny("characters", b"to be or not to be")
    course.data.mirror("tiny", tmp_path / "stick")
    monkeypatch.setenv("COURSE_MIRROR", str(tmp_path / "stick"))
    assert course.data.load("tiny", refresh=True).text() == "to be or not to be"


@pytest.mark.parametrize("packed", [False, True])
def test_plain_text_from_its_source(tiny, server, monkeypatch, packed):
    body, file = b"to be or not to be", "input.txt.gz" if packed else "input.txt"
    tiny("characters", body)
    monkeypatch.delenv("COURSE_MIRROR")
    content = gzip.compress(body) if packed else body
    (server.folder / file).write_bytes(content)
    path = cards.folder() / "tiny" / "card.toml"
    source = (
        f'[upstream]\nbase = "{server.url}/"\nform = "text"\n[files."{file}"]\narray = "x"\nmd5 = "{{}}"\n'
    )
    plain = path.read_text(encoding="utf-8")
    path.write_text(plain + source.format("0" * 32), encoding="utf-8")
    with pytest.raises(course.data.DataRefused, match="its MD5 is"):
        course.data.load("tiny")
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    path.write_text(plain + source.format(md5), encoding="utf-8")
    d = course.data.load("tiny")
    assert (d.source, d.text()) == ("upstream", body.decode())
    assert d.x.flags.writeable
    assert course.data.load("tiny").source == "cache"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('content = "characters"', "", "a text set needs a content"),
        ('x = "tiny.txt"', 'y = "tiny.txt"', "raw needs one file for each array"),
        ('x = "tiny.txt"', 'x = "../tiny.txt"', "not a plain file name"),
    ],
)
def test_a_card_of_text_is_complete(tiny, old, new, complaint):
    tiny("characters", b"x")
    path = cards.folder() / "tiny" / "card.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(course.data.DataError, match=complaint):
        cards.read(path)


def test_verses_have_their_entropy():
    d = course.data.load("verses", n=20000)
    text = d.text()
    lines = text.split("\n")
    assert lines == d.x.tolist() == texts.lines(d.x)
    # all 4,096 lines are different, and each is as likely as the others
    counts = Counter(lines)
    assert 4050 < len(counts) <= 8**4
    assert max(counts.values()) < 20
    assert nats_per_character() * (len(text) + 1) / len(lines) == pytest.approx(np.log(8**4), rel=2e-3)
    endings = Counter((line.split(",")[0], line.split(" ")[-1]) for line in lines)
    assert len(endings) == 8  # the ending belongs to the opening


def test_translation_by_hand():
    d = course.data.load("translation", n=100000, n_test=2400)
    pairs = dict(d.pairs("train") + d.pairs("test"))
    assert len(pairs) == 102400  # all sentences of the grammar, none twice
    assert d.pairs("test")[0] == ("we love deep learning", "nous aimons l'apprentissage profond")
    for english, french in {
        "i do not study the new algorithm today": "je n'étudie pas le nouvel algorithme aujourd'hui",
        "i understand the small idea": "je comprends la petite idée",
        "she uses the elegant machines every day": "elle utilise les machines élégantes tous les jours",
        "the students do not prefer modern music": "les étudiants ne préfèrent pas la musique moderne",
        "i explain the images here": "j'explique les images ici",
    }.items():
        assert pairs[english] == french
    assert not [f for f in pairs.values() if any(w in f.split(" ") for w in ("j'", "le a", "ne e"))]
    small = course.data.load("translation", n=50, n_test=3)
    assert small.pairs("test")[0][0] == "we love deep learning"
    assert not set(small.x_train) & set(small.x_test)
    with pytest.raises(course.data.DataError, match="102400 sentences"):
        course.data.load("translation", n=102400, n_test=1)
    with pytest.raises(course.data.DataError, match="translation has no text"):
        small.text("train")


def test_a_set_without_text_says_so():
    with pytest.raises(course.data.DataError, match="iris has no pairs; x, y is there"):
        course.data.load("iris").pairs()
