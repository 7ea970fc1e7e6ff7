import warnings

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from course import figures


def drawn(fig):
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())


def luminance(colour):
    """Relative luminance of sRGB, as the web's contrast rule defines it."""
    c = np.array(to_rgb(colour))
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_the_style_is_on_inside_and_gone_outside():
    before = dict(matplotlib.rcParams)
    with figures.style():
        assert matplotlib.rcParams["figure.constrained_layout.use"]
        for name in ("font.size", "axes.labelsize", "legend.fontsize", "xtick.labelsize", "ytick.labelsize"):
            assert matplotlib.rcParams[name] >= 9
        assert tuple(matplotlib.rcParams["axes.prop_cycle"].by_key()["color"]) == figures.CYCLE
    assert dict(matplotlib.rcParams) == before


def test_the_style_overrules_the_readers_own_settings():
    with matplotlib.rc_context({"lines.linewidth": 9, "axes.facecolor": "black"}):
        with figures.style():
            assert matplotlib.rcParams["lines.linewidth"] == 1.8
            assert matplotlib.rcParams["axes.facecolor"] == "white"
        assert matplotlib.rcParams["lines.linewidth"] == 9


def test_the_first_six_colours_differ_and_are_seen_on_white():
    assert len(set(figures.CYCLE)) == len(figures.CYCLE)
    assert set(figures.CYCLE) <= set(figures.COLOURS.values())
    for colour in figures.CYCLE[:5]:
        assert 1.05 / (luminance(colour) + 0.05) > 2, colour


def test_pale_mixes_with_white():
    np.testing.assert_allclose(figures.pale("black", 0.25), (0.25,) * 3)
    assert figures.pale("#123456", 0) == to_rgb("#123456")
    assert figures.pale("#123456", 1) == (1, 1, 1)


def test_decision_regions_ask_the_classifier_over_the_whole_plane():
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, size=(50, 2)).astype("float32")
    seen = []

    def predict(points):
        seen.append(points)
        return (points[:, 0] > 0) + 2 * (points[:, 1] > 0)

    with figures.style():
        ax = Figure().subplots()
        figures.decision_regions(ax, predict, x, predict(x), class_names="abcd", resolution=40)
        drawn(ax.figure)
    (points,) = seen[1:]
    assert points.shape == (1600, 2)
    assert points.dtype == np.float32
    assert (points.min(axis=0) < x.min(axis=0)).all()
    assert (points.max(axis=0) > x.max(axis=0)).all()
    regions = ax.images[0].get_array()
    assert [regions[0, 0], regions[0, -1], regions[-1, 0], regions[-1, -1]] == [
        0,
        1,
        2,
        3,
    ]  # the lower row is low
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list("abcd")


def test_decision_regions_refuse_what_cannot_be_drawn():
    ax = Figure().subplots()
    with pytest.raises(ValueError, match=r"shape \(batch, 2\)"):
        figures.decision_regions(ax, None, np.zeros((4, 3)), np.zeros(4))
    with pytest.raises(ValueError, match="there are 9 classes"):
        figures.decision_regions(ax, lambda p: np.zeros(len(p)), np.eye(2)[[0, 1] * 5][:9], np.arange(9))


@pytest.mark.parametrize("shape", [(3, 4, 5), (3, 4, 5, 1), (3, 4, 5, 3)])
def test_image_grid_draws_each_image_and_hides_the_rest(shape):
    images = np.random.default_rng(0).uniform(size=shape)
    axes = Figure().subplots(2, 2)
    figures.image_grid(axes, images, titles=["a", "b", "c"])
    assert [len(ax.images) for ax in axes.ravel()] == [1, 1, 1, 0]
    assert [ax.get_title() for ax in axes.ravel()] == ["a", "b", "c", ""]
    assert not any(ax.axison for ax in axes.ravel())
    np.testing.assert_array_equal(axes[0, 1].images[0].get_array(), images[1].reshape(4, 5, -1).squeeze())
    drawn(axes[0, 0].figure)


def test_a_diverging_grid_has_one_scale_around_zero():
    axes = Figure().subplots(1, 2)
    figures.image_grid(axes, [np.full((2, 2), -3.0), np.full((2, 2), 1.0)], diverging=True)
    assert [ax.images[0].get_clim() for ax in axes] == [(-3, 3), (-3, 3)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figures.image_grid(axes, np.zeros((2, 2, 2)), diverging=True)


def test_image_grid_refuses_what_it_cannot_draw():
    axes = Figure().subplots(1, 2)
    with pytest.raises(ValueError, match="3 images for 2 axes"):
        figures.image_grid(axes, np.zeros((3, 2, 2)))
    with pytest.raises(ValueError, match=r"not \(2, 2\)"):
        figures.image_grid(axes, np.zeros((2, 2)))
    with pytest.raises(ValueError, match=r"not \(1, 2, 2, 2\)"):
        figures.image_grid(axes, np.zeros((1, 2, 2, 2)))


@pytest.mark.parametrize("shape", [(6, 4, 5), (6, 4, 5, 1)])
def test_image_rows_draws_images_side_by_side(shape):
    images = np.random.default_rng(0).uniform(size=shape)
    ax = Figure().subplots()
    figures.image_rows(ax, images, rows=2, title="six", vmin=0, vmax=1)
    (picture,) = ax.images
    whole = np.ma.filled(picture.get_array(), np.nan)
    assert whole.shape == (2 * 4 + 2, 3 * 5 + 2 * 2)
    for i in range(6):
        row, column = 6 * (i // 3), 7 * (i % 3)
        np.testing.assert_array_equal(whole[row : row + 4, column : column + 5], images[i].reshape(4, 5))
    assert np.isnan(whole).sum() == whole.size - images.size
    assert picture.get_clim() == (0, 1)
    assert ax.get_title(loc="left") == "six"
    assert not ax.axison
    drawn(ax.figure)


def test_image_rows_refuses_what_it_cannot_draw():
    for shape in ((2, 2), (1, 2, 2, 3)):
        with pytest.raises(ValueError, match=r"image_rows draws .* not \("):
            figures.image_rows(Figure().subplots(), np.zeros(shape))
    with pytest.raises(ValueError, match="6 images do not fill 4 rows"):
        figures.image_rows(Figure().subplots(), np.zeros((6, 2, 2)), rows=4)
    for count, rows, message in ((6, 0, "6 images do not fill 0 rows"), (0, 1, "0 images do not fill 1 row")):
        with pytest.raises(ValueError, match=message):
            figures.image_rows(Figure().subplots(), np.zeros((count, 2, 2)), rows=rows)


def test_more_series_than_colours_still_look_different():
    styles = [(s["color"], s["marker"]) for s in map(figures.point_style, range(64))]
    assert len(set(styles)) == 64
    assert [colour for colour, _ in styles[:8]] == list(figures.CYCLE)
