"""Unit 1: introduction to machine learning (§1, §2)."""

from units.u01_machine_learning.bag_of_words import bag_of_words, token_ids, vocabulary
from units.u01_machine_learning.bandit import play_bandit, update_values
from units.u01_machine_learning.bias_variance import decompose, measured_error
from units.u01_machine_learning.binomial_interval import exact_interval, wald_interval, wilson_interval
from units.u01_machine_learning.confusion import (
    accuracy,
    class_scores,
    confusion_matrix,
    macro_scores,
    micro_scores,
)
from units.u01_machine_learning.cross_validation import choose, cross_validate, kfold, stratified_kfold
from units.u01_machine_learning.decision_tree import DecisionTree, best_split, gini
from units.u01_machine_learning.encodings import categories, codes, one_hot
from units.u01_machine_learning.exponential_fit import (
    bootstrap,
    curve,
    doubling_time,
    fit_exponential,
    growth_rate,
)
from units.u01_machine_learning.gaussian_model import fit_gaussian, sample_gaussian
from units.u01_machine_learning.kmeans import assign, kmeans, kmeans_plus_plus, lloyd, random_start, update
from units.u01_machine_learning.leakage import screen_features, standardize
from units.u01_machine_learning.least_squares import (
    normal_equations,
    predict,
    pseudo_inverse,
    solve_gram,
    with_constant,
)
from units.u01_machine_learning.linear_descent import (
    gradient_descent,
    squared_loss,
    squared_loss_gradient,
)
from units.u01_machine_learning.linear_inference import linear_inference
from units.u01_machine_learning.logistic_classifier import LogisticClassifier
from units.u01_machine_learning.nearest_neighbours import NearestNeighbours, squared_distances
from units.u01_machine_learning.one_vs_one import OneVsOne
from units.u01_machine_learning.one_vs_rest import OneVsRest
from units.u01_machine_learning.pca import PCA, covariance_eigen
from units.u01_machine_learning.polynomial_regression import (
    fit_linear,
    legendre_features,
    nested_predictions,
    polynomial_predictions,
    predict_linear,
)
from units.u01_machine_learning.random_features import RandomFeatures
from units.u01_machine_learning.ridge import ridge, ridge_path
from units.u01_machine_learning.roc import area_under, rank_probability, roc_curve
from units.u01_machine_learning.spectrum import amplitude_spectrum
from units.u01_machine_learning.splits import train_dev_test
from units.u01_machine_learning.top_k_accuracy import top_k_accuracy
from units.u01_machine_learning.truncated_svd import compress_image, low_rank, stored_numbers, truncated_svd
from units.u01_machine_learning.vectorize import devectorize, to_grey, vectorize
