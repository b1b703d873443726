"""The colours: few, and told apart by every kind of colour vision (after Okabe and Ito, 2008).

These are the light ones, which a PDF shows; a page in the dark has its own by the same names in `document.css`.
"""

INK = "#1d2733"
MUTED = "#5a6675"
RULE = "#dfe4ea"
PAUSE = "#e6ebf0"
SAVE = "#8493a6"
SUBMISSION = "#0a5ea8"
OTHER = "#c2570c"
# A score everywhere, and what deserves a look.
SCORE = "#0a6e5c"
LOW = "#b4470c"
# Under a step of the score, and marks that are looks.
AREA = "#dcebe8"
AREA_LOW = "#f8e4d9"
LOOK = "#c3ccd6"
# What time it took.
TIME = "#b9c2cc"
HEAT = ("#cfe0f0", "#9dc3e2", "#5f9dcf", "#2c76b3", "#0a4f8f")
