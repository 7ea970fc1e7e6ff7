"""K-means on the colours of a photograph: segmentation without labels (§2.6)."""

import numpy as np
from keras import ops
from matplotlib.colors import ListedColormap
from sklearn.cluster import KMeans

from course import figures
from units.u01_machine_learning.kmeans import assign, kmeans


def run(r):
    photo = r.data().flower.astype("float32") / 255
    height, width, channels = photo.shape
    pixels = photo.reshape(-1, channels)  # every pixel is a sample with p = 3 features
    sample = r.rng.choice(len(pixels), r.pick(quick=3000, full=30000), replace=False)

    Ks, pictures, maps, errors = (2, 4, 8, 16), [], [], []
    for K in Ks:
        found = kmeans(pixels[sample], K, r.rng, restarts=2, steps=50)
        labels, inertia = assign(pixels, found.centroids)
        labels = ops.convert_to_numpy(labels)
        colours = ops.convert_to_numpy(found.centroids)
        pictures.append(colours[labels].reshape(photo.shape))
        maps.append(labels.reshape(height, width))
        errors.append(np.sqrt(float(inertia) / pixels.size))
        if K == 8:
            theirs = KMeans(K, n_init=4, random_state=r.seed).fit(pixels[sample]).inertia_
            r.metric("inertia_over_scikit_learn", found.inertia / theirs)
    for K, error in zip(Ks, errors, strict=True):
        r.metric(f"colour_error_{K}", error)
    r.table(
        ["clusters", "bits per pixel", "root mean squared colour error"],
        [[K, int(np.log2(K)), round(e, 4)] for K, e in zip(Ks, errors, strict=True)],
        title="24 bits per pixel in the original",
    )

    _, axes = r.figure("segmentation", 2, 3, size=(9.4, 4.7))
    titles = ["original", *(f"{K} colours" for K in Ks)]
    figures.image_grid(axes.ravel()[:5], np.stack([photo, *pictures]), titles)
    axes[1, 2].imshow(maps[1], cmap=ListedColormap(figures.CYCLE[:4]), interpolation="nearest")
    axes[1, 2].set_title("the 4 segments")
    axes[1, 2].set_axis_off()
