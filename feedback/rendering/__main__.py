"""Sets one document: JSON on standard input, the PDF on standard output, its date (seconds since 1970) as argument."""

import sys

from feedback.rendering.pdf.typeset import CannotSetError, set_here

if __name__ == "__main__":
    try:
        sys.stdout.buffer.write(set_here(sys.stdin.buffer.read(), int(sys.argv[1])))
    except CannotSetError as refusal:
        sys.exit(str(refusal))
