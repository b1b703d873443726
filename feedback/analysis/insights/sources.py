"""The papers that measures of insights come from; a rule of our own making cites none."""

from feedback.phrasing.i18n import N_

EDWARDS = N_("Edwards et al. 2009, Comparing effective and ineffective behaviors of student programmers")
KARAVIRTA = N_("Karavirta, Korhonen & Malmi 2006, On the use of resubmissions in automatic assessment systems")
MONSELL = N_("Monsell 2003, Task switching")
PERKINS = N_("Perkins et al. 1986, Conditions of learning in novice programmers")
SHRESTHA = N_("Shrestha et al. 2022, Pausing While Programming")
