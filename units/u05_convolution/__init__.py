"""Unit 5: convolutional neural networks (§6)."""

# section D: objects and boxes
from units.u05_convolution.average_precision import (
    average_precision,
    found_of_class,
    hits,
    mean_average_precision,
    precision_recall,
)
from units.u05_convolution.boxes import area as box_area
from units.u05_convolution.boxes import clip as clip_boxes
from units.u05_convolution.boxes import convert as convert_boxes
from units.u05_convolution.boxes import flip as flip_boxes
from units.u05_convolution.contrastive_loss import contrastive_loss, squared_distances
from units.u05_convolution.detector import Detector
from units.u05_convolution.intersection_over_union import ciou, diou, giou, iou, iou_matrix
from units.u05_convolution.localizer import Localizer, objects
from units.u05_convolution.locally_connected import LocallyConnected1D
from units.u05_convolution.non_maximum_suppression import non_maximum_suppression, survivors
from units.u05_convolution.siamese import Siamese, face_encoder
from units.u05_convolution.signal_network import signal_network
from units.u05_convolution.triplet_loss import distance_matrix, triplet_loss
from units.u05_convolution.triplet_network import TripletNetwork
from units.u05_convolution.verification import (
    equal_error_rate,
    identity_batches,
    random_pairs,
    split_by_identity,
)
