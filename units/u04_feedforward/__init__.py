"""Unit 4: general fully connected neural networks (§5)."""

from units.u04_feedforward.activations import ACTIVATIONS, Activation
from units.u04_feedforward.backprop import backward, cost_and_gradients
from units.u04_feedforward.batch_normalization import BatchNormalization
from units.u04_feedforward.classifier import Classifier
from units.u04_feedforward.dense import Dense
from units.u04_feedforward.depth_and_width import (
    largest_number_of_pieces,
    pieces,
    regions_of_hyperplanes,
    sawtooth_network,
    shallow_sawtooth_network,
    smallest_width,
)
from units.u04_feedforward.dropout import Dropout, all_masks, geometric_mean, mask_probabilities
from units.u04_feedforward.early_stopping import EarlyStopping
from units.u04_feedforward.feed_forward import FeedForward
from units.u04_feedforward.initializers import He, LeCun, Orthogonal, VarianceRule, Xavier, fans
from units.u04_feedforward.layer_normalization import LayerNormalization, RMSNormalization
from units.u04_feedforward.max_norm import MaxNorm
from units.u04_feedforward.maxout import Maxout
from units.u04_feedforward.network import Layer, forward, network
from units.u04_feedforward.normalization import (
    batch_norm_backward,
    layer_norm_backward,
    normalize,
    normalize_backward,
)
from units.u04_feedforward.prelu import PReLU
from units.u04_feedforward.regressor import Regressor
from units.u04_feedforward.side_by_side import SideBySide
from units.u04_feedforward.softmax_derivative import softmax_backward, softmax_jacobian
from units.u04_feedforward.universal_approximation import (
    bump_2d_network,
    bump_network,
    hat_network,
    hats_of,
    staircase_network,
    staircase_of,
)
from units.u04_feedforward.variance_by_depth import Signals, factor_by_layer, variance_by_depth
from units.u04_feedforward.weight_decay import DecayedFeedForward, l2_penalty
from units.u04_feedforward.xor import certificate_against_lines, xor_network
