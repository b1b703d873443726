"""`python -m feedback.cli`: the command line where the script is not on the path."""

from feedback.cli import main

main(prog_name="feedback")
