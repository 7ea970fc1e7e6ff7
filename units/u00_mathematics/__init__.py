"""Unit 0: the mathematics of the course in one place (appendices A and B of the book)."""

from units.u00_mathematics.chain_rule import chain, multiplications
from units.u00_mathematics.differences import central_difference, directional_derivative, forward_difference
from units.u00_mathematics.divergences import jensen_shannon, kullback_leibler
from units.u00_mathematics.entropies import cross_entropy, entropy
from units.u00_mathematics.hessian import hessian
from units.u00_mathematics.inner_products import angle_cosine, inner_product, norm
from units.u00_mathematics.jacobian import jacobian, jacobian_by_rows
from units.u00_mathematics.matrix_products import by_columns, by_entries, by_outer_products
from units.u00_mathematics.normal import normal_divergence, normal_log_density
from units.u00_mathematics.sets import complement, indicator, intersection, size, union
from units.u00_mathematics.sums import sum_below_diagonal, sum_of_products
from units.u00_mathematics.taylor import taylor

__all__ = [
    "angle_cosine",
    "by_columns",
    "by_entries",
    "by_outer_products",
    "central_difference",
    "chain",
    "complement",
    "cross_entropy",
    "directional_derivative",
    "entropy",
    "forward_difference",
    "hessian",
    "indicator",
    "inner_product",
    "intersection",
    "jacobian",
    "jacobian_by_rows",
    "jensen_shannon",
    "kullback_leibler",
    "multiplications",
    "norm",
    "normal_divergence",
    "normal_log_density",
    "size",
    "sum_below_diagonal",
    "sum_of_products",
    "taylor",
    "union",
]
