"""Where the measures and the advice come from."""

from feedback.analysis.texts import N_

EDWARDS = N_("Edwards et al. 2009, Comparing effective and ineffective behaviors of student programmers")
HATTIE = N_("Hattie & Timperley 2007, The power of feedback")
KARAVIRTA = N_("Karavirta, Korhonen & Malmi 2006, On the use of resubmissions in automatic assessment systems")
KAZEROUNI = N_("Kazerouni, Edwards & Shaffer 2017, Quantifying incremental development practices")
MONSELL = N_("Monsell 2003, Task switching")
PERKINS = N_("Perkins et al. 1986, Conditions of learning in novice programmers")
SHRESTHA = N_("Shrestha et al. 2022, Pausing While Programming")
ZIMMERMAN = N_("Zimmerman 2002, Becoming a self-regulated learner")
