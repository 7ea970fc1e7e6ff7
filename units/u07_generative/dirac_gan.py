"""The smallest GAN: one number learns to be another one, and its gradient steps circle (§8.3)."""

import numpy as np


def dirac_gan(penalty=0.0):
    """The gradients of the Dirac GAN with the minimax loss, for ``play``.

    The data is always x = 0, the generator always writes x = θ, and the discriminator is D(x) = σ_Sig(φ x):

    V = log D(0) + log(1 − D(θ))
    g = ∇_θ V = −φ σ_Sig(φ θ)
    h = ∇_φ V − κ φ = −θ σ_Sig(φ θ) − κ φ,   the last term from the penalty (κ/2) (d/dx φ x)² on the slope

    The solution is θ = φ = 0. For κ = 0 the Jacobian there has the eigenvalues ±i/2: neither towards it nor away.
    A penalty on the slope at the data makes their real parts negative, and the circles become a spiral inwards.

    Args:
        penalty: κ ≥ 0.

    References: Mescheder, Geiger and Nowozin, "Which training methods for GANs do actually converge?" (2018).
    """

    def gradients(theta, phi):
        fake = 1 / (1 + np.exp(-phi * theta))
        return -phi * fake, -theta * fake - penalty * phi

    return gradients
