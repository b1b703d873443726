"""The colours: few, told apart by every kind of colour vision (after Okabe and Ito, 2008), 4.5:1 on paper.

Charts carry the light ones as attributes, which is what a PDF shows; the page's style sheet overrides them by class.
"""

INK = "#1b2430"
MUTED = "#5b6675"
RULE = "#d9dee5"
SHADE = "#f1f3f6"
SAVE = "#7d8b9e"
SUBMISSION = "#0b5cad"
OTHER = "#b4540a"
