"""The kinds of body that may hold an account, by the letters that files and standards use for them."""

KINDS: dict[str, str] = {
    "T": "NHS trust or foundation trust",
    "I": "Integrated care board",
    "N": "National NHS body or special health authority",
    "G": "GP practice or primary care network provider",
    "D": "Dental practice with an NHS contract",
    "C": "Community pharmacy",
    "O": "Optical practice",
    "P": "Independent provider of NHS-funded care",
    "MD": "Ministerial department",
    "ND": "Non-ministerial department",
    "EA": "Executive agency",
    "NB": "Executive non-departmental public body",
    "OB": "Other public body, tribunal administration or office",
    "IT": "Independent complaint tier",
    "PO": "The Ombudsman's own office",
}
NHS_KINDS = frozenset("TINGDCOP")
