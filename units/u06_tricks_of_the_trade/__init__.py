"""Unit 6: tricks of the trade (§2.5, §4.5, §5.5–5.7, §6.5)."""

from units.u06_tricks_of_the_trade.autoencoder import Autoencoder, convolutional_coder, dense_coder
from units.u06_tricks_of_the_trade.bayesian_search import BayesianSearch, bayesian_search
from units.u06_tricks_of_the_trade.benchmark_functions import branin, hartmann6
from units.u06_tricks_of_the_trade.blocks import block_network, image_encoder
from units.u06_tricks_of_the_trade.calibration import calibration_error
from units.u06_tricks_of_the_trade.contrastive import Contrastive
from units.u06_tricks_of_the_trade.deep_signals import Kind, backward, forward, kinds
from units.u06_tricks_of_the_trade.denoising_autoencoder import DenoisingAutoencoder
from units.u06_tricks_of_the_trade.distillation import Distiller, soft_cross_entropy
from units.u06_tricks_of_the_trade.expected_improvement import (
    expected_improvement,
    probability_of_improvement,
)
from units.u06_tricks_of_the_trade.face_network import face_network, pretrained_face_network
from units.u06_tricks_of_the_trade.gaussian_process import GaussianProcess
from units.u06_tricks_of_the_trade.gradient_accumulation import accumulated_gradients
from units.u06_tricks_of_the_trade.gradual_unfreezing import GradualUnfreezing
from units.u06_tricks_of_the_trade.hyperband import brackets, hyperband
from units.u06_tricks_of_the_trade.int8_dense import Int8Dense, int8_dense, int8_network
from units.u06_tricks_of_the_trade.intervals import half_width, in_percent, mean_and_interval, of_seeds
from units.u06_tricks_of_the_trade.kernels import Kernel
from units.u06_tricks_of_the_trade.learning_rate_finder import (
    RangeTest,
    find_learning_rate,
    moving_average,
    rising_rates,
    steepest_rate,
)
from units.u06_tricks_of_the_trade.lora import LoRADense, merged, trainable_count, with_lora
from units.u06_tricks_of_the_trade.lottery_ticket import lottery_tickets
from units.u06_tricks_of_the_trade.marginal_likelihood import fit_settings
from units.u06_tricks_of_the_trade.masked_autoencoder import (
    MaskedAutoencoder,
    from_patches,
    patches,
    random_mask,
)
from units.u06_tricks_of_the_trade.mixed_batches import MixedBatches
from units.u06_tricks_of_the_trade.mixed_precision import (
    activation_bytes,
    bytes_of,
    largest_scale,
    underflow_share,
)
from units.u06_tricks_of_the_trade.moving_statistics import drift, freeze_variables_only, moving_statistics
from units.u06_tricks_of_the_trade.muon import Muon
from units.u06_tricks_of_the_trade.newton_schulz import (
    CUBIC,
    QUINTIC,
    fixed_points,
    orthogonalize,
    polynomial,
)
from units.u06_tricks_of_the_trade.nt_xent import nt_xent
from units.u06_tricks_of_the_trade.plain_and_residual import deep_network
from units.u06_tricks_of_the_trade.population import Population
from units.u06_tricks_of_the_trade.pretrained import ImageNetPixels, read_folders, vgg19_body
from units.u06_tricks_of_the_trade.pruned_classifier import GradualPruning, PrunedClassifier
from units.u06_tricks_of_the_trade.pruning import (
    gradual_sparsity,
    magnitude_masks,
    pack,
    stored_bytes,
    unpack,
)
from units.u06_tricks_of_the_trade.quantization import dequantize, quantize, quantize_affine
from units.u06_tricks_of_the_trade.rand_augment import RandAugment
from units.u06_tricks_of_the_trade.random_mix import RandomMix, symmetric_beta
from units.u06_tricks_of_the_trade.recipe_classifier import RecipeClassifier
from units.u06_tricks_of_the_trade.restart import restart
from units.u06_tricks_of_the_trade.search import Search, grid_search, random_search
from units.u06_tricks_of_the_trade.search_space import Choice, Range, SearchSpace
from units.u06_tricks_of_the_trade.shattered_gradients import (
    assumed_correlation,
    autocorrelation,
    expected_correlation,
    gradients_on_a_grid,
    measured_correlation,
)
from units.u06_tricks_of_the_trade.soft_labels import (
    best_logit_gap,
    cross_entropy_of_shares,
    logit_gap,
    smooth_labels,
)
from units.u06_tricks_of_the_trade.sparse_autoencoder import SparseAutoencoder
from units.u06_tricks_of_the_trade.successive_halving import rounds, spent, successive_halving
from units.u06_tricks_of_the_trade.training_task import TrainingTask
from units.u06_tricks_of_the_trade.transfer import features, train_only, with_new_head
from units.u06_tricks_of_the_trade.two_tasks import Task, some_of_each, two_cameras, two_tasks
from units.u06_tricks_of_the_trade.weight_average import WeightAverage, variance_left
from units.u06_tricks_of_the_trade.width_scaling import PARAMETRIZATIONS, Rates, WidthSweep, width_rules
