"""The papers that measures of insights come from; a rule of our own making cites none."""

from feedback.phrasing.i18n import N_

ARIGA = N_("Ariga & Lleras 2011, Brief and rare mental “breaks” keep you focused")
BOROUJENI = N_("Boroujeni et al. 2016, How to quantify student's regularity?")
CEPEDA = N_("Cepeda et al. 2006, Distributed practice in verbal recall tasks")
EDWARDS = N_("Edwards et al. 2009, Comparing effective and ineffective behaviors of student programmers")
KARAVIRTA = N_("Karavirta, Korhonen & Malmi 2006, On the use of resubmissions in automatic assessment systems")
KORNELL = N_("Kornell 2009, Optimising learning using flashcards: Spacing is more effective than cramming")
MONSELL = N_("Monsell 2003, Task switching")
MURRE = N_("Murre & Dros 2015, Replication and analysis of Ebbinghaus' forgetting curve")
PERKINS = N_("Perkins et al. 1986, Conditions of learning in novice programmers")
ROEDIGER = N_("Roediger & Karpicke 2006, Test-enhanced learning")
SHRESTHA = N_("Shrestha et al. 2022, Pausing While Programming")
STEEL = N_("Steel 2007, The nature of procrastination")
