"""Child processes: how one is started, asked and ended; shared by experiments, grading and bench."""
