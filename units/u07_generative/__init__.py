"""Unit 7: generative models (§8.1–8.3)."""

from units.u07_generative.adversarial_model import AdversarialModel
from units.u07_generative.affine_coupling import AffineCoupling
from units.u07_generative.code_prior import CodePrior
from units.u07_generative.conditional_gan import ConditionalGAN
from units.u07_generative.cycle_gan import CycleGAN, patch_judge, translator
from units.u07_generative.dcgan import DCGAN, dcgan_discriminator, dcgan_generator
from units.u07_generative.ddpm import DDPM
from units.u07_generative.dense_networks import dense_discriminator, dense_generator
from units.u07_generative.dequantization import Dequantizer
from units.u07_generative.dirac_gan import dirac_gan
from units.u07_generative.face_swap import FaceSwap, face_coders
from units.u07_generative.feature_space import FeatureSpace, feature_space, features
from units.u07_generative.flow_matching import FlowMatching
from units.u07_generative.frechet_distance import frechet_distance, frechet_of_gaussians
from units.u07_generative.frechet_judge import FrechetJudge
from units.u07_generative.gallery import Entry, Frames, large_gallery, small_model
from units.u07_generative.game_dynamics import METHODS, growth_factor, play
from units.u07_generative.gan import GAN
from units.u07_generative.gated_network import GatedBlock, gated_network
from units.u07_generative.gaussian_densities import divergence, log_density
from units.u07_generative.gaussian_ring import (
    gaussian_ring,
    high_quality_share,
    modes_caught,
    ring_centers,
    ring_log_density,
)
from units.u07_generative.generative_model import GenerativeModel
from units.u07_generative.hierarchical_vae import HierarchicalVAE
from units.u07_generative.image_flow import ImageFlow
from units.u07_generative.images_between import images_between
from units.u07_generative.inpainting import holes, inpaint
from units.u07_generative.kernel_distance import kernel_distance
from units.u07_generative.latent_diffusion import LatentDiffusion
from units.u07_generative.likelihood_model import LikelihoodModel
from units.u07_generative.linear_gaussian import LinearGaussian
from units.u07_generative.lsgan import LSGAN
from units.u07_generative.matrix_game import Equilibrium, exploitability, nash_equilibrium
from units.u07_generative.noise_model import NoiseModel
from units.u07_generative.noise_network import TimeFeatures, dense_denoiser, image_denoiser, unet_denoiser
from units.u07_generative.noise_schedule import cosine_schedule, linear_schedule, signal_to_noise
from units.u07_generative.optimal_discriminator import (
    game_value,
    jensen_shannon,
    jensen_shannon_of_uniforms,
    optimal_discriminator,
)
from units.u07_generative.precision_recall import precision_recall
from units.u07_generative.probability_flow import ddim_step, follow, mixture_score, velocity_from_score
from units.u07_generative.real_nvp import RealNVP
from units.u07_generative.repeated_play import exploitability_bound, fictitious_play, multiplicative_weights
from units.u07_generative.ring_networks import MemberDense, ring_discriminator, ring_generator
from units.u07_generative.shared_models import Trained, trained
from units.u07_generative.spectral_gan import SpectralGAN
from units.u07_generative.spectral_normalization import SpectralConv2D, SpectralDense, power_iteration
from units.u07_generative.translation_pairs import translation_pairs
from units.u07_generative.two_people import two_people
from units.u07_generative.variational_autoencoder import VAE, ELBOModel, dense_coders, image_coders
from units.u07_generative.vector_quantizer import VectorQuantizer, perplexity
from units.u07_generative.vq_vae import VQVAE, dense_grid_coders, grid_coders
from units.u07_generative.wgan import WGAN
from units.u07_generative.wgan_gp import WGANGP
