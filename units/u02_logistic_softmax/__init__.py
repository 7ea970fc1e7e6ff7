"""Unit 2: logistic-regression-type neural networks (§3)."""

from units.u02_logistic_softmax.autoencoder import ShallowAutoencoder
from units.u02_logistic_softmax.backprop import backward, forward
from units.u02_logistic_softmax.cross_entropy import binary_cross_entropy, cross_entropy
from units.u02_logistic_softmax.finite_differences import numerical_gradient, relative_error
from units.u02_logistic_softmax.gradients import sigmoid_gradient, softmax_gradient
from units.u02_logistic_softmax.margin_losses import (
    hinge_loss,
    logistic_loss,
    perceptron_loss,
    squared_margin_loss,
    zero_one_loss,
)
from units.u02_logistic_softmax.mini_batch import epoch_batches, train
from units.u02_logistic_softmax.newton_logistic import LogisticFit, newton_logistic
from units.u02_logistic_softmax.odds import log_odds, odds, odds_ratio
from units.u02_logistic_softmax.perceptron import Perceptron, margin, mistake_bound, radius
from units.u02_logistic_softmax.polynomial_features import polynomial_count, polynomial_features
from units.u02_logistic_softmax.principal_angles import principal_angles
from units.u02_logistic_softmax.sigmoid import log_sigmoid, sigmoid, softplus
from units.u02_logistic_softmax.sigmoid_model import decide, logit, sigmoid_model
from units.u02_logistic_softmax.softmax import log_softmax, log_sum_exp, naive_softmax, softmax
from units.u02_logistic_softmax.softmax_model import logits, relative_to_last, softmax_model
from units.u02_logistic_softmax.softmax_regression import SoftmaxRegression
from units.u02_logistic_softmax.squared_loss import (
    cross_entropy_curvature,
    cross_entropy_slope,
    squared_curvature,
    squared_loss,
    squared_slope,
)
