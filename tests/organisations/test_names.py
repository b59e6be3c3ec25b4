"""Names printed in capitals are shown as a person would write them."""

import pytest

from portal.organisations.names import displayed

NAMES = """
NORTH LONDON NHS FOUNDATION TRUST => North London NHS Foundation Trust
GUY'S AND ST THOMAS' NHS FOUNDATION TRUST => Guy's and St Thomas' NHS Foundation Trust
ST GEORGE'S UNIVERSITY HOSPITALS NHS FOUNDATION TRUST => St George's University Hospitals NHS Foundation Trust
KING'S COLLEGE HOSPITAL NHS FOUNDATION TRUST => King's College Hospital NHS Foundation Trust
THE QUEEN ELIZABETH HOSPITAL, KING'S LYNN, NHS FOUNDATION TRUST => The Queen Elizabeth Hospital, King's Lynn, NHS Foundation Trust
ROYAL BROMPTON & HAREFIELD NHS FOUNDATION TRUST => Royal Brompton & Harefield NHS Foundation Trust
THE NEWCASTLE UPON TYNE HOSPITALS NHS FOUNDATION TRUST => The Newcastle upon Tyne Hospitals NHS Foundation Trust
UNIVERSITY HOSPITALS OF NORTH MIDLANDS NHS TRUST => University Hospitals of North Midlands NHS Trust
GREAT ORMOND STREET HOSPITAL FOR CHILDREN NHS FOUNDATION TRUST => Great Ormond Street Hospital for Children NHS Foundation Trust
ALDER HEY CHILDREN'S NHS FOUNDATION TRUST => Alder Hey Children's NHS Foundation Trust
NHS DIRECT NHS TRUST => NHS Direct NHS Trust
TEES, ESK AND WEAR VALLEYS NHS FOUNDATION TRUST => Tees, Esk and Wear Valleys NHS Foundation Trust
ISLE OF WIGHT NHS TRUST => Isle of Wight NHS Trust
MCKENZIE HOUSE SURGERY => McKenzie House Surgery
DR MC DONALD => Dr Mc Donald
SLAG LANE MC => Slag Lane MC
MACKLIN STREET SURGERY => Macklin Street Surgery
JAMES O'RIORDAN MEDICAL CENTRE => James O'Riordan Medical Centre
TRAMWAYS MEDICAL CENTRE (O'CONNELL) => Tramways Medical Centre (O'Connell)
DR J SMITH & PARTNERS => Dr J Smith & Partners
DR AP KUMAR => Dr AP Kumar
DR ME SILVER'S PRACTICE => Dr ME Silver's Practice
DR GT HENDOW'S PRACTICE => Dr GT Hendow's Practice
DR TUN & PARTNERS => Dr Tun & Partners
DRS LAMBERT & NG => Drs Lambert & Ng
DR OZ QURESHI => Dr Oz Qureshi
DR GUPTA => Dr Gupta
LITTLE WALTHAM & GT NOTLEY SURGERY => Little Waltham & Gt Notley Surgery
GROBY ROAD MEDICAL CENTRE (ID PATCHETT) => Groby Road Medical Centre (ID Patchett)
GREENFIELDS MEDICAL CENTRE (YVS RAO) => Greenfields Medical Centre (YVS Rao)
THE DE PARYS GROUP => The De Parys Group
AL-WAQAS MEDICAL CENTRE => Al-Waqas Medical Centre
STOKE-ON-TRENT => Stoke-on-Trent
HORNDON-ON-THE-HILL SURGERY => Horndon-on-the-Hill Surgery
WILLINGHAM-BY-STOW SURGERY => Willingham-by-Stow Surgery
THE GREENHOUSE WALK-IN => The Greenhouse Walk-in
ADLER JS-THE SURGERY => Adler JS-The Surgery
PEN-Y-CAE SURGERY => Pen-y-Cae Surgery
PLAS Y BRYN MEDICAL CENTRE => Plas y Bryn Medical Centre
MEDDYGFA'R SARN => Meddygfa'r Sarn
TY'R FELIN SURGERY => Ty'r Felin Surgery
WEST4 GPS => West4 GPs
FIRST 4 HEALTH GROUP - E7 HEALTH => First 4 Health Group - E7 Health
LEYTON HEALTHCARE 4TH FLOOR => Leyton Healthcare 4th Floor
3D MEDICAL CENTRE => 3D Medical Centre
BRACE STREET HC- MAHBUB (M91659) => Brace Street HC- Mahbub (M91659)
MED.CTR. AND ST.CLEMENTS => Med.Ctr. and St.Clements
THE SURGERY @ AYLESTONE => The Surgery @ Aylestone
DR UPPAL & PARTN, PARKVIEW CTR FOR H&W => Dr Uppal & Partn, Parkview Ctr for H&W
NORTHERN CIRCUIT CARE UK LTD => Northern Circuit Care UK Ltd
FIVEWAYS PCN EA HUB => Fiveways PCN EA Hub
THE PRACTICE AT 188 => The Practice at 188
PRACTICE II => Practice II
GOLDTHORPE MEDICAL CENTRE PMS PRACTICE => Goldthorpe Medical Centre PMS Practice
CAFÉ ÉLAN SURGERY => Café Élan Surgery
"""


@pytest.mark.parametrize("line", NAMES.strip().splitlines())
def test_a_name_in_capitals_is_written_as_a_person_would(line: str) -> None:
    printed, written = line.split(" => ")
    assert displayed(printed) == written


@pytest.mark.parametrize("name", ["NHS Direct", "Guy's and St Thomas'", "VisitBritain", "LocatED", "", "123", "- &"])
def test_a_name_with_small_letters_is_left_as_it_is(name: str) -> None:
    assert displayed(name) == name


@pytest.mark.parametrize("line", NAMES.strip().splitlines())
def test_writing_a_name_twice_changes_nothing(line: str) -> None:
    once = displayed(line.split(" => ", maxsplit=1)[0])
    assert displayed(once) == once


def test_stray_spaces_are_tidied() -> None:
    assert displayed("  THE   CHRISTIE NHS FOUNDATION TRUST ") == "The Christie NHS Foundation Trust"
