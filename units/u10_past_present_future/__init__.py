"""Unit 10: past, present and future (§1, §7.5, §8.5)."""

from units.u10_past_present_future.adversarial_attack import fgsm, pgd, robust_accuracy
from units.u10_past_present_future.adversarial_training import AdversarialClassifier
from units.u10_past_present_future.appnp import APPNP, personalized_propagation
from units.u10_past_present_future.calibration import (
    brier_parts,
    brier_score,
    expected_calibration_error,
    reliability_table,
)
from units.u10_past_present_future.clip import CLIP, symmetric_contrastive_loss
from units.u10_past_present_future.deep_ensemble import DeepEnsemble
from units.u10_past_present_future.depth_dial import DepthDial, best_size, fit_exponent, frontier
from units.u10_past_present_future.dirichlet_energy import dirichlet_energy, relative_energy
from units.u10_past_present_future.double_descent import (
    expected_error,
    gradient_flow,
    minimum_norm,
    new_sample_error,
    ridge,
)
from units.u10_past_present_future.eras import ERAS, Era
from units.u10_past_present_future.fairness import (
    GroupRates,
    fairness_gaps,
    group_rates,
    group_thresholds,
    implied_fpr,
)
from units.u10_past_present_future.gat import GAT, GraphAttention
from units.u10_past_present_future.gcn import GCN, GraphConvolution, propagate
from units.u10_past_present_future.gcnii import GCNII, InitialResidualConvolution
from units.u10_past_present_future.gin import GIN, IsomorphismLayer
from units.u10_past_present_future.graph import Graph, union
from units.u10_past_present_future.last_layer_laplace import LastLayerLaplace, posterior_covariance
from units.u10_past_present_future.linear_map import LinearMap, words_of
from units.u10_past_present_future.markov_language import MarkovLanguage
from units.u10_past_present_future.mc_dropout import mc_dropout
from units.u10_past_present_future.message_passing import (
    aggregate,
    gather,
    in_degrees,
    segment_softmax,
    with_self_loops,
)
from units.u10_past_present_future.model_card import model_card, recorded
from units.u10_past_present_future.multiclass_perceptron import MulticlassPerceptron
from units.u10_past_present_future.node_classifier import NodeClassifier, NodeMLP
from units.u10_past_present_future.preference_tuning import (
    PreferenceTuner,
    bradley_terry_pairs,
    optimal_policy,
    preference_loss,
)
from units.u10_past_present_future.run_cost import CostMeter, RunCost, estimated_seconds
from units.u10_past_present_future.scaling_law import (
    ScalingLaw,
    compute_optimal,
    fit_scaling_law,
    resampled_laws,
)
from units.u10_past_present_future.split_conformal import (
    class_scores,
    conformal_quantile,
    coverage_distribution,
    prediction_intervals,
    prediction_sets,
)
from units.u10_past_present_future.temperature_scaling import fit_temperature, with_temperature
from units.u10_past_present_future.uncertainty_parts import uncertainty_parts
from units.u10_past_present_future.weisfeiler_lehman import refine, stable_colours, told_apart
