"""The drawings, as SVG that a browser and Typst show alike.

Every mark carries a class and the light colour as an attribute: Typst reads the attribute, the page's
style sheet overrides it by class (dark mode, print). No style attributes, no var() and no currentColor:
a content security policy forbids the first, Typst draws the others black. Text is ours alone: aliases,
durations and clock labels.
"""

from feedback.rendering.charts.heat import heat_strip
from feedback.rendering.charts.small import distribution, progress, strip
from feedback.rendering.charts.svg import Drawing, Label
from feedback.rendering.charts.timeline import Timeline, key

__all__ = ["Drawing", "Label", "Timeline", "distribution", "heat_strip", "key", "progress", "strip"]
