"""Unit 5: convolutional neural networks (§6)."""

from units.u05_convolution.alexnet import alexnet
from units.u05_convolution.augmentation import cut_mix, mix_up, reverse
from units.u05_convolution.average_precision import (
    average_precision,
    found_of_class,
    hits,
    mean_average_precision,
    precision_recall,
)
from units.u05_convolution.blur_pooling import BlurPooling2D, binomial_filter, circular, shift_error
from units.u05_convolution.boxes import area as box_area
from units.u05_convolution.boxes import clip as clip_boxes
from units.u05_convolution.boxes import convert as convert_boxes
from units.u05_convolution.boxes import flip as flip_boxes
from units.u05_convolution.contrastive_loss import contrastive_loss, squared_distances
from units.u05_convolution.conv_bn import conv_bn
from units.u05_convolution.conv_layers import Conv1D, Conv2D
from units.u05_convolution.convnext import LayerScale, convnext, convnext_block
from units.u05_convolution.convolution import (
    conv_backward_by_loops,
    conv_by_loops,
    convolve,
    convolve_2d,
    cross_correlate,
)
from units.u05_convolution.counting import depth, multiplications, size_of
from units.u05_convolution.densenet import densenet, densenet121
from units.u05_convolution.detector import Detector
from units.u05_convolution.effective_receptive_field import (
    convolutional_stack,
    deviation,
    expected_deviation,
    influence,
)
from units.u05_convolution.fft_convolution import (
    circulant_eigenvalues,
    crossing,
    fourier_convolve,
    fourier_convolve_2d,
    operations,
)
from units.u05_convolution.googlenet import googlenet, inception
from units.u05_convolution.grad_cam import grad_cam, weighted_maps
from units.u05_convolution.group_convolution import (
    P4Conv,
    P4Lifting,
    lift,
    p4_convolve,
    rotate,
    rotate_features,
    rotation_error,
)
from units.u05_convolution.im2col import col2im, conv, conv_backward, im2col
from units.u05_convolution.intersection_over_union import ciou, diou, giou, iou, iou_matrix
from units.u05_convolution.lenet import lenet5
from units.u05_convolution.linear_system import (
    gap_to_linearity,
    gap_to_time_invariance,
    impulse_response,
    superposition,
)
from units.u05_convolution.local_response_normalization import LocalResponseNormalization
from units.u05_convolution.localizer import Localizer, objects
from units.u05_convolution.locally_connected import LocallyConnected1D
from units.u05_convolution.mean_iou import MeanIoU
from units.u05_convolution.mobilenet import mobilenet, separable
from units.u05_convolution.non_maximum_suppression import non_maximum_suppression, suppress, survivors
from units.u05_convolution.output_size import output_size, transposed_output_size, zeros_added
from units.u05_convolution.pooling import (
    average_pool,
    average_pool_backward,
    global_average_pool,
    global_average_pool_backward,
    global_max_pool,
    global_max_pool_backward,
    max_pool,
    max_pool_backward,
)
from units.u05_convolution.pooling_layers import (
    AveragePooling2D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
)
from units.u05_convolution.random_affine import RandomAffine, affine
from units.u05_convolution.receptive_field import receptive_field, sizes_by_layer
from units.u05_convolution.resnet import (
    basic,
    bottleneck,
    preactivation,
    resnet,
    resnet20,
    resnet50,
    resnet50v2,
)
from units.u05_convolution.saliency import logit_gradient, saliency
from units.u05_convolution.sanity_check import randomized, rank_correlation
from units.u05_convolution.separable_convolution import (
    DepthwiseConv2D,
    SeparableConv2D,
    conv_cost,
    depthwise,
    pointwise,
    separable_cost,
)
from units.u05_convolution.siamese import Siamese, face_encoder
from units.u05_convolution.signal_network import signal_network
from units.u05_convolution.small_convnet import small_convnet
from units.u05_convolution.toeplitz import (
    conv_backward_by_matrix,
    conv_by_matrix,
    convolution_matrix,
    doubly_block_toeplitz,
    toeplitz_matrix,
)
from units.u05_convolution.transposed_convolution import Conv1DTranspose, Conv2DTranspose, conv_transpose
from units.u05_convolution.triplet_loss import distance_matrix, triplet_loss
from units.u05_convolution.triplet_network import TripletNetwork
from units.u05_convolution.u_net import u_net
from units.u05_convolution.verification import (
    equal_error_rate,
    identity_batches,
    random_pairs,
    split_by_identity,
)
from units.u05_convolution.vgg import vgg, vgg16, vgg19
from units.u05_convolution.vit import ClassAndPositions, vit
