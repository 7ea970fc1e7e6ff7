import re
from xml.etree import ElementTree

import pytest

from tests.course.slides.decks import needs_extra

pytestmark = [pytest.mark.backend_independent, needs_extra]


def mathml(tex, display=True):
    from course.slides.mathml import mathml

    return mathml(tex, display)


def words(tex, display=True):
    return re.sub(r"<[^>]*>", "", mathml(tex, display))


@pytest.mark.parametrize(
    ("tex", "message"),
    [
        (r"\mathbb R^n", "ℝn"),
        (r"\mathcal N(0, I)", "𝒩(0,I)"),
        (r"\mathcal L", "ℒ"),
        (r"\mathbf 1_a", "𝟏a"),
        (r"\mathbf{Wx}", "𝐖𝐱"),
        (r"\mathrm{diag}(s)", "diag(s)"),
        (r"\Big\{ j : x \Big\}", "{j:x}"),
        (r"a \mathrel{+}= b", "a+=b"),
        (r"\arg\max_k z", "argmaxkz"),
    ],
)
def test_letters_are_characters_of_their_own(tex, message):
    assert words(tex) == message
    assert "\\" not in mathml(tex)
    assert not re.search(r'mathvariant="(?!normal)', mathml(tex))  # browsers know no other


def test_a_word_is_one_word_with_room_beside_letters():
    assert "<mi>log</mi><mspace" in mathml(r"\log P")
    assert "<mi>log</mi><mo" in mathml(r"\log(P)")
    assert re.search(
        r"<mo[^>]*>\)</mo><mspace[^>]*></mspace><munder><mi>max</mi>", mathml(r"(1 - d) \max_a Q")
    )
    assert "<mi>Var</mi><mo" in mathml(r"\operatorname{Var}(w)")
    assert "<mi>diag</mi>" in mathml(r"\mathrm{diag}(s)")


def test_what_is_minimized_stands_below_in_a_display_only():
    assert "<munder><mi>min</mi>" in mathml(r"\min_{x} f(x)")
    assert "<msub><mi>min</mi>" in mathml(r"\min_{x} f(x)", display=False)
    assert "<msub><mi>min</mi>" in mathml(r"\frac{\min_{x} f(x)}{2}")


def test_a_sign_belongs_to_what_follows_behind_a_relation_but_not_behind_a_letter():
    assert '<mo>=</mo><mo form="prefix">−</mo>' in mathml("a = -b")
    assert "<mo>−</mo>" in mathml("a - b")
    assert '<mo form="prefix">' not in mathml("(a) - b")
    assert '<mo form="prefix">−' in mathml("(-b)")


def test_bars_open_and_close():
    found = re.findall(r'<mo [^>]*form="(\w+)"[^>]*>‖', mathml(r"\lVert x\rVert + \|y\|^2"))
    assert found == ["prefix", "postfix", "prefix", "postfix"]


def test_accents_sit_on_their_letter():
    assert mathml(r"\hat y").count('accent="true"') == 1
    assert 'stretchy="true"' in mathml(r"\overline{ab}")


@pytest.mark.parametrize(
    ("tex", "message"),
    [
        (r"\frac{\nonsense}{2}", r"has \nonsense, which"),
        (r"\frac{1", "braces that do not match"),
        ("a_", "cannot be converted"),
        (" ", "is empty"),
    ],
)
def test_what_cannot_be_converted_is_an_error_and_never_tex_on_a_slide(tex, message):
    from course.slides.mathml import MathError

    with pytest.raises(MathError, match=re.escape(message)):
        mathml(tex)


def test_a_matrix_has_brackets_of_its_own_height():
    found = mathml(r"\frac{a}{b} = \begin{pmatrix} 1 & -2 \end{pmatrix}, c")
    assert re.search(r"<mrow><mo>\(</mo><mtable>.*?</mtable><mo>\)</mo></mrow><mo>,</mo>", found)


def test_relations_keep_their_room_and_primes_their_size():
    assert "<mo>∼</mo>" in mathml(r"z \sim p")
    assert "<mo>±</mo>" in mathml(r"a \pm b")
    assert mathml("C''(x)").count("<msup>") == 0
    assert "<mi>f</mi><mi" in mathml("f'")


@pytest.mark.parametrize("tex", ["J_{L-1}", "x^{k=1}", r"\sum_{i=1} x", "A_{:,k}", r"\max_{a \in A} x"])
def test_operators_of_indices_powers_and_limits_have_no_space(tex):
    script = next(
        node for node in ElementTree.fromstring(mathml(tex)).iter() if node.tag in ("msub", "msup", "munder")
    )
    inside = list(script[1].iter("mo"))
    assert inside
    assert {(node.get("lspace"), node.get("rspace")) for node in inside} == {("0", "0")}
    assert "lspace" not in mathml("L - 1")
