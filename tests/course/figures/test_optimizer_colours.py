"""An optimizer has one colour in all figures: they ask for it by the optimizer's name."""

import re

import pytest

from course import paths
from course.figures import optimizer_colours

pytestmark = pytest.mark.backend_independent
EXPERIMENTS = sorted((paths.root() / "units").glob("*/experiments/*.py"))
NINE = ("SGD", "Momentum", "Nesterov", "Adagrad", "RMSprop", "Adadelta", "Adam", "AdamW", "Nadam")
NAMES = "|".join(
    (*NINE, "gradient descent", "heavy ball", "conjugate gradients", "Newton", "BFGS", "L-BFGS", "Levenberg")
)


def test_nine_optimizers_have_nine_colours():
    assert len({optimizer_colours.style(name)["color"] for name in NINE}) == 9
    assert optimizer_colours.style("gradient descent") == optimizer_colours.style("SGD")
    assert optimizer_colours.style("heavy ball") == optimizer_colours.style("Momentum")


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda p: p.stem)
def test_a_figure_asks_for_the_colour_of_an_optimizer(path):
    text = path.read_text(encoding="utf-8")
    keys = re.findall(rf'^    "({NAMES})": |label=f?"({NAMES})[",]', text, flags=re.MULTILINE)
    if keys:
        assert "from course.figures.optimizer_colours import style" in text
        assert re.search(r"\bstyle\(", text)
