"""Unit 5: convolutional neural networks (§6)."""

from units.u05_convolution.alexnet import alexnet
from units.u05_convolution.average_precision import (
    average_precision,
    found_of_class,
    hits,
    mean_average_precision,
    precision_recall,
)
from units.u05_convolution.boxes import area as box_area
from units.u05_convolution.boxes import clip as clip_boxes
from units.u05_convolution.boxes import convert as convert_boxes
from units.u05_convolution.boxes import flip as flip_boxes
from units.u05_convolution.contrastive_loss import contrastive_loss, squared_distances
from units.u05_convolution.conv_bn import conv_bn
from units.u05_convolution.convnext import LayerScale, convnext, convnext_block
from units.u05_convolution.counting import depth, multiplications, size_of
from units.u05_convolution.densenet import densenet, densenet121
from units.u05_convolution.detector import Detector
from units.u05_convolution.googlenet import googlenet, inception
from units.u05_convolution.intersection_over_union import ciou, diou, giou, iou, iou_matrix
from units.u05_convolution.lenet import lenet5
from units.u05_convolution.local_response_normalization import LocalResponseNormalization
from units.u05_convolution.localizer import Localizer, objects
from units.u05_convolution.locally_connected import LocallyConnected1D
from units.u05_convolution.mobilenet import mobilenet, separable
from units.u05_convolution.non_maximum_suppression import non_maximum_suppression, survivors
from units.u05_convolution.random_affine import RandomAffine, affine
from units.u05_convolution.resnet import (
    basic,
    bottleneck,
    preactivation,
    resnet,
    resnet20,
    resnet50,
    resnet50v2,
)
from units.u05_convolution.siamese import Siamese, face_encoder
from units.u05_convolution.signal_network import signal_network
from units.u05_convolution.small_convnet import small_convnet
from units.u05_convolution.triplet_loss import distance_matrix, triplet_loss
from units.u05_convolution.triplet_network import TripletNetwork
from units.u05_convolution.verification import (
    equal_error_rate,
    identity_batches,
    random_pairs,
    split_by_identity,
)
from units.u05_convolution.vgg import vgg, vgg16, vgg19
from units.u05_convolution.vit import ClassAndPositions, vit
