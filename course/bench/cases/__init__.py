"""The cases of ``course bench``: a file each."""
