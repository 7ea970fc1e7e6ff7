"""Makes the kernel hold memory for it: page tables of an enormous mapping that is only read, never written."""

import mmap

SIZE, STEP = 1 << 40, 1 << 21  # every page table of four KiB is for two MiB


def centre(x):
    view = mmap.mmap(-1, SIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ)
    view.madvise(mmap.MADV_NOHUGEPAGE)
    return sum(view[at] for at in range(0, SIZE, STEP))
