"""The landmark networks: counted without memory for weights; with --full, small ones trained side by side (§6)."""

import keras

from course.figures import COLOURS
from units.u04_feedforward import Classifier
from units.u05_convolution.alexnet import alexnet
from units.u05_convolution.convnext import convnext
from units.u05_convolution.counting import size_of
from units.u05_convolution.densenet import densenet, densenet121
from units.u05_convolution.googlenet import googlenet
from units.u05_convolution.lenet import lenet5
from units.u05_convolution.mobilenet import mobilenet
from units.u05_convolution.resnet import bottleneck, preactivation, resnet, resnet20, resnet50, resnet50v2
from units.u05_convolution.vgg import vgg, vgg16, vgg19
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
UNDERSCORES = str.maketrans("- ", "__")
UNNAMED = ("VGG19", "ResNet-50 v2")  # in the figure they would cover their sisters


def enlarged_alexnet(input_shape, classes):
    """AlexNet needs at least 67 × 67 pixels, so that its three poolings fit: the images are enlarged."""
    enlarge = keras.layers.Resizing(67, 67)
    return keras.Sequential(
        [keras.Input(input_shape), enlarge, alexnet((67, 67, input_shape[-1]), classes, width=1 / 8)]
    )


# small members of the same families, for 32 × 32 colour images
SMALL = {
    "LeNet-5": lambda **o: lenet5(activation="relu", **o),
    "AlexNet": enlarged_alexnet,
    "VGG": lambda **o: vgg((1, 1, 1), width=1 / 4, units=(128,), **o),
    "GoogLeNet": lambda **o: googlenet(width=1 / 4, modules=("3a", "3b", "4a"), **o),
    "ResNet-20": lambda **o: resnet20(width=1 / 2, **o),
    "ResNet, bottlenecks": lambda **o: resnet(bottleneck, (1, 1), width=1 / 4, stem=False, **o),
    "ResNet v2": lambda **o: resnet(preactivation, (1, 1), width=1 / 4, stem=False, **o),
    "DenseNet": lambda **o: densenet((3, 3), width=1 / 2, growth=12, stem=False, **o),
    "MobileNet": lambda **o: mobilenet(width=1 / 2, blocks=((64, 1), (128, 2), (128, 1)), **o),
    "ViT": lambda **o: vit(patch=4, heads=2, repeats=2, width=1 / 8, **o),
    "ConvNeXt": lambda **o: convnext((1, 1), width=1 / 4, **o),
}
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
            side = {
                "xytext": (-8 if left else 8, 3 if name == "ConvNeXt-T" else -4),
                "ha": "right" if left else "left",
            }
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
    if r.full:
        train_small_ones(r)


def train_small_ones(r):
    """Each family on the same images for the same number of epochs."""
    d = r.data("shapes", n=6000, n_test=2000)
    rows = []
    for name, build in SMALL.items():
        keras.utils.set_random_seed(r.seed)
        network = build(input_shape=d.images("train").shape[1:], classes=d.classes)
        model = Classifier(network, d.classes)
        model.compile(keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(2e-3, 10 * 60)))
        model.fit(d.images("train"), d.labels("train"), batch_size=100, epochs=10, verbose=0)
        found = model.evaluate(d.images("test"), d.labels("test"), verbose=0, return_dict=True)
        rows.append((name, f"{network.count_params():,}", f"{100 * found['accuracy']:.1f}"))
        r.metric("accuracy_" + name.lower().replace(", ", "_").translate(UNDERSCORES), found["accuracy"])
    r.table(["small network", "parameters", "test accuracy, %"], rows, title=f"10 epochs on {d.name}")
