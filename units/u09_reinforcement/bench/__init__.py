"""What `course bench` measures of this unit: a file each."""
