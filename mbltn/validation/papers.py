"""The papers behind the letters."""

PAPERS = {
    "A": "Gopalakrishnan, Nandkishore: nearly many-body localized metals (2014)",
    "B": "Gornyi, Mirlin, Mueller, Polyakov: absence of localization in a continuum (2016)",
    "C": "Potirniche, Banerjee, Altman: stability of localization in d > 1 (2018)",
    "D": "Crowley, Chandran: failed thermalizing avalanches (2022)",
    "E": "De Roeck, Huveneers: stability and instability towards delocalization (2017)",
}

HEADINGS = {
    "A": "Nearly localized metals (A)",
    "B": "The disordered continuum (B)",
    "C": "Growth of a bubble (C)",
    "D": "Failed avalanches (D)",
    "E": "Random-matrix flow (E)",
}
