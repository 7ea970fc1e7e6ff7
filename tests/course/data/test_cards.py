import shutil

import pytest

import course.data
from course.data import cards

SETS = course.data.names()


def test_all_sets_are_there():
    assert set(SETS) >= {
        *("iris", "wine", "breast_cancer", "diabetes", "digits", "sample_images", "mnist", "fashion_mnist"),
        *(
            "moons",
            "blobs",
            "rings",
            "spirals",
            "four_classes",
            "polynomial",
            "tones",
            "reviews",
            "mnist1d",
            "world_data",
            "faces",
            "olivetti",
            "lfw",
        ),
    }
    assert sorted(SETS) == SETS


@pytest.mark.parametrize("name", SETS)
def test_card_says_what_a_reader_needs(name):
    card = course.data.card(name)
    assert card.title
    assert card.what.endswith(".")
    assert card.source
    assert card.licence
    assert (card.folder / "README.md").read_text(encoding="utf-8").startswith(f"# {name}\n")
    for array in card.arrays.values():
        assert array.unit, f"{array.name} has no unit of measure"
        assert array.sha256 or array.verified_by != "sha256", f"{array.name}: say what is verified instead"
        if all(isinstance(size, int) for size in array.shape):
            size = 1
            for n in array.shape:
                size *= n
            known = {"float64": 8, "int64": 8, "float32": 4, "int32": 4, "uint8": 1, "bool": 1}
            assert array.bytes == size * known[array.dtype]
    for split, size in card.splits.items() if not card.raw else ():  # bytes of text: see test_realdata
        assert card.arrays[f"x_{split}"].shape[0] == card.arrays[f"y_{split}"].shape[0] == size
    if card.class_names:
        assert len(card.class_names) == card.classes
    if card.stand_in:
        assert course.data.card(card.stand_in).kind in ("embedded", "generated")
        assert course.data.card(card.stand_in).task == card.task


@pytest.mark.parametrize("name", SETS)
def test_folder_holds_data_only(name):
    assert not list((cards.folder() / name).rglob("*.py"))


def test_unknown_name_suggests_the_nearest():
    with pytest.raises(course.data.DataError, match=r"no data set named 'minst'.*Did you mean mnist"):
        course.data.load("minst")
    with pytest.raises(course.CourseError, match=r"'zzz'\. There are: blobs, block_model, breast_cancer"):
        course.data.card("zzz")
    with pytest.raises(course.data.DataError, match="no data set named"):
        course.data.load("../mnist")


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('kind = "upstream"', 'kind = "magic"', "kind is 'magic'"),
        ('task = "images"', 'task = "chess"', "task is 'chess'"),
        ('file = "tiny.npz"', 'file = "../../tiny.npz"', "not a plain file name"),
        ('file = "tiny.npz"', "", "needs file and stand_in"),
        ('name = "tiny"', 'name = "other"', "its folder 'tiny'"),
        ('licence = "MIT"', "", "licence"),
        ('licence = "MIT"', 'licence = "MIT"\ncolour = "red"', "colour"),
        ("unit = ", "units = ", "units"),
        ("['batch', 'height', 'width']", "['batch']", "has 1 axes but a shape of 3"),
        (
            'stand_in = "digits"',
            'stand_in = "digits"\nupstream = {base = "http://x/"}',
            "needs base and form",
        ),
        ('title = "Tiny"', "title = Tiny", "line 3"),
    ],
)
def test_a_bad_card_is_named(datasets, old, new, complaint):
    path = datasets / "tiny" / "card.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(course.data.DataError, match="is not a card") as error:
        course.data.card("tiny")
    assert complaint in str(error.value)
    assert str(path) in str(error.value)


def test_missing_cards_are_said(monkeypatch, tmp_path):
    monkeypatch.setattr(cards, "folder", lambda: tmp_path)
    with pytest.raises(course.data.DataError, match=r"no cards in .* set COURSE_HOME"):
        course.data.load("iris")


def test_course_home_may_bring_its_own_cards(monkeypatch, tmp_path):
    shutil.copytree(cards.folder() / "iris", tmp_path / "datasets" / "iris")
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    assert course.data.names() == ["iris"]
    shutil.rmtree(tmp_path / "datasets")
    assert course.data.names() == SETS
