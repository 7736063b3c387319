"""
Code lists of the Department for Education that events carry.

Sources: Common Basic Data Set; SEN2 and school census specifications. A year stands
beside a code only where a published source says when it came or went.
"""

from typing import Final

from schemas.codes.lists import Code, CodeList

SEN_TYPE: Final = CodeList(
    "dfe:sen-type",
    "Type of special educational need",
    "DfE, school census and SEN2 specifications",
    {
        "SPLD": Code("Specific learning difficulty"),
        "MLD": Code("Moderate learning difficulty"),
        "SLD": Code("Severe learning difficulty"),
        "PMLD": Code("Profound and multiple learning difficulty"),
        "SEMH": Code("Social, emotional and mental health"),
        "SLCN": Code("Speech, language and communication needs"),
        "HI": Code("Hearing impairment"),
        "VI": Code("Vision impairment"),
        "MSI": Code("Multi-sensory impairment"),
        "PD": Code("Physical disability"),
        "ASD": Code("Autistic spectrum disorder"),
        "DS": Code("Down syndrome", first=2025),
        "OTH": Code("Other difficulty or disability"),
        "NSA": Code("SEN support but no specialist assessment of type of need"),
    },
)
"""`DS` is Down syndrome here and abuse relating to disability in exclusion reasons."""

SEN_PROVISION: Final = CodeList(
    "dfe:sen-provision",
    "SEN provision",
    "DfE, school census specification; Children and Families Act 2014 transition",
    {
        "N": Code("No special educational need"),
        "K": Code("SEN support", first=2014),
        "E": Code("Education, health and care plan", first=2014),
        "S": Code("Statement of special educational needs", last=2017),
        "A": Code("School action", last=2014),
        "P": Code("School action plus", last=2014),
    },
)

EXCLUSION_CATEGORY: Final = CodeList(
    "dfe:exclusion-category",
    "Category of suspension or exclusion",
    "DfE, school census specification",
    {
        "PERM": Code("Permanent exclusion"),
        "SUSP": Code("Suspension", first=2020),
        "LNCH": Code("Lunchtime suspension"),
        "FIXD": Code("Fixed period exclusion", last=2019),
    },
)

EXCLUSION_REASON: Final = CodeList(
    "dfe:cbds:CS010",
    "Reason for a suspension or exclusion",
    "DfE, Common Basic Data Set, code set CS010",
    {
        "PP": Code("Physical assault against a pupil"),
        "PA": Code("Physical assault against an adult"),
        "VP": Code("Verbal abuse or threatening behaviour against a pupil"),
        "VA": Code("Verbal abuse or threatening behaviour against an adult"),
        "OW": Code("Use or threat of use of an offensive weapon or prohibited item"),
        "BU": Code("Bullying"),
        "RA": Code("Racist abuse"),
        "LG": Code("Abuse against sexual orientation and gender identity"),
        "DS": Code("Abuse relating to disability"),
        "SM": Code("Sexual misconduct"),
        "DA": Code("Drug and alcohol related"),
        "DM": Code("Damage"),
        "TH": Code("Theft"),
        "DB": Code("Persistent or general disruptive behaviour"),
        "MT": Code("Inappropriate use of social media or online technology"),
        "PH": Code("Transgression of measures that protect public health"),
        "OT": Code("Other", last=2019),
    },
)

REQUEST_SOURCE: Final = CodeList(
    "dfe:sen2:request-source",
    "Who asked for an EHC needs assessment",
    "DfE, SEN2 person level specification 2026",
    {
        "1": Code("Parent or young person", first=2025),
        "2": Code("School or other setting", first=2025),
        "3": Code("Health professional", first=2025),
        "4": Code("Social care", first=2025),
        "5": Code("Other", first=2025),
    },
)

CEASE_REASON: Final = CodeList(
    "dfe:sen2:cease-reason",
    "Why an EHC plan ceased",
    "DfE, SEN2 person level specification",
    {
        "1": Code("Reached the maximum age"),
        "2": Code("Needs met without an EHC plan"),
        "3": Code("Moved on to higher education"),
        "4": Code("Moved on to paid employment"),
        "5": Code("Transferred to another local authority"),
        "6": Code("No longer engages in education or training"),
        "7": Code("Moved outside England"),
        "8": Code("Died"),
        "9": Code("Other"),
    },
)

SEN_SETTING: Final = CodeList(
    "dfe:sen2:sen-setting",
    "Setting of a placement without a URN or UKPRN",
    "DfE, SEN2 person level specification",
    {
        "OLA": Code("Arrangements made by the council, otherwise than at school"),
        "OPA": Code("Arrangements made by the parent, not elective home education"),
        "EHE": Code("Elective home education"),
        "EYP": Code("Early years provider"),
        "OTH": Code("Other"),
        "NEET": Code("Not in education, employment or training"),
        "NIEC": Code("Not in education: notice to cease issued"),
        "NIEO": Code("Not in education: other"),
    },
)

RESIDENTIAL: Final = CodeList(
    "dfe:sen2:residential",
    "Residential placement",
    "DfE, SEN2 person level specification",
    {"A": Code("38 to 51 weeks a year"), "B": Code("52 weeks a year")},
)

# What ASP and RHE stand for was not read anywhere; a guess would be shown as a fact.
AP_REASON: Final = CodeList(
    "dfe:ap-reason",
    "Reason for an alternative provision placement",
    "DfE, alternative provision and school census specifications",
    {
        "ASP": Code("ASP"),
        "EHC": Code("Setting named on an EHC plan"),
        "MHN": Code("Mental health need"),
        "NEW": Code("New arrival without a school place"),
        "OTH": Code("Other"),
        "PEX": Code("Permanent exclusion"),
        "PHN": Code("Physical health need"),
        "RHE": Code("RHE"),
    },
)

YEAR_GROUP: Final = CodeList(
    "dfe:nc-year-group",
    "National curriculum year group",
    "DfE, school census specification",
    {
        "E1": Code("Early years, first year"),
        "E2": Code("Early years, second year"),
        "N1": Code("Nursery, first year"),
        "N2": Code("Nursery, second year"),
        "R": Code("Reception"),
        **{str(year): Code(f"Year {year}") for year in range(1, 15)},
        "M": Code("Mixed year class"),
        "X": Code("Year group does not apply"),
    },
)

CODE_LISTS: Final = {
    listed.system: listed
    for listed in (
        SEN_TYPE,
        SEN_PROVISION,
        EXCLUSION_CATEGORY,
        EXCLUSION_REASON,
        REQUEST_SOURCE,
        CEASE_REASON,
        SEN_SETTING,
        RESIDENTIAL,
        AP_REASON,
        YEAR_GROUP,
    )
}
"""Every list by its code system."""
