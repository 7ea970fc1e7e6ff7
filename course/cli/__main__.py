"""`python -m course.cli` is the command `course`."""

from course.cli.application import main

if __name__ == "__main__":
    main()
