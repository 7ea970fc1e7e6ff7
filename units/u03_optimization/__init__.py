"""Unit 3: optimization algorithms (§4)."""

from units.u03_optimization import dual, tape
from units.u03_optimization.adadelta import Adadelta
from units.u03_optimization.adagrad import Adagrad
from units.u03_optimization.adam import Adam
from units.u03_optimization.adamw import AdamW
from units.u03_optimization.bfgs import bfgs, inverse_update
from units.u03_optimization.clipping import clip_by_global_norm, clip_by_norm, clip_by_value
from units.u03_optimization.condition_number import condition_number, curvature_bounds
from units.u03_optimization.conjugate_gradient import (
    conjugate_gradient,
    conjugate_gradient_bound,
    nonlinear_conjugate_gradient,
)
from units.u03_optimization.contours import draw_contours, draw_path
from units.u03_optimization.convergence_rate import (
    descent_rate,
    measured_rate,
    noise_ball,
    optimal_learning_rate,
    stability_limit,
    tuned_heavy_ball,
    tuned_nesterov,
)
from units.u03_optimization.convexity import chord_gap, is_positive_semidefinite, share_below_graph
from units.u03_optimization.descent import Descent
from units.u03_optimization.difference_quotients import (
    best_central_step,
    best_forward_step,
    central_difference,
    complex_step,
    forward_difference,
)
from units.u03_optimization.dual import Dual
from units.u03_optimization.gradient_descent import gradient_descent, stochastic_descent
from units.u03_optimization.lbfgs import lbfgs, remember, two_loop
from units.u03_optimization.lbfgs_model import LBFGSModel
from units.u03_optimization.lbfgs_optimizer import LBFGS
from units.u03_optimization.line_search import (
    armijo,
    exact_step,
    flat_enough,
    strong_wolfe,
    sufficient_decrease,
)
from units.u03_optimization.loss_surface import loss_surface, random_direction
from units.u03_optimization.momentum import Momentum
from units.u03_optimization.momentum_descent import momentum_descent
from units.u03_optimization.nadam import Nadam
from units.u03_optimization.nesterov import Nesterov
from units.u03_optimization.newton import levenberg, levenberg_step, newton, newton_one_dimension
from units.u03_optimization.optimizer_descent import optimizer_descent
from units.u03_optimization.rmsprop import RMSprop
from units.u03_optimization.schedules import (
    CosineDecay,
    ExponentialDecay,
    InverseTimeDecay,
    PolynomialDecay,
    StepDecay,
)
from units.u03_optimization.sgd import SGD
from units.u03_optimization.stationary_points import (
    classify,
    eigenvalues,
    find_stationary_points,
    gradient,
    hessian,
)
from units.u03_optimization.tape import Tape
from units.u03_optimization.test_functions import (
    BEALE,
    BOWL,
    HIMMELBLAU,
    LOGISTIC,
    ROSENBROCK,
    SADDLE,
    TEST_FUNCTIONS,
    TestFunction,
    logistic_loss,
    quadratic_bowl,
)
from units.u03_optimization.top_eigenvalue import top_eigenvalue
from units.u03_optimization.wolfe_loop import strong_wolfe_loop
from units.u03_optimization.worked_function import gradient_by_hand, worked
