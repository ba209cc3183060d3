"""All stand-ins, by the key of the database that they imitate."""

from collections.abc import Mapping
from types import MappingProxyType

from mer.standins import casme, casme2, casme3_a, casme_squared, macro, recent, samm, smic
from mer.standins.plan import StandIn

STAND_INS: Mapping[str, StandIn] = MappingProxyType(
    {
        "smic_hs": smic.stand_in("HS"),
        "smic_vis": smic.stand_in("VIS"),
        "smic_nir": smic.stand_in("NIR"),
        "casme": casme.STAND_IN,
        "casme2": casme2.STAND_IN,
        "samm": samm.STAND_IN,
        "casme_squared": casme_squared.STAND_IN,
        "casme3_a": casme3_a.STAND_IN,
        "mmew": recent.MMEW,
        "fourdme": recent.FOURDME,
        "dfme": recent.DFME,
        "samm_lv": recent.SAMM_LV,
        **macro.STAND_INS,
    }
)
