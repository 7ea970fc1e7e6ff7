"""The description of a figure names its axes, and says where lines go and what else is drawn."""

import re

import numpy as np
import pytest

from course import figures

pytestmark = pytest.mark.backend_independent


def drawn(draw, *grid):
    with figures.style():
        figure, axes = figures.subplots(*grid)
        draw(axes)
    return figures.describe(figure)


def test_axes_with_their_names_ranges_and_scales():
    def draw(ax):
        ax.loglog([1, 10, 100], [1e-3, 1e-2, 10], label="$\\kappa$")
        ax.set(title="Error", xlabel="step $h$", ylabel="error\nin nats", xlim=(1, 100), ylim=(1e-3, 10))

    text = drawn(draw)
    assert text == (
        "Error: error in nats from 0.001 to 10 on a logarithmic scale against step h from 1 to 100 "
        "on a logarithmic scale; “kappa” goes from 0.001 to 10."
    )


@pytest.mark.parametrize(
    ("y", "words"),
    [
        ([4, 2, 3], "goes from 4 to 3, lowest 2 at 1"),
        ([0, 5, 1], "goes from 0 to 1, highest 5 at 1"),
        ([1, 1.001, 1.1], "goes from 1 to 1.1"),
        ([2, 2, 2], "stays at 2"),
        ([np.nan, 1, 2], "goes from 1 to 2"),
    ],
)
def test_where_a_line_goes(y, words):
    assert f"“cost” {words}." in drawn(lambda ax: ax.plot(range(3), y, label="cost"))


def test_lines_across_curves_points_and_many_lines():
    def draw(axes):
        axes[0].axhline(0.5, label="chance")
        axes[0].axvline(3, label="best")
        axes[0].plot([0, 1], [0, 1], "o", label="samples")
        angle = np.linspace(0, 6, 30)
        axes[1].plot(np.cos(angle), np.sin(angle), label="circle")
        for k in range(5):
            axes[2].plot([0, 1], [k, 2 * k])

    text = drawn(draw, 1, 3)
    assert text.startswith("3 panels. ")
    assert "“chance” lies at 0.5; “best” stands at 3; “samples” has 2 points" in text
    assert "“circle” is a curve through 30 points of the plane" in text
    assert text.endswith("; 5 lines.")


def test_bars_points_arrows_and_images():
    def draw(axes):
        axes[0, 0].bar(["cat", "dog"], [0.25, 123456.0], label="count")
        axes[0, 1].scatter([1, 2, 3], [1, 2, 3], label="class 0")
        axes[0, 1].quiver([0], [0], [1], [1])
        axes[1, 0].set_title("a heat map")
        picture = axes[1, 0].imshow(np.arange(6).reshape(2, 3))
        axes[1, 0].figure.colorbar(picture, ax=axes[1, 0], label="weight")
        figures.image_grid(axes[1, 1], np.zeros((1, 8, 8)), titles=["a seven"])

    text = drawn(draw, 2, 2)
    assert "against cat, dog; bars “count”: 0.25, 123456." in text
    assert "3 points: class 0; arrows." in text
    assert "a heat map: " in text
    assert "an image of 2 × 3 cells" in text
    assert "1 image: a seven. colours for weight from 0 to 5." in text


def test_it_stays_short():
    def draw(axes):
        for i, ax in enumerate(axes.flat):
            ax.set_title(f"title {i}")
            for k in range(20):
                ax.plot([0, 1], [k, k + 1], label=f"line {k}")

    text = drawn(draw, 3, 4)
    assert "12 more lines" in text
    assert "further panels: title 6, title 7" in text
    assert len(text) < 4000
    assert not re.search(r"[$\\{}]", text)


def test_an_empty_figure_has_no_description():
    assert drawn(lambda ax: None) == ""


def test_error_bars_are_points_and_a_title_may_stand_at_the_left():
    def draw(ax):
        for place, score in enumerate((0.5, 0.7, 0.9)):
            ax.errorbar(score, place, xerr=0.1, fmt="o", capsize=3)
        ax.set_yticks(range(3), ["one", "two", "three"])
        ax.set_title("Digits", loc="left")
        ax.set(xlabel="accuracy", xlim=(0, 1))

    text = drawn(draw)
    assert text.startswith("Digits: one, two, three against accuracy from 0 to 1; 3 points")
    assert "line" not in text
    named = drawn(lambda ax: ax.errorbar([0, 1], [2, 3], yerr=0.1, label="cost"))
    assert "“cost” goes from 2 to 3" in named
