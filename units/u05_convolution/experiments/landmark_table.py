"""Parameters, multiplications and depth of the landmark networks, counted without memory for weights (§6)."""

from course.figures import COLOURS
from units.u05_convolution.alexnet import alexnet
from units.u05_convolution.convnext import convnext
from units.u05_convolution.counting import size_of
from units.u05_convolution.densenet import densenet121
from units.u05_convolution.googlenet import googlenet
from units.u05_convolution.lenet import lenet5
from units.u05_convolution.mobilenet import mobilenet
from units.u05_convolution.resnet import resnet20, resnet50, resnet50v2
from units.u05_convolution.vgg import vgg16, vgg19
from units.u05_convolution.vit import vit

NETWORKS = (
    ("LeNet-5", 1998, lenet5),
    ("AlexNet", 2012, alexnet),
    ("VGG16", 2014, vgg16),
    ("VGG19", 2014, vgg19),
    ("GoogLeNet", 2014, googlenet),
    ("ResNet-20", 2015, resnet20),
    ("ResNet-50", 2015, resnet50),
    ("ResNet-50 v2", 2016, resnet50v2),
    ("DenseNet-121", 2016, densenet121),
    ("MobileNet", 2017, mobilenet),
    ("ViT-B/16", 2020, vit),
    ("ConvNeXt-T", 2022, convnext),
)
UNNAMED = ("VGG19", "ResNet-50 v2")  # in the figure they would cover their sisters
ON_THE_LEFT = ("ViT-B/16", "ConvNeXt-T", "DenseNet-121", "GoogLeNet", "MobileNet")


def run(r):
    _, ax = r.figure("sizes", size=(8.5, 5))
    rows = []
    for name, year, build in NETWORKS:
        parameters, multiplications, layers = size_of(build)
        rows.append((name, str(year), f"{parameters:,}", f"{multiplications / 1e6:,.1f}", layers))
        r.metric(f"parameters_{build.__name__}", parameters)
        place = (parameters / 1e6, multiplications / 1e6)
        ax.plot(*place, "o", color=COLOURS["blue"])
        if name not in UNNAMED:
            left = name in ON_THE_LEFT
            side = {"xytext": (-8 if left else 8, -4), "ha": "right" if left else "left"}
            ax.annotate(f"{name} ({year})", place, textcoords="offset points", **side)
    r.table(["network", "year", "parameters", "10⁶ multiplications", "layers on the longest path"], rows)
    r.log(
        "Multiplications are for one image of the size that the paper uses: 32 × 32, 227 × 227 or 224 × 224."
    )
    ax.set(
        title="Landmark networks: memory against work",
        xlabel="parameters (millions, log scale)",
        ylabel="multiplications for one image (millions, log scale)",
        xscale="log",
        yscale="log",
        xlim=(0.04, 1500),
        ylim=(0.2, 40_000),
    )
